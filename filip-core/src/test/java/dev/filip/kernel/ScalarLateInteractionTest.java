package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.tokens.Tokens;
import org.junit.jupiter.api.Test;

class ScalarLateInteractionTest {
  /** Patches (1,0), (0,1), (0.6,0.8); words (0.8,0.6), (-1,0). Products: .8 -1 | .6 0 | .96 -.6 */
  private static final float[] PATCHES = {1, 0, 0, 1, 0.6f, 0.8f};

  private static final float[] WORDS = {0.8f, 0.6f, -1, 0};

  @Test
  void handWorkedPair() {
    PairAlignment a = ScalarLateInteraction.align(PATCHES, 3, WORDS, 2, 2);
    assertThat(a.patchWord()).containsExactly(0, 0, 0);
    assertThat(a.wordPatch()).containsExactly(2, 1);
    assertThat(a.wordScore()).usingComparatorWithPrecision(1e-6f).containsExactly(0.96f, 0f);
    // s_image = (.8 + .6 + .96) / 3, s_text = (.96 + 0) / 2: not the same
    assertThat(a.sImage()).isCloseTo(2.36f / 3, within(1e-6f));
    assertThat(a.sText()).isCloseTo(0.48f, within(1e-6f));
    assertThat(LateInteraction.alike(PATCHES, WORDS, 2)).isCloseTo(0.48f, within(1e-6f));
    assertThat(LateInteraction.alike(WORDS, PATCHES, 2)).isCloseTo(0.48f, within(1e-6f));
  }

  @Test
  void tieGoesToTheLowestIndex() {
    float[] same = {1, 0, 1, 0};
    PairAlignment a = ScalarLateInteraction.align(same, 2, same, 2, 2);
    assertThat(a.patchWord()).containsExactly(0, 0);
    assertThat(a.wordPatch()).containsExactly(0, 0);
  }

  @Test
  void setsOfUnequalItems() {
    Tokens images = Tokens.packed(PATCHES, 2, 1, 2);
    Tokens texts = Tokens.packed(WORDS, 2, 1, 1);
    PairScores s = ScalarLateInteraction.scores(images, texts);
    assertThat(s.images()).isEqualTo(2);
    assertThat(s.sImage())
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(0.8f, -1f, 0.78f, -0.3f);
    assertThat(s.sText()).usingComparatorWithPrecision(1e-6f).containsExactly(0.8f, -1f, 0.96f, 0f);
  }

  @Test
  void emptyItemIsAnErrorNotAZero() {
    assertThatThrownBy(() -> Tokens.packed(new float[0], 2, 0))
        .hasMessageContaining("at least one token");
    assertThatThrownBy(() -> ScalarLateInteraction.align(PATCHES, 3, WORDS, 0, 2))
        .hasMessageContaining("at least one token");
  }
}
