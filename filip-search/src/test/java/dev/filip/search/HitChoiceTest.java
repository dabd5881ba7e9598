package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.kernel.PairScores;
import dev.filip.kernel.ScalarLateInteraction;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HitChoiceTest {
  @TempDir Path temp;
  private Path index;

  /** Twelve pictures, of each one to four that are nearly the same, among 300 others. */
  @BeforeEach
  void make() throws IOException {
    index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
    List<Item> items = new ArrayList<>(Fixtures.items("x", 300));
    for (int p = 0; p < 12; p++) {
      float[] rows = Fixtures.rows(new Random(1000 + p), 6);
      for (int copy = 0; copy <= p % 4; copy++) {
        items.add(
            Fixtures.item("p" + p + "-" + copy, near(rows, p, copy), Fixtures.json("{}"), null));
      }
    }
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(items.subList(0, 305));
      editor.add(items.subList(305, items.size()));
    }
  }

  private static float[] near(float[] rows, int p, int copy) {
    float[] near = rows.clone();
    float[] noise = Fixtures.rows(new Random(77L * p + copy), 6);
    for (int k = 0; k < near.length; k += Fixtures.D) {
      double squares = 0;
      for (int i = k; i < k + Fixtures.D; i++) {
        near[i] += 0.05f * copy * noise[i];
        squares += near[i] * near[i];
      }
      for (int i = k; i < k + Fixtures.D; i++) {
        near[i] /= (float) Math.sqrt(squares);
      }
    }
    return near;
  }

  private static SearchQuery query(int p) {
    return SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(new Random(1000 + p), 6), Fixtures.D);
  }

  /** The formula in plain loops. */
  private static double alike(Hit a, Hit b) {
    Tokens one = Tokens.packed(a.rows(), Fixtures.D, a.rows().length / Fixtures.D);
    Tokens other = Tokens.packed(b.rows(), Fixtures.D, b.rows().length / Fixtures.D);
    PairScores scores = ScalarLateInteraction.scores(one, other);
    return (scores.sImage()[0] + scores.sText()[0]) / 2.0;
  }

  @Test
  void likenessIsTheMeanOfBothDirections() throws IOException {
    try (Snapshot snapshot = Snapshot.open(index)) {
      List<Hit> hits = snapshot.search(query(3), 40, null);
      float[] alike = ImagePairs.alike(hits.getFirst(), hits);
      for (int i = 0; i < alike.length; i++) {
        assertThat((double) alike[i]).isCloseTo(alike(hits.getFirst(), hits.get(i)), within(2e-6));
      }
      assertThat((double) alike[0]).isCloseTo(1, within(4e-3)); // rows are bf16
    }
  }

  /** Beside a plain one: down the ranking, to the first group that is near enough. */
  @Test
  void nearDuplicatesAreShownAsOne() throws IOException {
    try (Snapshot snapshot = Snapshot.open(index)) {
      for (double least : new double[] {0.3, 0.5, 0.9, 1}) {
        List<Hit> ranked = snapshot.search(query(3), 100, null);
        List<Hit> leaders = new ArrayList<>();
        List<List<String>> same = new ArrayList<>();
        for (Hit hit : ranked) {
          int group = 0;
          while (group < leaders.size() && alike(leaders.get(group), hit) < least) {
            group++;
          }
          if (group == leaders.size()) {
            leaders.add(hit);
            same.add(new ArrayList<>());
          } else {
            same.get(group).add(hit.id());
          }
        }
        List<Hit> hits = snapshot.find(query(3), SearchOptions.of(5).group(least)).hits();
        if (leaders.size() >= 5) {
          assertThat(hits).isEqualTo(leaders.subList(0, 5));
          assertThat(hits.stream().map(Hit::same)).isEqualTo(same.subList(0, 5));
        }
      }
      List<Hit> hits = snapshot.find(query(3), SearchOptions.of(2).group(0.9)).hits();
      assertThat(hits.getFirst().id()).isEqualTo("p3-0");
      assertThat(hits.getFirst().same()).containsExactlyInAnyOrder("p3-1", "p3-2", "p3-3");
      assertThat(hits.getFirst().toJson().path("same")).hasSize(3);
      assertThat(snapshot.search(query(3), 1, null).getFirst().toJson().has("same")).isFalse();
    }
  }

  /** Where one picture fills the candidates, more of them are looked through. */
  @Test
  void groupsAreFilledFromFurtherDown() throws IOException {
    float[] rows = Fixtures.rows(new Random(1000), 6);
    List<Item> copies = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      copies.add(Fixtures.item("same" + i, rows.clone(), Fixtures.json("{}"), null));
    }
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(copies);
      Found found = editor.now().find(query(0), SearchOptions.of(10).group(0.95));
      assertThat(found.hits()).hasSize(10);
      assertThat(found.hits().getFirst().id()).isEqualTo("p0-0");
      assertThat(found.hits().getFirst().same()).hasSize(250);
      Found filtered =
          editor.now().find(query(0), SearchOptions.of(10).group(0.95).filter("id:same*"));
      assertThat(filtered.hits()).hasSize(1);
      assertThat(filtered.hits().getFirst().same()).hasSize(249);
    }
  }

  /** Beside a plain one, and the ends: as ranked at 0, unlike whatever the score at 1. */
  @Test
  void diversityIsMaximalMarginalRelevance() throws IOException {
    try (Snapshot snapshot = Snapshot.open(index)) {
      List<Hit> ranked = snapshot.search(query(3), 100, null);
      for (double counts : new double[] {0, 0.3, 0.7, 1}) {
        List<Hit> expected = new ArrayList<>();
        List<Hit> left = new ArrayList<>(ranked);
        double low = ranked.getLast().score();
        double range = ranked.getFirst().score() - low;
        while (expected.size() < 8) {
          Hit best = left.getFirst();
          double most = Double.NEGATIVE_INFINITY;
          for (Hit hit : left) {
            double likest = 0;
            for (Hit chosen : expected) {
              likest = Math.max(likest, ImagePairs.alike(chosen, List.of(hit))[0]);
            }
            double worth = (1 - counts) * (hit.score() - low) / range - counts * likest;
            if (worth > most + 1e-12) {
              most = worth;
              best = hit;
            }
          }
          expected.add(best);
          left.remove(best);
        }
        List<Hit> hits = snapshot.find(query(3), SearchOptions.of(8).diversity(counts)).hits();
        if (counts < 1) { // there the first is the best all the same
          assertThat(hits).isEqualTo(expected);
        }
        assertThat(hits.getFirst()).isEqualTo(ranked.getFirst());
        assertThat(snapshot.find(query(3), SearchOptions.of(8).diversity(counts)).hits())
            .isEqualTo(hits);
      }
      List<Hit> unlike = snapshot.find(query(3), SearchOptions.of(4).diversity(0.7)).hits();
      assertThat(Fixtures.ids(unlike).subList(1, 4)).noneMatch(id -> id.startsWith("p3-"));
      List<Hit> both =
          snapshot.find(query(3), SearchOptions.of(4).diversity(0.5).group(0.9)).hits();
      assertThat(both.getFirst().same()).hasSize(3);
    }
  }

  @Test
  void whatIsNoMeasureIsRefused() {
    SearchOptions options = SearchOptions.of(10);
    assertThatThrownBy(() -> options.diversity(1.5))
        .hasMessage("diversity must be in 0..1, got 1.5");
    assertThatThrownBy(() -> options.diversity(Double.NaN)).hasMessageContaining("diversity");
    assertThatThrownBy(() -> options.group(0.0))
        .hasMessageContaining("above 0, at most 1, got 0.0");
    assertThatThrownBy(() -> SearchOptions.of(201).group(0.9))
        .hasMessage("k must be <= 200 with diversity or group, got 201");
  }
}
