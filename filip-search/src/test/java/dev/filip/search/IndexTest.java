package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.io.BadInput;
import dev.filip.io.OwnJava;
import dev.filip.kernel.ScalarLateInteraction;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
  @TempDir Path temp;
  private Path index;

  @BeforeEach
  void make() throws IOException {
    index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
  }

  private static SearchQuery query(long seed, int m) {
    return SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(new Random(seed), m), Fixtures.D);
  }

  /** Through adds, replacements, removals and merges the ranking is that of the plain formula. */
  @Test
  void theRankingIsTheOraclesWhateverWasDone() throws IOException {
    List<Item> truth = new ArrayList<>();
    try (IndexEditor editor = IndexEditor.open(index)) {
      for (int batch = 0; batch < 11; batch++) { // eight of them are merged on the way
        List<Item> items = Fixtures.items("b" + batch + "-", 30);
        assertThat(editor.add(items)).isEqualTo(new IndexEditor.Done(30, 0, 0));
        truth.addAll(items);
      }
      assertThat(editor.now().views().size()).isBetween(2, 8);
      Item other =
          Fixtures.item("b3-7", Fixtures.rows(new Random(9), 5), Fixtures.json("{}"), null);
      assertThat(editor.add(List.of(other, Fixtures.item("new"))))
          .isEqualTo(new IndexEditor.Done(1, 1, 0));
      truth.removeIf(item -> item.id().equals("b3-7"));
      truth.add(other);
      truth.add(Fixtures.item("new"));
      assertThat(editor.remove(List.of("b0-0", "b10-29", "nobody")))
          .extracting("removed")
          .isEqualTo(2);
      truth.removeIf(item -> List.of("b0-0", "b10-29").contains(item.id()));
      check(editor.now(), truth);
      editor.compact();
      assertThat(editor.now().views()).hasSize(1);
      assertThat(editor.now().manifest().segments().getFirst().dead()).isZero();
      check(editor.now(), truth);
    }
    try (Snapshot again = Snapshot.open(index)) {
      check(again, truth);
      assertThat(again.find("new").orElseThrow().about().captions()).containsExactly("text of new");
      assertThat(again.find("b0-0")).isEmpty();
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
  }

  private static void check(Snapshot snapshot, List<Item> truth) throws IOException {
    assertThat(snapshot.size()).isEqualTo(truth.size());
    for (int m : new int[] {1, 7, 40}) {
      float[] rows = Fixtures.rows(new Random(m), m);
      List<Item> ranked = new ArrayList<>(truth);
      ranked.sort(
          Comparator.<Item>comparingDouble(item -> -score(item, rows)).thenComparing(Item::id));
      List<Hit> hits = snapshot.search(query(m, m), 20, null);
      assertThat(Fixtures.ids(hits))
          .containsExactlyElementsOf(ranked.stream().limit(20).map(Item::id).toList());
      for (int i = 0; i < hits.size(); i++) {
        assertThat(hits.get(i).score()).isCloseTo(score(ranked.get(i), rows), within(2e-6f));
      }
      assertThat(snapshot.search(query(m, m), truth.size() + 5, null)).hasSize(truth.size());
    }
  }

  private static float score(Item item, float[] rows) {
    Tokens held = item.tokens().as(Tokens.Type.BF16);
    Tokens query = Tokens.packed(rows, Fixtures.D, rows.length / Fixtures.D);
    return ScalarLateInteraction.scores(held, query).sText()[0];
  }

  @Test
  void equalScoresAreInTheOrderOfIds() throws IOException {
    float[] same = Fixtures.rows(new Random(1), 3);
    List<Item> items = new ArrayList<>();
    for (String id : List.of("m", "b", "z", "a", "k", "c")) {
      items.add(Fixtures.item(id, Fixtures.copy(same), Fixtures.json("{}"), null));
    }
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(items.subList(0, 2));
      editor.add(items.subList(2, 6));
      assertThat(Fixtures.ids(editor.now().search(query(2, 4), 4, null)))
          .containsExactly("a", "b", "c", "k");
    }
  }

  @Test
  void aSnapshotStaysAsItIsWhileTheIndexChanges() throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 20));
      try (Snapshot before = Snapshot.open(index)) {
        List<Hit> hits = before.search(query(3, 5), 20, null);
        editor.remove(List.of("a1", "a2", "a3"));
        editor.add(Fixtures.items("b", 5));
        editor.compact();
        assertThat(before.search(query(3, 5), 20, null)).isEqualTo(hits);
        assertThat(before.find("a1").orElseThrow().about().path()).isEqualTo("pictures/a1.png");
        try (Snapshot after = before.refreshed()) {
          assertThat(after.size()).isEqualTo(22);
          assertThat(after.find("a1")).isEmpty();
        }
      }
    }
    try (Stream<Path> files = Files.list(index)) {
      assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.startsWith("segment")))
          .as("old segments are gone")
          .hasSize(1);
    }
  }

  /** Numbers of states and names of segments begin anew there. */
  @Test
  void anIndexThatIsMadeAnewIsFoundByWhoHasTheOldOneOpen() throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 3));
    }
    try (Snapshot before = Snapshot.open(index)) {
      IndexFiles.create(index, Fixtures.about(), true);
      try (IndexEditor editor = IndexEditor.open(index)) {
        editor.add(Fixtures.items("b", 3));
      }
      try (Snapshot after = before.refreshed();
          Snapshot same = after.refreshed()) {
        assertThat(after.generation()).isEqualTo(before.generation());
        assertThat(after.state()).isNotEqualTo(before.state()).isEqualTo(same.state());
        assertThat(after.find("a1")).isEmpty();
        assertThat(after.find("b1")).isPresent();
        assertThat(Fixtures.ids(after.search(query(3, 5), 3, null)))
            .containsExactlyInAnyOrder("b0", "b1", "b2");
        assertThat(before.find("a1").orElseThrow().about().path()).isEqualTo("pictures/a1.png");
      }
    }
  }

  @Test
  void anIndexThatIsMadeAnewOfAnotherModelIsNotTheOneThatWasOpened() throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 3));
    }
    IndexAbout about = Fixtures.about();
    try (Snapshot before = Snapshot.open(index)) {
      IndexAbout moved = with(about, "elsewhere", about.encoder());
      IndexFiles.create(index, moved, true);
      try (Snapshot after = before.refreshed()) {
        assertThat(after.size()).isZero();
        assertThat(after.about().model()).isEqualTo("elsewhere");
      }
      IndexFiles.create(index, with(about, about.model(), "b".repeat(64)), true);
      assertThatThrownBy(before::refreshed)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("made anew of another model");
    }
  }

  private static IndexAbout with(IndexAbout about, String model, String encoder) {
    return new IndexAbout(
        model,
        encoder,
        about.preprocessing(),
        about.d(),
        about.match(),
        about.precision(),
        about.patches());
  }

  @Test
  void thumbnailsAndMetadataSurviveAMerge() throws IOException {
    byte[] picture = {1, 2, 3, -1};
    try (IndexEditor editor = IndexEditor.open(index)) {
      float[] rows = Fixtures.rows(new Random(1), 2);
      editor.add(List.of(Fixtures.item("a", rows, Fixtures.json("{'tag': ['x', 'y']}"), picture)));
      editor.add(List.of(Fixtures.item("b", Fixtures.json("{'year': 2011, 'odd': null}"))));
      editor.compact();
      Item.About about = editor.now().find("a").orElseThrow().about();
      assertThat(about.thumbnail()).isEqualTo(picture);
      assertThat(about.metadata().toString()).isEqualTo("{\"tag\":[\"x\",\"y\"]}");
      assertThat(Fixtures.ids(editor.now().search(query(1, 3), 9, "tag:y"))).containsExactly("a");
      assertThat(editor.now().search(query(1, 3), 9, "year>2010").getFirst().toJson().toString())
          .contains("\"metadata\":{\"year\":2011,\"odd\":null}");
    }
  }

  @Test
  void everythingRemovedIsAnEmptyIndex() throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 3));
      editor.remove(List.of("a0", "a1", "a2"));
      assertThat(editor.now().search(query(1, 2), 5, null)).isEmpty();
      editor.compact();
      assertThat(editor.now().size()).isZero();
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
  }

  @Test
  void oneWriterAtATime() throws IOException {
    try (IndexEditor _ = IndexEditor.open(index)) {
      assertThatThrownBy(() -> IndexEditor.open(index))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("is being written by another process");
    }
    IndexEditor.open(index).close();
  }

  /** Who asks in vain in this process does not let another process in. */
  @Test
  void oneWriterOfAllProcesses() throws Exception {
    assertThat(isFreeElsewhere()).isTrue();
    try (IndexEditor _ = IndexEditor.open(index)) {
      assertThat(IndexEditor.tryOpen(index)).isEmpty();
      assertThat(IndexEditor.tryOpen(index.resolve("../" + index.getFileName()))).isEmpty();
      assertThat(isFreeElsewhere()).isFalse();
    }
    assertThat(isFreeElsewhere()).isTrue();
  }

  private boolean isFreeElsewhere() throws Exception {
    Process process =
        new ProcessBuilder(
                OwnJava.command(List.of(), OtherWriter.class.getName(), List.of(index.toString())))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    boolean free = Boolean.parseBoolean(process.inputReader().readLine());
    assertThat(process.waitFor()).isZero();
    return free;
  }

  /** Says in a process of its own whether it could write. */
  static final class OtherWriter {
    private OtherWriter() {}

    public static void main(String[] arguments) throws IOException {
      Optional<IndexEditor> editor = IndexEditor.tryOpen(Path.of(arguments[0]));
      System.out.println(editor.isPresent());
      if (editor.isPresent()) {
        editor.get().close();
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedInOneLineAndChangesNothing() throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(List.of(Fixtures.item("a", Fixtures.json("{'year': 2011}"))));
      assertThatThrownBy(() ->
              editor.add(
                  List.of(
                      Fixtures.item("c"), Fixtures.item("b", Fixtures.json("{'year': 'old'}")))))
          .isInstanceOf(BadInput.class)
          .hasMessage("metadata year of b must be a number as at its first use, got \"old\"");
      assertThatThrownBy(() ->
              editor
                  .now()
                  .search(
                      SearchQuery.image("c".repeat(64), new float[Fixtures.D], Fixtures.D),
                      3,
                      null))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("the query was encoded by another model than the index's")
          .hasMessageContaining("models/none");
      assertThatThrownBy(() -> editor.now().search(query(1, 1), 0, null))
          .hasMessage("k must be >= 1, got 0");
      assertThat(editor.now().size()).isOne();
    }
    assertThatThrownBy(() -> IndexFiles.create(index, Fixtures.about(), false))
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> Snapshot.open(temp)).hasMessageContaining("is no index");
    IndexFiles.create(index, Fixtures.about(), true);
    try (Snapshot fresh = Snapshot.open(index)) {
      assertThat(fresh.size()).isZero();
    }
  }

  /** By codes, over segments with and without them, with dead items and a filter. */
  @Test
  void codesFindWhatAnExactScanFinds() throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 1500));
      editor.add(Fixtures.items("b", 40));
      editor.add(Fixtures.items("c", 700));
      editor.remove(List.of("a3", "a4", "a1499", "b0"));
      assertThat(editor.now().views().stream().filter(v -> v.segment().codes() != null).count())
          .isEqualTo(2);
      int same = 0;
      for (int seed = 0; seed < 20; seed++) {
        SearchQuery query = query(seed, 1 + seed % 9);
        Found found = editor.now().find(query, 10, null, 0);
        assertThat(found.hits()).isSorted().hasSize(10);
        List<Hit> exact = editor.now().search(query, 10, null);
        same += (int) exact.stream().filter(found.hits()::contains).count();
      }
      assertThat(same).isGreaterThanOrEqualTo(198);
      float[] own = editor.now().find("a7").orElseThrow().rows();
      SearchQuery itself = SearchQuery.image(Fixtures.ENCODER, own, Fixtures.D);
      Found found = editor.now().find(itself, 1, null, 0);
      assertThat(found.hits().getFirst().id()).isEqualTo("a7");
      assertThat(found.plan()).isEqualTo(Found.Plan.CODES);
      assertThat(found.scored()).isLessThan(1100); // of 2,236
      SearchQuery query = query(5, 4);
      assertThat(editor.now().find(query, 5, "id:a1*", 0).hits())
          .isEqualTo(editor.now().search(query, 5, "id:a1*"));
      assertThat(editor.now().find(query, 10, null).plan()).isEqualTo(Found.Plan.EXACT);
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
  }

  /** More queries than a batch holds, of unlike lengths, by both plans and with a filter. */
  @Test
  void queriesTogetherGetWhatEachAloneGets() throws IOException {
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 1300));
      editor.add(Fixtures.items("b", 40)); // without codes
      editor.add(Fixtures.items("c", 300));
      editor.remove(List.of("a3", "c299"));
      List<SearchQuery> queries = new ArrayList<>();
      for (int q = 0; q < 131; q++) {
        queries.add(query(q, q == 70 ? 3000 : 1 + q * 7 % 23)); // one is longer than a batch
      }
      for (String filter : new String[] {null, "id:a1*"}) {
        for (int scanned : new int[] {0, Snapshot.SCANNED}) {
          SearchOptions options = SearchOptions.of(7).filter(filter);
          List<Found> together = editor.now().find(queries, options, scanned);
          assertThat(together).hasSize(queries.size());
          for (int q = 0; q < queries.size(); q++) {
            Found alone = editor.now().find(queries.get(q), 7, filter, scanned);
            assertThat(together.get(q)).as("query %s", q).isEqualTo(alone);
            assertThat(alone.hits()).hasSize(7);
          }
        }
      }
      assertThat(editor.now().find(List.of(), SearchOptions.of(3))).isEmpty();
      List<SearchQuery> foreign =
          List.of(query(1, 2), SearchQuery.image("c".repeat(64), new float[3], 3));
      assertThatThrownBy(() -> editor.now().find(foreign, SearchOptions.of(3)))
          .hasMessageContaining("another model");
    }
  }
}
