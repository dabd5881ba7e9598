package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
  void standardErrorByHand() {
    assertThat(binomial(50, 100)).isCloseTo(0.05, within(1e-12));
    assertThat(binomial(162, 1906)).isCloseTo(0.00639, within(1e-5)); // a share of 0.085
    assertThat(new Share.Tally().share().n()).isZero();
  }

  private static double binomial(int hits, int trials) {
    Share.Tally tally = new Share.Tally();
    for (int i = 0; i < trials; i++) {
      tally.add(i < hits);
    }
    return tally.share().standardError();
  }

  @Test
  void trialsOfOneImageAreNotIndependent() {
    Share.Tally tally = new Share.Tally(); // 2 images, all or nothing: as sure as 2 trials, not 8
    tally.add(4, 4);
    tally.add(0, 4);
    assertThat(tally.share().standardError()).isCloseTo(Math.sqrt(0.5 * 0.5 / 2), within(1e-12));
    assertThat(new Share.Tally().share()).isEqualTo(new Share(0, 0, 0));
  }
}
