package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrawTest {
  private static Labelled set(int... labels) {
    return Labelled.of("x", new float[labels.length], 1, labels);
  }

  private static int[] repeated(int... counts) {
    return IntStream.range(0, counts.length)
        .flatMap(c -> IntStream.generate(() -> c).limit(counts[c]))
        .toArray();
  }

  private static int[] counts(int[] labels, int[] rows, int classes) {
    int[] counts = new int[classes];
    Arrays.stream(rows).forEach(r -> counts[labels[r]]++);
    return counts;
  }

  @Test
  void aFifthOfEveryClass() {
    int[] labels = repeated(1, 2, 5, 12, 13, 100);
    Draw.Parts parts = new Draw(set(labels), 6, 1).fifth();
    assertThat(counts(labels, parts.rest(), 6)).containsExactly(0, 1, 1, 2, 3, 20);
    assertThat(counts(labels, parts.first(), 6)).containsExactly(1, 1, 4, 10, 10, 80);
    assertThat(IntStream.concat(Arrays.stream(parts.first()), Arrays.stream(parts.rest())).sorted())
        .containsExactly(IntStream.range(0, labels.length).boxed().toArray(Integer[]::new));
    assertThat(parts.first()).isSorted();
  }

  @Test
  void shotsAndOthersNeverOverlap() {
    int[] labels = repeated(3, 9, 20);
    Draw draw = new Draw(set(labels), 3, 7);
    Draw.Parts parts = draw.shots(4, 4);
    assertThat(counts(labels, parts.first(), 3)).containsExactly(3, 4, 4);
    assertThat(counts(labels, parts.rest(), 3)).containsExactly(0, 4, 4);
    assertThat(Arrays.stream(parts.first()).boxed().toList())
        .doesNotContainAnyElementsOf(Arrays.stream(parts.rest()).boxed().toList());
    // few shots are among more of the same seed
    assertThat(Arrays.stream(parts.first()).boxed().toList())
        .containsAll(Arrays.stream(draw.shots(2, 0).first()).boxed().toList());
  }

  @Test
  void aSeedDecidesAndAnotherClassDoesNot() {
    int[] labels = repeated(30, 30);
    int[] one = new Draw(set(labels), 2, 1).shots(5, 0).first();
    assertThat(new Draw(set(labels), 2, 1).shots(5, 0).first()).containsExactly(one);
    assertThat(new Draw(set(labels), 2, 2).shots(5, 0).first()).isNotEqualTo(one);
    int[] more = new Draw(set(repeated(30, 31)), 2, 1).shots(5, 0).first();
    assertThat(Arrays.copyOf(more, 5)).containsExactly(Arrays.copyOf(one, 5));
  }
}
