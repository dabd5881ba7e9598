package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.KeepTokens;
import dev.filip.distributed.Communicator;
import dev.filip.distributed.ThreadRanks;
import dev.filip.tensor.ComputeDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several right answers in a row and in a column: every loss against plain loops. */
class PositivesTest {
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
   * The image of each pair: {@code each} side by side share one; or, for 0, at random, so that some
   * have one pair and some have several that lie apart.
   */
  private static List<String> names(int b, int each) {
    Random random = new Random(b);
    return IntStream.range(0, b)
        .mapToObj(k -> "0:" + (each > 0 ? k / each : random.nextInt(1 + b / 2)))
        .toList();
  }

  private static LateLoss late(Regularisers regular, Communicator ranks) {
    return new LateLoss(regular, FeaturePrecision.FP32, 2, ranks);
  }

  private static GlobalLoss global(Regularisers regular, Communicator ranks) {
    return new GlobalLoss(regular, FeaturePrecision.FP32, ranks);
  }

  private static TiledLateLoss tiled(Regularisers regular, Communicator ranks) {
    return new TiledLateLoss(regular, FeaturePrecision.FP32, ComputeDevice.CPU, 4096, ranks);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 2, 4, 1, 0, 0",
    "2, 5, 3, 8, 2, 0, 0",
    "3, 1, 1, 3, 3, 0, 0.01",
    "6, 4, 5, 16, 3, 0, 0",
    "7, 9, 4, 10, 2, 0.1, 0",
    "15, 5, 7, 24, 5, 0, 0",
    "17, 6, 3, 33, 0, 0.2, 0.02",
    "23, 2, 9, 16, 0, 0, 0",
    "8, 3, 4, 8, 1, 0.1, 0"
  })
  void everyLossEqualsPlainLoops(int b, int n, int m, int d, int each, double smoothing, double z) {
    LossCase c = LossCase.random(b, n, m, d, 7);
    List<String> names = names(b, each);
    Positives positives = Positives.of(names);
    Regularisers regular = new Regularisers(smoothing, z);
    SlowPositives slow = new SlowPositives(c.withPads(0), names, regular);
    DenseLoss dense = new DenseLoss(1, 0, regular);
    LossGradient expected = c.run(dense, positives, ScalarType.Double);
    assertThat(expected.loss()).isCloseTo(slow.late(), within(1e-12 * (1 + slow.late())));
    LossGradient found;
    try (LateLoss late = late(regular, Communicator.Alone.INSTANCE)) {
      found = c.run(late, positives, ScalarType.Float);
    }
    LateLossTest.equal(found, expected, 2e-6);
    LateLossTest.equal(
        c.run(tiled(regular, Communicator.Alone.INSTANCE), positives, ScalarType.Float),
        expected,
        2e-6);
    LossGradient embeds = c.run(new DenseLoss(0, 1, regular), positives, ScalarType.Double);
    assertThat(embeds.loss()).isCloseTo(slow.global(), within(1e-12 * (1 + slow.global())));
    LateLossTest.equal(
        c.run(global(regular, Communicator.Alone.INSTANCE), positives, ScalarType.Float),
        embeds,
        2e-6);
  }

  /** Through the mixed loss and through a selection that keeps all. */
  @Test
  void theyPassThroughLossesOfLosses() {
    LossCase c = LossCase.random(9, 5, 4, 24, 4);
    Positives positives = Positives.of(names(9, 3));
    Regularisers regular = new Regularisers(0.1, 0);
    try (ContrastiveLoss mixed =
        new MixedLoss(
            0.7,
            new TokenSelection(
                new KeepTokens(1, 0, 1), late(regular, Communicator.Alone.INSTANCE), 2),
            0.3,
            global(regular, Communicator.Alone.INSTANCE))) {
      LateLossTest.equal(
          c.run(mixed, positives, ScalarType.Float),
          c.run(new DenseLoss(0.7, 0.3, regular), positives, ScalarType.Double),
          2e-6);
    }
  }

  /** Every number of every input moved a little, and the scale. */
  @ParameterizedTest
  @CsvSource({"6, 3, 4, 5, 2", "5, 2, 3, 4, 0", "4, 1, 2, 6, 4"})
  void gradientsAreThoseOfFiniteDifferences(int b, int n, int m, int d, int each) {
    LossCase c = LossCase.random(b, n, m, d, 3);
    List<String> names = names(b, each);
    Regularisers regular = new Regularisers(0.1, 0.01);
    LossGradient found;
    LossGradient embeds;
    Positives positives = Positives.of(names);
    try (LateLoss late = late(regular, Communicator.Alone.INSTANCE)) {
      found = c.run(late, positives, ScalarType.Float);
      embeds = c.run(global(regular, Communicator.Alone.INSTANCE), positives, ScalarType.Float);
    }
    differ(c, names, regular, c.image(), LossCase.values(found.dImageTokens()));
    differ(c, names, regular, c.text(), LossCase.values(found.dTextTokens()));
    double step = 1e-5;
    double up =
        new SlowPositives(c.withLogScale(c.logScale() + step).withPads(0), names, regular).late();
    double down =
        new SlowPositives(c.withLogScale(c.logScale() - step).withPads(0), names, regular).late();
    assertThat(found.dLogScale()).isCloseTo((up - down) / (2 * step), within(2e-6));
    double[] image = LossCase.values(embeds.dImageEmbeds());
    for (int i = 0; i < b; i++) {
      for (int k = 0; k < d; k++) {
        int at = i * n * d + k; // embeddings are the first tokens
        double moved = difference(c, names, regular, c.image(), at, true);
        assertThat(image[i * d + k]).isCloseTo(moved, within(2e-6));
      }
    }
  }

  private static void differ(
      LossCase c, List<String> names, Regularisers regular, double[] values, double[] gradient) {
    for (int k = 0; k < values.length; k++) {
      double expected =
          Double.isNaN(values[k]) ? 0 : difference(c, names, regular, values, k, false);
      assertThat(gradient[k]).isCloseTo(expected, within(2e-6));
    }
  }

  private static double difference(
      LossCase c,
      List<String> names,
      Regularisers regular,
      double[] values,
      int k,
      boolean global) {
    double before = values[k];
    double step = 1e-6;
    SlowPositives slow = new SlowPositives(c, names, regular); // pads are never read
    values[k] = before + step;
    double up = global ? slow.global() : slow.late();
    values[k] = before - step;
    double down = global ? slow.global() : slow.late();
    values[k] = before;
    return (up - down) / (2 * step);
  }

  /** One caption an image, however it is said, is the loss that there was, bit for bit. */
  @ParameterizedTest
  @CsvSource({"1, 0, 0", "7, 0, 0", "16, 0.1, 0", "33, 0.2, 0.01"})
  void oneCaptionAnImageChangesNoBit(int b, double smoothing, double z) {
    LossCase c = LossCase.random(b, 5, 6, 16, 9);
    Regularisers regular = new Regularisers(smoothing, z);
    Positives each = Positives.of(names(b, 1));
    try (LateLoss late = late(regular, Communicator.Alone.INSTANCE)) {
      same(c.run(late, each, ScalarType.Float), c.run(late, ScalarType.Float), true);
      GlobalLoss global = global(regular, Communicator.Alone.INSTANCE);
      same(c.run(global, each, ScalarType.Float), c.run(global, ScalarType.Float), false);
    }
  }

  private static void same(LossGradient a, LossGradient b, boolean late) {
    assertThat(a.loss()).isEqualTo(b.loss());
    assertThat(a.dLogScale()).isEqualTo(b.dLogScale());
    assertThat(a.accuracyImage()).isEqualTo(b.accuracyImage());
    assertThat(LossCase.values(late ? a.dImageTokens() : a.dImageEmbeds()))
        .isEqualTo(LossCase.values(late ? b.dImageTokens() : b.dImageEmbeds()));
    assertThat(LossCase.values(late ? a.dTextTokens() : a.dTextEmbeds()))
        .isEqualTo(LossCase.values(late ? b.dTextTokens() : b.dTextEmbeds()));
  }

  /**
   * Every image with all its captions: the gradient is that of images met once, each with its
   * captions; the loss of texts is larger by the logarithm of the repetitions.
   */
  @Test
  void repeatedImagesAreAsGoodAsImagesMetOnce() {
    int images = 4;
    int each = 3;
    LossCase c = repeated(LossCase.random(images * each, 5, 4, 16, 11), each);
    double scale = Math.exp(c.logScale());
    double[][] s = new double[images][images * each];
    double once = 0;
    for (int i = 0; i < images; i++) {
      for (int j = 0; j < images * each; j++) {
        s[i][j] = scale * cosine(c, i * each, j);
      }
    }
    for (int i = 0; i < images; i++) {
      double all = Math.log(Arrays.stream(s[i]).map(Math::exp).sum());
      for (int j = i * each; j < (i + 1) * each; j++) {
        once += (all - s[i][j]) / each / images;
        int text = j;
        double column = Math.log(Arrays.stream(s).mapToDouble(row -> Math.exp(row[text])).sum());
        once += (column - s[i][j]) / (images * each);
      }
    }
    LossGradient found =
        c.run(new DenseLoss(0, 1, 0), Positives.of(names(images * each, each)), ScalarType.Double);
    assertThat(found.loss()).isCloseTo((once + Math.log(each)) / 2, within(1e-12));
  }

  /**
   * Matched once instead of row by row: the same value and gradient of texts, and of images the sum
   * over their rows, in the first of them. Through a selection of tokens, too, and on ranks whose
   * rows begin inside an image's.
   */
  @ParameterizedTest
  @CsvSource({"12, 3, 5, 4, 16", "15, 5, 9, 7, 24", "7, 2, 1, 1, 3", "6, 6, 4, 3, 10"})
  void imagesThatRepeatAreMatchedOnce(int b, int each, int n, int m, int d) {
    LossCase c = repeated(LossCase.random(b, n, m, d, 13), each);
    List<String> names = names(b, each);
    Regularisers regular = new Regularisers(0.1, 0.01);
    KeepTokens half = new KeepTokens(0.5, 0, 1);
    for (boolean selected : new boolean[] {false, true}) {
      LateLoss late = late(regular, Communicator.Alone.INSTANCE);
      try (ContrastiveLoss loss = selected ? new TokenSelection(half, late, 2) : late) {
        LossGradient rows = c.run(loss, Positives.of(names), ScalarType.Float);
        LossGradient once = c.run(loss, Positives.of(names, i -> i % each != 0), ScalarType.Float);
        assertThat(once.loss()).isCloseTo(rows.loss(), within(1e-12));
        assertThat(once.dLogScale()).isCloseTo(rows.dLogScale(), within(1e-9));
        assertThat(once.accuracyText()).isEqualTo(rows.accuracyText());
        assertThat(once.sameWordShare()).isEqualTo(rows.sameWordShare());
        assertThat(once.wordEntropy()).isEqualTo(rows.wordEntropy());
        close(LossCase.values(once.dTextTokens()), LossCase.values(rows.dTextTokens()));
        close(
            LossCase.values(once.dImageTokens()),
            summed(LossCase.values(rows.dImageTokens()), b, each));
      }
    }
    if (b % 2 == 0) {
      LossGradient whole;
      try (LateLoss late = late(regular, Communicator.Alone.INSTANCE)) {
        whole = c.run(late, Positives.of(names), ScalarType.Float);
      }
      double[] text = LossCase.values(whole.dTextTokens());
      List<double[]> parts =
          ThreadRanks.run(
              2,
              ranks -> {
                int from = ranks.rank() * b / 2;
                try (var _ = new PointerScope();
                    LateLoss part = late(regular, ranks.communicator())) {
                  List<String> mine = names.subList(from, from + b / 2);
                  LossGradient g =
                      c.part(ranks.rank(), 2)
                          .run(
                              part,
                              Positives.of(mine, i -> (from + i) % each != 0),
                              ScalarType.Float);
                  assertThat(g.loss()).isCloseTo(whole.loss(), within(1e-7));
                  return LossCase.values(g.dTextTokens());
                }
              });
      close(parts.getFirst(), Arrays.copyOf(text, text.length / 2));
      close(parts.getLast(), Arrays.copyOfRange(text, text.length / 2, text.length));
    }
  }

  /** By a device's losses, too: the numbers of the CPU's, which match once. */
  @ParameterizedTest
  @CsvSource({"12, 3, 5, 4, 16", "15, 5, 9, 7, 24", "7, 2, 1, 1, 3", "6, 6, 4, 3, 10"})
  void aDeviceMatchesThemOnceToo(int b, int each, int n, int m, int d) {
    LossCase c = repeated(LossCase.random(b, n, m, d, 13), each);
    Positives told = Positives.of(names(b, each), i -> i % each != 0);
    Regularisers regular = new Regularisers(0.1, 0.01);
    KeepTokens half = new KeepTokens(0.5, 0, 1);
    for (boolean selected : new boolean[] {false, true}) {
      LateLoss late = late(regular, Communicator.Alone.INSTANCE);
      ContrastiveLoss tiled = tiled(regular, Communicator.Alone.INSTANCE);
      try (ContrastiveLoss cpu = selected ? new TokenSelection(half, late, 2) : late;
          ContrastiveLoss device =
              selected ? new DeviceSelection(half, tiled, ComputeDevice.CPU, 4096) : tiled) {
        LossGradient expected = c.run(cpu, told, ScalarType.Float);
        LossGradient found = c.run(device, told, ScalarType.Float);
        assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-6));
        assertThat(found.dLogScale()).isCloseTo(expected.dLogScale(), within(1e-6));
        assertThat(found.accuracyImage()).isEqualTo(expected.accuracyImage());
        assertThat(found.accuracyText()).isEqualTo(expected.accuracyText());
        assertThat(found.sameWordShare()).isCloseTo(expected.sameWordShare(), within(1e-12));
        assertThat(found.wordEntropy()).isCloseTo(expected.wordEntropy(), within(1e-12));
        close(LossCase.values(found.dTextTokens()), LossCase.values(expected.dTextTokens()));
        close(LossCase.values(found.dImageTokens()), LossCase.values(expected.dImageTokens()));
      }
    }
  }

  /** Ranks whose rows begin inside an image's. */
  @Test
  void aDeviceMatchesThemOnceOnRanks() {
    int b = 10;
    int each = 3;
    LossCase c = repeated(LossCase.random(b, 5, 4, 16, 7), each);
    List<String> names = names(b, each);
    Regularisers regular = new Regularisers(0.1, 0.01);
    LossGradient whole;
    try (LateLoss late = late(regular, Communicator.Alone.INSTANCE)) {
      whole = c.run(late, Positives.of(names), ScalarType.Float);
    }
    double[] text = LossCase.values(whole.dTextTokens());
    List<double[]> parts =
        ThreadRanks.run(
            2,
            ranks -> {
              int from = ranks.rank() * b / 2;
              try (var _ = new PointerScope();
                  ContrastiveLoss part = tiled(regular, ranks.communicator())) {
                List<String> mine = names.subList(from, from + b / 2);
                Positives told = Positives.of(mine, i -> (from + i) % each != 0);
                LossGradient g = c.part(ranks.rank(), 2).run(part, told, ScalarType.Float);
                assertThat(g.loss()).isCloseTo(whole.loss(), within(1e-6));
                assertThat(g.sameWordShare()).isCloseTo(whole.sameWordShare(), within(1e-12));
                return LossCase.values(g.dTextTokens());
              }
            });
    close(parts.getFirst(), Arrays.copyOf(text, b / 2 * c.m() * c.d()));
    close(parts.getLast(), Arrays.copyOfRange(text, text.length / 2, text.length));
  }

  /** What is compared with the texts: every image once. */
  @Test
  void aDeviceIsGivenEveryImageOnce() {
    List<Integer> images = new ArrayList<>();
    FusedTiles.Kernels counting =
        new FusedTiles.Kernels() {
          @Override
          public void maxima(
              FusedTiles.Features f, Tensor words, Tensor patches, Tensor image, Tensor text) {
            images.add(f.images());
          }

          @Override
          public void gradient(
              boolean texts,
              FusedTiles.Features f,
              Tensor words,
              Tensor patches,
              Tensor dsImage,
              Tensor dsText,
              Tensor out) {
            assertThat(dsImage.size(0)).isEqualTo(f.images());
          }
        };
    LossCase c = repeated(LossCase.random(11, 5, 4, 16, 7), 3);
    try (var _ = new PointerScope();
        TiledLateLoss loss =
            new TiledLateLoss(
                Regularisers.NONE,
                FeaturePrecision.BF16,
                ComputeDevice.CPU,
                4096,
                Communicator.Alone.INSTANCE,
                counting)) {
      c.run(loss, Positives.of(names(11, 3), i -> i % 3 != 0), ScalarType.Float);
    }
    assertThat(images).containsExactly(4);
  }

  /** The rows of each image added up in its first. */
  private static double[] summed(double[] rows, int b, int each) {
    int width = rows.length / b;
    double[] out = new double[rows.length];
    for (int k = 0; k < rows.length; k++) {
      int row = k / width;
      out[row / each * each * width + k % width] += rows[k];
    }
    return out;
  }

  private static double cosine(LossCase c, int image, int text) {
    double sum = 0;
    for (int k = 0; k < c.d(); k++) {
      sum += c.image()[image * c.n() * c.d() + k] * c.text()[text * c.m() * c.d() + k];
    }
    return sum;
  }

  private static LossCase repeated(LossCase c, int each) {
    int width = c.n() * c.d();
    for (int i = 0; i < c.b(); i++) {
      System.arraycopy(c.image(), i / each * each * width, c.image(), i * width, width);
    }
    return c;
  }

  /** Texts on other ranks are right answers, too; names cross ranks. */
  @ParameterizedTest
  @CsvSource({"2, 6, 3, 0.1", "2, 10, 0, 0", "3, 12, 5, 0", "3, 9, 0, 0.2", "2, 8, 1, 0"})
  void ranksSeeEachOthersAnswers(int world, int b, int each, double smoothing) {
    LossCase c = LossCase.random(b, 5, 6, 16, 5);
    List<String> names = names(b, each);
    Regularisers regular = new Regularisers(smoothing, 0.01);
    for (String kind : List.of("late", "tiled", "global")) {
      LossGradient whole;
      try (ContrastiveLoss one = loss(kind, regular, Communicator.Alone.INSTANCE)) {
        whole = c.run(one, Positives.of(names), ScalarType.Float);
      }
      boolean tokens = !kind.equals("global");
      double[] image = LossCase.values(tokens ? whole.dImageTokens() : whole.dImageEmbeds());
      double[] text = LossCase.values(tokens ? whole.dTextTokens() : whole.dTextEmbeds());
      List<List<double[]>> parts =
          ThreadRanks.run(
              world,
              ranks -> {
                try (var _ = new PointerScope();
                    ContrastiveLoss part = loss(kind, regular, ranks.communicator())) {
                  int own = b / world;
                  List<String> mine = names.subList(ranks.rank() * own, (ranks.rank() + 1) * own);
                  LossGradient g =
                      c.part(ranks.rank(), world).run(part, Positives.of(mine), ScalarType.Float);
                  return List.of(
                      new double[] {g.loss(), g.dLogScale(), g.accuracyImage(), g.accuracyText()},
                      LossCase.values(tokens ? g.dImageTokens() : g.dImageEmbeds()),
                      LossCase.values(tokens ? g.dTextTokens() : g.dTextEmbeds()));
                }
              });
      close(joined(parts, 1), image);
      close(joined(parts, 2), text);
      for (List<double[]> part : parts) {
        double[] numbers = part.getFirst();
        assertThat(numbers[0]).isCloseTo(whole.loss(), within(1e-7));
        assertThat(numbers[1]).isCloseTo(whole.dLogScale(), within(1e-6));
        assertThat(numbers[2]).isEqualTo(whole.accuracyImage());
        assertThat(numbers[3]).isEqualTo(whole.accuracyText());
      }
    }
  }

  private static ContrastiveLoss loss(String kind, Regularisers regular, Communicator ranks) {
    return switch (kind) {
      case "late" -> late(regular, ranks);
      case "tiled" -> tiled(regular, ranks);
      default -> global(regular, ranks);
    };
  }

  private static double[] joined(List<List<double[]>> parts, int which) {
    List<Double> all = new ArrayList<>();
    parts.forEach(part -> Arrays.stream(part.get(which)).forEach(all::add));
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void close(double[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double most = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-6 * most + 1e-12));
    }
  }

  /** A hit is any right answer. */
  @Test
  void accuracyCountsEveryRightAnswer() {
    double[] image = {1, 0, 1, 0, 0, 1};
    double[] text = {0.5, 0, 1, 0, 0, 1}; // image 0 prefers text 1
    LossCase c = new LossCase(3, 1, 1, 2, image, text, new int[] {1, 1, 1}, 0);
    LossGradient own = c.run(new DenseLoss(0, 1, 0), ScalarType.Double);
    assertThat(own.accuracyImage()).isEqualTo(2 / 3.0);
    Positives shared = Positives.of(List.of("a", "a", "b"));
    assertThat(c.run(new DenseLoss(0, 1, 0), shared, ScalarType.Double).accuracyImage())
        .isEqualTo(1);
    GlobalLoss global = global(Regularisers.NONE, Communicator.Alone.INSTANCE);
    assertThat(c.run(global, shared, ScalarType.Float).accuracyImage()).isEqualTo(1);
    assertThat(c.run(global, ScalarType.Float).accuracyImage()).isEqualTo(2 / 3.0);
  }

  @Test
  void aNameForEachPairIsNeeded() {
    LossCase c = LossCase.random(3, 2, 2, 4, 1);
    assertThatThrownBy(() ->
            c.run(
                global(Regularisers.NONE, Communicator.Alone.INSTANCE),
                Positives.of(List.of("a", "b")),
                ScalarType.Float))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 pairs need as many names, got 2");
  }
}
