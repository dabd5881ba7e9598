package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three indexes answer as one of all their images. */
class ShardsTest {
  private static final int SHARDS = 3;
  private static final int ITEMS = 1000;
  @TempDir Path temp;
  private final Random random = new Random(11);

  private Path index(String name) throws IOException {
    Path index = temp.resolve(name);
    IndexFiles.create(index, Fixtures.about(), true);
    return index;
  }

  private List<Path> three() throws IOException {
    return List.of(index("a"), index("b"), index("c"));
  }

  private static void add(Path index, List<Item> items) throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      for (int from = 0; from < items.size(); from += 400) {
        editor.add(items.subList(from, Math.min(from + 400, items.size())));
      }
    }
  }

  private static void spread(List<Path> shards, List<Item> items) throws IOException {
    for (int s = 0; s < SHARDS; s++) {
      int own = s;
      add(
          shards.get(s),
          items.stream().filter(item -> Shards.of(item.id(), SHARDS) == own).toList());
    }
  }

  /** Twins, so that ties cross indexes; one field that few have, one that all have. */
  private static List<Item> items() {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      float[] rows = Fixtures.item("rows" + (i % 5 == 0 ? i / 50 : i)).tokens().floats(0);
      String rare = i == 7 ? ", 'rare': true" : "";
      items.add(
          Fixtures.item(
              "id" + i, rows, Fixtures.json("{'year':" + (2000 + i % 20) + rare + "}"), null));
    }
    return items;
  }

  @Test
  void rankingsAreOneIndexesInEveryPlanAndWithFilters() throws IOException {
    List<Path> shards = three();
    Path whole = index("whole");
    List<Item> items = items();
    spread(shards, items);
    add(whole, items);
    try (Snapshot one = Snapshot.open(whole);
        Snapshot many = Shards.open(shards)) {
      assertThat(many.size()).isEqualTo(ITEMS);
      for (Path shard : shards) {
        try (Snapshot part = Snapshot.open(shard)) {
          assertThat(part.size()).isBetween(ITEMS / 4L, ITEMS / 2L);
        }
      }
      for (int q = 0; q < 8; q++) {
        SearchQuery query =
            SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(random, 1 + q % 7), Fixtures.D);
        for (String given : List.of("", "year>2010", "rare:true OR year:2003", "id:id7")) {
          String filter = given.isEmpty() ? null : given;
          List<Hit> expected = one.search(query, 60, filter);
          assertThat(many.search(query, 60, filter)).isEqualTo(expected);
          assertThat(many.find(query, 60, filter).hits()).isEqualTo(expected);
          assertThat(many.find(query, 60, filter, 100).hits()).isEqualTo(expected);
          assertThat(many.scan(query, 60, filter).matching())
              .isEqualTo(one.scan(query, 60, filter).matching());
        }
        assertThat(many.find(query, 10, null, 100).plan()).isEqualTo(Found.Plan.CODES);
      }
      assertThat(many.find("id7").orElseThrow().about().path()).isEqualTo("pictures/id7.png");
      assertThat(many.info().path("fields").toString()).contains("rare").contains("year");
      assertThat(many.info().path("index").asText()).contains(",");
    }
  }

  @Test
  void aChangeIsSeenByTheNextStateAlone() throws IOException {
    List<Path> shards = three();
    spread(shards, Fixtures.items("item", 30));
    try (Snapshot before = Shards.open(shards)) {
      Item more = Fixtures.item("more");
      add(shards.get(Shards.of("more", SHARDS)), List.of(more));
      try (Snapshot after = before.refreshed()) {
        assertThat(after.size()).isEqualTo(31);
        assertThat(after.generation()).isGreaterThan(before.generation());
        assertThat(after.find("more")).isPresent();
      }
      assertThat(before.size()).isEqualTo(30);
      assertThat(before.find("more")).isEmpty();
      assertThat(before.find("item3")).isPresent();
    }
  }

  /** Where an id belongs never changes: these were written down. */
  @Test
  void theHashIsKept() {
    assertThat(Shards.of("000049", 3)).isEqualTo(2);
    assertThat(Shards.of("sub/017", 3)).isEqualTo(1);
    assertThat(Shards.of("Z\u00fcrich \ud83d\ude80", 7)).isEqualTo(2);
    assertThat(Shards.of("", 1)).isZero();
  }

  @Test
  void whatIsNotOfOneKindIsRefused() throws IOException {
    List<Path> shards = three();
    add(shards.get(0), List.of(Fixtures.item("a", Fixtures.json("{'year': 1}"))));
    add(shards.get(1), List.of(Fixtures.item("b", Fixtures.json("{'year': 'x'}"))));
    refused(shards, "metadata year", "number");
    refused(List.of(shards.get(0), shards.get(0)), "named once");
    refused(List.of(shards.get(0), temp.resolve("none")), "no index");
    refused(List.of(), "at least one");
    Path other = temp.resolve("other");
    IndexAbout about = Fixtures.about();
    IndexFiles.create(
        other,
        new IndexAbout(
            about.model(),
            "c".repeat(64),
            about.preprocessing(),
            about.d(),
            about.match(),
            about.precision(),
            about.patches()),
        true);
    refused(List.of(shards.get(0), other), "another model");
    assertThat(Shards.named(Path.of("x,y"))).containsExactly(Path.of("x"), Path.of("y"));
    assertThat(Shards.named(Path.of(","))).containsExactly(Path.of(","));
    Path comma = index("with,comma");
    assertThat(Shards.named(comma)).containsExactly(comma);
  }

  private static void refused(List<Path> indexes, String... says) {
    assertThatThrownBy(() -> Shards.open(indexes).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContainingAll(says);
  }
}
