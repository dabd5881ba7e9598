package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * An index of the first version, as it was written then, is read: six items {@code a}, of which one
 * is removed, and {@code b} with metadata and a thumbnail, all of {@link Fixtures}.
 */
class GoldenIndexTest {
  @Test
  void theFirstVersionIsRead() throws Exception {
    Path index =
        Path.of(Objects.requireNonNull(GoldenIndexTest.class.getResource("version-1")).toURI());
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    try (Snapshot snapshot = Snapshot.open(index)) {
      assertThat(snapshot.about()).isEqualTo(Fixtures.about());
      assertThat(snapshot.size()).isEqualTo(6);
      SearchQuery query =
          SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(new Random(2), 3), Fixtures.D);
      Hit best = snapshot.search(query, 6, null).getFirst();
      assertThat(best.id()).isEqualTo("b");
      assertThat(best.score()).isGreaterThan(0.99f);
      assertThat(best.about().thumbnail()).containsExactly(1, 2, 3);
      assertThat(Fixtures.ids(snapshot.search(query, 6, "year>2010 AND deep.er:q AND good:true")))
          .containsExactly("b");
      assertThat(snapshot.find("a3")).isEmpty();
      assertThat(snapshot.find("a4")).isPresent();
    }
  }

  /** Pooled rows: six items {@code a} of nine patches in four rows, of which one is removed. */
  @Test
  void theFirstPooledVersionIsRead() throws Exception {
    Path index =
        Path.of(Objects.requireNonNull(GoldenIndexTest.class.getResource("version-2")).toURI());
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    try (Snapshot snapshot = Snapshot.open(index)) {
      assertThat(snapshot.about().pool()).isEqualTo(4);
      assertThat(snapshot.size()).isEqualTo(6);
      Hit hit = snapshot.find("b").orElseThrow();
      assertThat(hit.rows()).hasSize(4 * Fixtures.D);
      assertThat(hit.patchRows()).hasSize(9 * Fixtures.D);
      SearchQuery query =
          SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(new Random(77), 9), Fixtures.D);
      assertThat(snapshot.search(query, 1, "year>2010").getFirst())
          .isEqualTo(snapshot.search(query, 6, null).getFirst());
      assertThat(snapshot.find("a3")).isEmpty();
    }
  }
}
