package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The best item that a query may have is that of its whole ranking, in either plan. */
class BarredTest {
  private static final int QUERIES = 70; // two batches
  @TempDir Path temp;
  private Path index;
  private final Random random = new Random(5);

  /** Two segments with codes and one without, some of their items dead. */
  @BeforeEach
  void make() throws IOException {
    index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(Fixtures.items("a", 700));
      editor.add(Fixtures.items("b", 300));
      editor.add(Fixtures.items("c", 20));
      editor.remove(List.of("a3", "a699", "b0", "c19"));
    }
  }

  private List<SearchQuery> queries() {
    List<SearchQuery> queries = new ArrayList<>();
    for (int q = 0; q < QUERIES; q++) {
      float[] rows = Fixtures.rows(random, 1 + q % 9);
      queries.add(SearchQuery.image(Fixtures.ENCODER, rows, Fixtures.D));
    }
    return queries;
  }

  /** Every item has its place in the order of the views. */
  private static List<String> places(Snapshot snapshot) {
    List<String> ids = new ArrayList<>();
    for (View view : snapshot.views()) {
      for (int item : view.items(null)) {
        ids.add(view.segment().id(item));
      }
    }
    return ids;
  }

  @Test
  void theBestThatMayBeIsFound() throws IOException {
    try (Snapshot snapshot = Snapshot.open(index)) {
      List<SearchQuery> queries = queries();
      List<String> ids = places(snapshot);
      int size = ids.size();
      List<BitSet> sets = Stream.generate(() -> new BitSet(size)).limit(QUERIES).toList();
      List<Hit> expected = new ArrayList<>();
      for (int q = 0; q < QUERIES; q++) { // the best q of the ranking, and a third of the rest
        List<Hit> ranked = snapshot.search(queries.get(q), size, null);
        for (int i = 0; i < size; i++) {
          if (i < q || random.nextInt(3) == 0) {
            sets.get(q).set(ids.indexOf(ranked.get(i).id()));
          }
        }
        BitSet barred = sets.get(q);
        expected.add(
            ranked.stream()
                .filter(h -> !barred.get(ids.indexOf(h.id())))
                .findFirst()
                .orElseThrow());
      }
      for (int scanned : new int[] {size, 0}) {
        Ranker ranker = new Ranker(snapshot.views(), snapshot.schema(), scanned);
        List<Found> found = ranker.rank(queries, SearchOptions.of(1), 1, new Barred(sets));
        for (int q = 0; q < QUERIES; q++) {
          assertThat(found.get(q).hits()).as("query %s", q).containsExactly(expected.get(q));
        }
      }
      assertThat(snapshot.best(queries, new Barred(sets)).getLast().hits().getFirst())
          .isEqualTo(expected.getLast());
    }
  }

  @Test
  void whereAllIsBarredThereIsNone() throws IOException {
    try (Snapshot snapshot = Snapshot.open(index)) {
      BitSet all = new BitSet();
      all.set(0, (int) snapshot.size());
      List<SearchQuery> two = queries().subList(0, 2);
      for (int scanned : new int[] {5000, 0}) {
        Ranker ranker = new Ranker(snapshot.views(), snapshot.schema(), scanned);
        List<Found> found =
            ranker.rank(two, SearchOptions.of(1), 1, new Barred(List.of(all, new BitSet())));
        assertThat(found.getFirst().hits()).isEmpty();
        assertThat(found.getLast().hits()).hasSize(1);
      }
    }
  }
}
