package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.filip.config.Interaction;
import dev.filip.config.RunConfigReader;
import dev.filip.distributed.Communicator;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.DeviceWatch;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A GPU's losses on a device without numbers, every operator looked at: nothing of value, gradient
 * and health signs is in ordinary memory, and nothing is read.
 */
class LossPlacementTest {
  private static final Compute META = new Compute(Precision.BF16, ComputeDevice.META);

  @BeforeAll
  static void natives() {
    Natives.load();
    assumeTrue(DeviceWatch.works(), "libtorch's dispatcher cannot be looked into here");
  }

  private static LossPlan plan(Interaction kind, String more) {
    return new LossPlan(
        RunConfigReader.parse(
                "model: vit-tiny-84\ndata: {train: none}\nloss: {" + more + "}\n",
                "loss.yaml",
                List.of("interaction=" + kind.name().toLowerCase(Locale.ROOT)))
            .loss(),
        kind,
        1,
        META,
        64,
        1,
        Communicator.Alone.INSTANCE);
  }

  private static Tensor there(long... shape) {
    return ComputeDevice.META.send(torch.zeros(shape));
  }

  private static void like(@Nullable Tensor gradient, @Nullable Tensor features) {
    assertThat(gradient == null).isEqualTo(features == null);
    if (gradient != null && features != null) {
      assertThat(gradient.is_meta()).isTrue();
      assertThat(gradient.scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertThat(Tensors.shape(gradient)).isEqualTo(Tensors.shape(features));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 1 | 1 | 3 | 1 | LATE | feature_precision: fp32",
        "7 | 49 | 5 | 16 | 1 | LATE | feature_precision: bf16, label_smoothing: 0.1, z_loss: 0.01",
        "5 | 9 | 300 | 8 | 1 | LATE | feature_precision: fp16",
        "40 | 60 | 50 | 8 | 1 | LATE | feature_precision: fp16, tile_mib: 1",
        "12 | 6 | 7 | 24 | 3 | LATE | feature_precision: bf16, positives: all",
        "12 | 3 | 7 | 24 | 1 | GLOBAL | feature_precision: fp32, label_smoothing: 0.2",
        "12 | 3 | 7 | 24 | 2 | GLOBAL | feature_precision: bf16, z_loss: 0.1, positives: all",
        "13 | 6 | 7 | 24 | 1 | BOTH | feature_precision: fp32, z_loss: 0.1, positives: all",
        "9 | 20 | 17 | 24 | 1 | LATE | feature_precision: fp32, keep_tokens: 0.3, keep_after: 0,"
            + " keep_at_least: 1",
        "8 | 20 | 17 | 24 | 2 | BOTH | feature_precision: bf16, keep_tokens: 0.25, keep_after: 0,"
            + " keep_at_least: 3, positives: all",
      })
  void everythingStaysOnTheDevice(
      int b, int n, int m, int d, int captions, Interaction kind, String more) {
    try (var _ = new StepScope();
        LossPlan plan = plan(kind, more)) {
      Tensor x = there(b, n, d);
      Tensor y = there(b, m, d);
      Tensor xs = there(b, d);
      Tensor ys = there(b, d);
      Tensor scale = there(1);
      int[] length = IntStream.range(0, b).map(i -> 1 + i % m).toArray();
      Positives positives =
          plan.positives(
              IntStream.range(0, b).mapToObj(k -> "image " + k / captions).toList(),
              k -> k % captions != 0);
      try (DeviceWatch watch = new DeviceWatch()) {
        LossGradient found =
            watch.of(() ->
                plan.at(1)
                    .compute(
                        new ImageFeatures(x, xs),
                        new TextFeatures(y, ys, length),
                        positives,
                        scale));
        like(found.dImageTokens(), kind == Interaction.GLOBAL ? null : x);
        like(found.dTextTokens(), kind == Interaction.GLOBAL ? null : y);
        like(found.dImageEmbeds(), kind == Interaction.LATE ? null : xs);
        like(found.dTextEmbeds(), kind == Interaction.LATE ? null : ys);
        assertThat(found.numbers().known()).isFalse();
        found.numbers().writeDLogScale(scale);
        assertThat(watch.mistakes()).isEmpty();
        assertThat(watch.reads()).isEmpty();
        if (!more.contains("fp32")) {
          assertThat(watch.calls()).containsKey("aten::mm.dtype");
        }
        assertThat(found.loss()).isZero();
        assertThat(watch.reads()).containsExactly("aten::_to_copy");
      }
    }
  }
}
