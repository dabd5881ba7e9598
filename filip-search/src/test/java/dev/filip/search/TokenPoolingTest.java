package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.io.Json;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenPoolingTest {
  @TempDir Path temp;

  private static IndexAbout about(int rows, int columns, int first, int pool) {
    IndexAbout plain = Fixtures.about();
    return new IndexAbout(
            plain.model(),
            plain.encoder(),
            plain.preprocessing(),
            Fixtures.D,
            "late",
            "fp32",
            new IndexAbout.Patches(rows, columns, 8, first))
        .pooled(pool);
  }

  private static Item item(String id, float[] rows) {
    return Fixtures.item(id, rows, Json.object(), null);
  }

  /** Ward's linkage from its definition: what merging adds to the squares about the means. */
  private static List<List<Integer>> wards(float[] rows, int first, int clusters) {
    List<List<Integer>> all = new ArrayList<>();
    for (int r = first; r < rows.length / Fixtures.D; r++) {
      all.add(new ArrayList<>(List.of(r)));
    }
    while (all.size() > clusters) {
      int a = 0;
      int b = 1;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < all.size(); i++) {
        for (int j = i + 1; j < all.size(); j++) {
          List<Integer> both = new ArrayList<>(all.get(i));
          both.addAll(all.get(j));
          double more = squares(rows, both) - squares(rows, all.get(i)) - squares(rows, all.get(j));
          if (more < least - 1e-12) {
            least = more;
            a = i;
            b = j;
          }
        }
      }
      all.get(a).addAll(all.remove(b));
      all.get(a).sort(null);
    }
    return all;
  }

  private static double squares(float[] rows, List<Integer> of) {
    double sum = 0;
    for (int c = 0; c < Fixtures.D; c++) {
      double mean = 0;
      for (int r : of) {
        mean += rows[r * Fixtures.D + c] / (double) of.size();
      }
      for (int r : of) {
        sum += Math.pow(rows[r * Fixtures.D + c] - mean, 2);
      }
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2, 0, 1",
    "3, 3, 0, 2",
    "4, 5, 1, 7",
    "6, 6, 0, 24",
    "7, 7, 1, 12",
    "7, 7, 0, 48"
  })
  void clustersAreWardsAndRowsTheirMeans(int across, int down, int first, int pool) {
    int n = first + across * down;
    float[] rows = Fixtures.rows(new Random(n), n);
    Item pooled = TokenPooling.of(item("a", rows), about(across, down, first, pool));
    int[] to = Objects.requireNonNull(pooled.about().pooled());
    assertThat(to).hasSize(n);
    assertThat(pooled.tokens().length(0)).isEqualTo(first + pool);
    List<List<Integer>> expected = wards(rows, first, pool);
    float[] kept = pooled.tokens().floats(0);
    for (int k = 0; k < first + pool; k++) {
      List<Integer> members = new ArrayList<>();
      for (int r = 0; r < n; r++) {
        if (to[r] == k) {
          members.add(r);
        }
      }
      assertThat(members).isEqualTo(k < first ? List.of(k) : expected.get(k - first));
      double length = 0;
      double along = 0;
      for (int c = 0; c < Fixtures.D; c++) {
        double sum = 0;
        for (int r : members) {
          sum += rows[r * Fixtures.D + c];
        }
        length += sum * sum;
        along += sum * kept[k * Fixtures.D + c];
      }
      assertThat(along).isCloseTo(Math.sqrt(length), within(1e-5)); // a unit row of that direction
    }
  }

  @Test
  void whatNeedsNoPoolingStays() {
    IndexAbout about = about(3, 3, 0, 4);
    Item few = item("a", Fixtures.rows(new Random(1), 4));
    assertThat(TokenPooling.of(few, about)).isSameAs(few);
    Item once = TokenPooling.of(item("a", Fixtures.rows(new Random(1), 9)), about);
    assertThat(TokenPooling.of(once, about)).isSameAs(once);
    Item plain = item("a", Fixtures.rows(new Random(1), 9));
    assertThat(TokenPooling.of(plain, Fixtures.about())).isSameAs(plain);
    float[] same = new float[9 * Fixtures.D]; // all alike: ties
    Arrays.fill(same, (float) (1 / Math.sqrt(Fixtures.D)));
    assertThat(TokenPooling.of(item("a", same), about).about().pooled())
        .containsExactly(0, 0, 0, 0, 0, 0, 1, 2, 3);
    assertThatThrownBy(() -> about(3, 3, 0, 9))
        .hasMessage("--pool must be in 1..8, of 9 patches, got 9");
    assertThatThrownBy(() -> about(3, 3, 0, 0)).hasMessageContaining("--pool must be in 1..8");
  }

  /**
   * Added, replaced, merged, read again: rows stay pooled, once, and say which patches they are.
   */
  @Test
  void anIndexOfPooledRowsLivesAsAnyOther() throws IOException {
    Path index = temp.resolve("index");
    IndexAbout about = about(3, 3, 0, 4);
    IndexFiles.create(index, about, false);
    try (IndexEditor editor = IndexEditor.open(index)) {
      for (int batch = 0; batch < 9; batch++) { // eight are merged
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          items.add(item("b" + batch + "-" + i, rows(40 * batch + i)));
        }
        editor.add(items);
      }
      editor.add(List.of(item("b0-0", rows(5000))));
      editor.remove(List.of("b0-1"));
      editor.compact();
      check(editor.now(), "b0-0", rows(5000));
      check(editor.now(), "b7-3", rows(40 * 7 + 3));
      assertThat(editor.now().views()).hasSize(1);
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    assertThat(IndexAbout.read(index)).isEqualTo(about);
    assertThat(Files.readString(index.resolve(IndexAbout.FILE))).contains("filip-index/2");
    try (Snapshot snapshot = Snapshot.open(index)) {
      assertThat(snapshot.info().path("pool").asInt()).isEqualTo(4);
      assertThat(snapshot.info().path("tokens").asLong()).isEqualTo(4 * snapshot.size());
      float[] own = rows(40 * 8);
      SearchQuery query = SearchQuery.image(Fixtures.ENCODER, own, Fixtures.D);
      assertThat(snapshot.find(query, 1, null, 0).hits().getFirst().id()).isEqualTo("b8-0");
    }
  }

  /** Patches of an image are alike, as real ones are. */
  private static float[] rows(int seed) {
    return Fixtures.rows(new Random(seed), 9);
  }

  private static void check(Snapshot snapshot, String id, float[] rows) throws IOException {
    Hit hit = snapshot.find(id).orElseThrow();
    Item pooled = TokenPooling.of(item(id, rows), snapshot.about());
    Tokens kept = pooled.tokens().as(Tokens.Type.BF16);
    assertThat(hit.rows()).isEqualTo(kept.floats(0));
    int[] to = Objects.requireNonNull(pooled.about().pooled());
    float[] patches = hit.patchRows();
    assertThat(patches).hasSize(9 * Fixtures.D);
    for (int r = 0; r < 9; r++) {
      for (int c = 0; c < Fixtures.D; c++) {
        assertThat(patches[r * Fixtures.D + c]).isEqualTo(hit.rows()[to[r] * Fixtures.D + c]);
      }
    }
  }
}
