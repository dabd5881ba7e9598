package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShareTest {
  @Test
  void oneTrialAnImageIsTheBinomial() {
    Share.Tally tally = new Share.Tally();
    for (int i = 0; i < 10; i++) {
      tally.add(i < 3);
    }
    Share share = tally.share();
    assertThat(share.value()).isCloseTo(0.3, within(1e-12));
    assertThat(share.standardError()).isCloseTo(Math.sqrt(0.3 * 0.7 / 10), within(1e-12));
    assertThat(share.n()).isEqualTo(10);
  }

  @Test
  void trialsOfOneImageAreNotIndependent() {
    Share.Tally tally = new Share.Tally(); // 2 images, all or nothing: as sure as 2 trials, not 8
    tally.add(4, 4);
    tally.add(0, 4);
    assertThat(tally.share().standardError()).isCloseTo(Math.sqrt(0.5 * 0.5 / 2), within(1e-12));
    assertThat(new Share.Tally().share()).isEqualTo(new Share(0, 0, 0));
  }

  /** All orders of right (r) and wrong (w) equals, counted. */
  @Test
  void tiesGiveTheExpectedHit() {
    for (int greater = 0; greater < 4; greater++) {
      for (int wrong = 0; wrong < 5; wrong++) {
        for (int right = 1; right < 4; right++) {
          for (int k = 1; k < 8; k++) {
            assertThat(Chances.inFirst(k, greater, wrong, right))
                .as("k %d greater %d wrong %d right %d", k, greater, wrong, right)
                .isCloseTo(counted(k, greater, wrong, right), within(1e-12));
          }
        }
      }
    }
  }

  private static double counted(int k, int greater, int wrong, int right) {
    List<Integer> masks = new ArrayList<>();
    int n = wrong + right;
    for (int mask = 0; mask < 1 << n; mask++) {
      if (Integer.bitCount(mask) == right) {
        masks.add(mask);
      }
    }
    long hits =
        masks.stream()
            .filter(m -> k > greater && (m & (1 << Math.min(n, k - greater)) - 1) != 0)
            .count();
    return (double) hits / masks.size();
  }
}
