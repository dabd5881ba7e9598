package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DenseLossTest {
  private static final ContrastiveLoss LATE = new DenseLoss(1, 0, 0);

  /** Two images of two patches, a text of two words and one of one word with a pad behind it. */
  static final LossCase HAND =
      new LossCase(
          2,
          2,
          2,
          2,
          new double[] {1, 0, 0, 1, /* */ -1, 0, 0.6, 0.8},
          new double[] {0.8, 0.6, 0, 1, /* */ -1, 0, Double.NaN, Double.NaN},
          new int[] {2, 1},
          0);

  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /**
   * Best words: image 0 with text 0 .8, 1; with text 1 -1, 0; image 1 with text 0 0, .96; with text
   * 1 1, -.6. Best patches: .8, 1 | 0 | .96, .8 | 1. So
   *
   * <pre>
   * s_image = .9 -.5    s_text = .9  0
   *           .48 .2             .88 1
   * rows of s_image: .9 - -.5 = 1.4, .2 - .48 = -.28;  columns of s_text: .9 - .88 = .02, 1 - 0 = 1
   * </pre>
   */
  static double handValue() {
    return (softplus(-1.4) + softplus(0.28) + softplus(-0.02) + softplus(-1)) / 4; // 0.5149...
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Double", "Float"})
  void handWorkedLateLoss(String type) {
    double loss = HAND.run(LATE, ScalarType.valueOf(type)).loss();
    assertThat(loss).isCloseTo(handValue(), within(type.equals("Double") ? 1e-15 : 1e-6));
  }

  @Test
  void temptingWrongFormulasGiveOtherNumbers() {
    double right = handValue();
    double textSimilarityInBoth = // rows of s_text: .9 - 0, 1 - .88
        (softplus(-0.9) + softplus(-0.12) + softplus(-0.02) + softplus(-1)) / 4;
    double padsAsZero = // s_image of text 1 becomes 0 and .5
        (softplus(-0.9) + softplus(-0.02) + softplus(-0.02) + softplus(-1)) / 4;
    double sums = // tokens summed: s_image doubles, s_text doubles for text 0 only
        (softplus(-2.8) + softplus(0.56) + softplus(-0.04) + softplus(-1)) / 4;
    assertThat(HAND.run(LATE, ScalarType.Double).loss())
        .isCloseTo(right, within(1e-15))
        .isNotCloseTo(textSimilarityInBoth, within(1e-4))
        .isNotCloseTo(padsAsZero, within(1e-4))
        .isNotCloseTo(sums, within(1e-4));
  }

  @Test
  void handWorkedGlobalLoss() {
    // embeddings are the first tokens: images (1,0), (-1,0); texts (.8,.6), (-1,0)
    // cosines .8 -1 | -.8 1; rows 1.8, 1.8; columns 1.6, 2
    double loss = HAND.run(new DenseLoss(0, 1, 0), ScalarType.Double).loss();
    double expected = (2 * softplus(-1.8) + softplus(-1.6) + softplus(-2)) / 4;
    assertThat(loss).isCloseTo(expected, within(1e-15));
  }

  @Test
  void mixedIsTheWeightedSum() {
    LossCase c = LossCase.random(3, 4, 5, 6, 1);
    double late = c.run(LATE, ScalarType.Double).loss();
    double global = c.run(new DenseLoss(0, 1, 0), ScalarType.Double).loss();
    double mixed = c.run(new DenseLoss(0.7, 0.3, 0), ScalarType.Double).loss();
    assertThat(mixed).isCloseTo(0.7 * late + 0.3 * global, within(1e-12));
  }

  @Test
  void accuracyAndHealthOfTheHandWorkedCase() {
    LossGradient g = HAND.run(LATE, ScalarType.Double);
    assertThat(g.accuracyImage()).isEqualTo(0.5); // image 1 prefers text 0 (.48 > .2)
    assertThat(g.accuracyText()).isEqualTo(1);
    // patches of positive pairs choose words 0, 1 and 0, 0
    assertThat(g.sameWordShare()).isEqualTo(0.75);
    assertThat(g.wordEntropy())
        .isCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1})
  void gradientIsThatOfFiniteDifferences(double smoothing) {
    ContrastiveLoss mixed = new DenseLoss(0.6, 0.4, smoothing);
    LossCase c = LossCase.random(3, 3, 4, 5, 7).withPads(0.25);
    LossGradient g = c.run(mixed, ScalarType.Double);
    double[] image = sum(g.dImageTokens(), g.dImageEmbeds(), c.n());
    double[] text = sum(g.dTextTokens(), g.dTextEmbeds(), c.m());
    ToDoubleFunction<LossCase> loss = x -> x.run(mixed, ScalarType.Double).loss();
    for (int i = 0; i < image.length; i += 4) {
      assertThat(image[i]).isCloseTo(slope(c, c.image(), i, loss), within(1e-7));
    }
    for (int i = 0; i < text.length; i += 5) {
      assertThat(text[i]).isCloseTo(slope(c, c.text(), i, loss), within(1e-7));
    }
    double h = 1e-5;
    double up = loss.applyAsDouble(c.withLogScale(c.logScale() + h));
    double down = loss.applyAsDouble(c.withLogScale(c.logScale() - h));
    assertThat(g.dLogScale()).isCloseTo((up - down) / (2 * h), within(1e-7));
  }

  private static double slope(LossCase c, double[] x, int i, ToDoubleFunction<LossCase> loss) {
    double h = 1e-6;
    double was = x[i];
    x[i] = was + h;
    double up = loss.applyAsDouble(c);
    x[i] = was - h;
    double down = loss.applyAsDouble(c);
    x[i] = was;
    return (up - down) / (2 * h);
  }

  /** The embedding is token 0 of its item, so their gradients add. */
  private static double[] sum(@Nullable Tensor tokens, @Nullable Tensor embeds, int perItem) {
    double[] sum = LossCase.values(tokens);
    double[] e = LossCase.values(embeds);
    int d = 5;
    int b = e.length / d;
    for (int i = 0; i < b; i++) {
      for (int c = 0; c < d; c++) {
        sum[i * perItem * d + c] += e[i * d + c];
      }
    }
    return sum;
  }

  @Test
  void padsGetNoGradientAndTiesGiveAllToTheFirst() {
    LossCase same =
        new LossCase(
            2,
            2,
            3,
            1,
            new double[] {1, 1, -1, -1},
            new double[] {1, 1, Double.NaN, -1, -1, -1},
            new int[] {2, 3},
            0);
    LossGradient g = same.run(LATE, ScalarType.Double);
    double[] text = LossCase.values(g.dTextTokens());
    assertThat(text[2]).isZero();
    // s_image gives both patches' gradient to word 0; s_text gives each word half of its own
    assertThat(Math.abs(text[0])).isGreaterThan(Math.abs(text[1]) * 1.5);
    assertThat(text[1]).isNotZero();
  }

  @Test
  void nonFiniteInputIsATypedError() {
    LossCase c = LossCase.random(2, 3, 4, 5, 3);
    c.image()[4] = Double.NaN;
    assertThatThrownBy(() -> c.run(LATE, ScalarType.Float)).isInstanceOf(NonFiniteLoss.class);
  }
}
