package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments that were made outside. */
class AdoptTest {
  @TempDir Path temp;
  private Path index;

  @BeforeEach
  void anIndex() throws IOException {
    index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
  }

  private static Item item(String id, int version) {
    Item item = Fixtures.item(id, Json.object().put("version", version));
    Item.About about = item.about();
    return new Item(
        id,
        item.tokens(),
        new Item.About(about.path(), about.metadata(), List.of(), null, id + version));
  }

  private Path segment(String name, Item... items) throws IOException {
    Path folder = temp.resolve(name);
    int count =
        LooseSegment.write(
            folder,
            Fixtures.about(),
            sink -> {
              for (Item item : items) {
                sink.put(item);
              }
            });
    assertThat(count).isEqualTo(items.length);
    return folder;
  }

  private int version(String id) throws IOException {
    try (Snapshot now = Snapshot.open(index)) {
      return now.find(id).orElseThrow().about().metadata().path("version").asInt();
    }
  }

  @Test
  void theLaterTakesThePlaceAndWhatIsThereIsPassedOver() throws IOException {
    Path first = segment("first", item("a", 1), item("b", 1), item("c", 1));
    Path second = segment("second", item("c", 2), item("d", 2));
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(List.of(item("a", 0), item("z", 0)));
      assertThat(editor.adopt(first)).isEqualTo(new IndexEditor.Done(2, 1, 0));
      assertThat(editor.adopt(second)).isEqualTo(new IndexEditor.Done(1, 1, 0));
      assertThat(editor.adopt(second)).isEqualTo(IndexEditor.Done.NOTHING);
      assertThat(editor.now().size()).isEqualTo(5);
      assertThat(editor.now().schema().types()).containsKey("version");
    }
    assertThat(version("a")).isEqualTo(1);
    assertThat(version("c")).isEqualTo(2);
    assertThat(version("z")).isZero();
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    assertThat(first).as("a copy is taken").isDirectory();
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.compact();
      assertThat(editor.now().size()).isEqualTo(5);
    }
    assertThat(version("c")).isEqualTo(2);
  }

  @Test
  void whatIsDamagedOrOfAnotherModelStaysOutside() throws IOException {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      items.add(item("i" + i, 1));
    }
    Path segment = segment("many", items.toArray(new Item[0]));
    Path tokens = segment.resolve(SegmentWriter.TOKENS);
    byte[] whole = Files.readAllBytes(tokens);
    byte[] other = whole.clone();
    other[whole.length / 3] ^= 1;
    Files.write(tokens, other);
    Path foreign = temp.resolve("foreign");
    IndexAbout a = Fixtures.about();
    IndexFiles.create(
        foreign,
        new IndexAbout(
            a.model(),
            "c".repeat(64),
            a.preprocessing(),
            a.d(),
            a.match(),
            a.precision(),
            a.patches()),
        false);
    try (IndexEditor editor = IndexEditor.open(index);
        IndexEditor others = IndexEditor.open(foreign)) {
      assertThatThrownBy(() -> editor.adopt(segment))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("images.tokens is damaged");
      Files.write(tokens, whole);
      assertThatThrownBy(() -> others.adopt(segment))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("of the index's encoder");
      assertThat(editor.now().size()).isZero();
      assertThat(editor.adopt(segment).added()).isEqualTo(300);
      Path text = segment("text", Fixtures.item("t", Json.object().put("version", "a text")));
      assertThatThrownBy(() -> editor.adopt(text)).hasMessageContaining("metadata version of t");
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
  }

  @Test
  void aPartThatIsNotPooledAsTheIndexIsRefused() throws IOException {
    Path pooled = temp.resolve("pooled");
    IndexFiles.create(pooled, Fixtures.about().pooled(2), false);
    Path whole = segment("whole", item("a", 1));
    try (IndexEditor editor = IndexEditor.open(pooled)) {
      assertThatThrownBy(() -> editor.adopt(whole))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("must be 2, as the index has, got 0");
      Path fits = temp.resolve("fits");
      LooseSegment.write(fits, editor.now().about(), sink -> sink.put(item("a", 1)));
      assertThat(editor.adopt(fits).added()).isEqualTo(1);
      assertThatThrownBy(() -> Shards.open(List.of(index, pooled)))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("pool of index");
    }
  }

  @Test
  void nothingMakesNoSegment() throws IOException {
    assertThat(segment("none")).doesNotExist();
  }
}
