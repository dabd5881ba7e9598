package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Activation;
import dev.filip.config.Finetune;
import dev.filip.config.Finetune.Lock;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Target;
import dev.filip.config.Finetune.Tower;
import dev.filip.config.ModelConfig;
import dev.filip.io.BadInput;
import dev.filip.nn.LowRank;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapted models against models whose matrices hold the change. */
class TuningTest {
  private static final int RANK = 3;
  private static final double SCALE = 2;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  /** One and five pairs: projections apart and packed, both forms of the MLP. */
  @ParameterizedTest
  @CsvSource({"QUICK_GELU, 1, FP32", "QUICK_GELU, 5, FP32", "GELU, 5, FP32", "QUICK_GELU, 5, BF16"})
  void anAdaptedModelComputesWhatTheMergedOneDoes(
      Activation activation, int pairs, Precision precision) {
    Compute compute = new Compute(precision, ComputeDevice.CPU);
    ModelConfig config = Models.tiny(activation);
    try (FilipModel plain = FilipModel.create(config, 3);
        FilipModel adapted = adapted(config).with(compute, false);
        FilipModel merged = merged(adapted).with(compute, false);
        FilipModel packed = adapted.packed(Compute.FP32);
        var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor pixels = Models.pixelTensor(config, pairs, 4);
      float[] images = Tensors.toFloats(adapted.images(pixels).tokens());
      assertThat(images).isEqualTo(Tensors.toFloats(merged.images(pixels).tokens()));
      assertThat(images).isNotEqualTo(Tensors.toFloats(plain.images(pixels).tokens()));
      var texts = Models.texts(config, pairs, 5);
      assertThat(Tensors.toFloats(adapted.texts(texts).embeds()))
          .isEqualTo(Tensors.toFloats(merged.texts(texts).embeds()));
      if (precision == Precision.FP32) {
        assertThat(Tensors.toFloats(packed.images(pixels).tokens()))
            .containsExactly(images, within(1e-5f));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "5"})
  void bothPartsOfAnAdapterGetTheGradientOfTheChainRule(int pairs) {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    try (FilipModel adapted = adapted(config);
        FilipModel merged = merged(adapted);
        var _ = new StepScope()) {
      backward(adapted, pairs);
      backward(merged, pairs);
      assertThat(adapted.parameters().adapters()).hasSize(4 * 6);
      adapted
          .parameters()
          .adapters()
          .forEach((name, adapter) -> {
            Tensor dw = merged.parameters().get(name).grad();
            close(name, adapter.a().grad(), times(transposed(adapter.b()), dw));
            close(name, adapter.b().grad(), times(dw, transposed(adapter.a())));
            assertThat(adapted.parameters().get(name).grad().defined()).isFalse();
          });
    }
  }

  @Test
  void onlyAdaptersAndTheLogScaleAreTrainedAndTheyBeginAtNoChange() {
    ModelConfig config = Models.tiny(Activation.GELU);
    Lora lora = new Lora(RANK, 6, EnumSet.of(Tower.TEXT), EnumSet.of(Target.Q));
    Finetune finetune = new Finetune(Lock.IMAGE, true, 1, Optional.of(lora));
    try (FilipModel plain = FilipModel.create(config, 3);
        FilipModel tuned = FilipModel.create(config, 3).tuned(finetune, 1);
        FilipModel other = FilipModel.create(config, 3).tuned(finetune, 2);
        FilipModel replica = tuned.replica();
        var _ = new StepScope()) {
      String q = "text_model.encoder.layers.%d.self_attn.q_proj.lora_%s.weight";
      assertThat(tuned.parameters().trained().keySet())
          .containsExactly(
              "logit_scale",
              q.formatted(0, "A"),
              q.formatted(0, "B"),
              q.formatted(1, "A"),
              q.formatted(1, "B"));
      assertThat(replica.parameters().trained().keySet())
          .isEqualTo(tuned.parameters().trained().keySet());
      var texts = Models.texts(config, 4, 5);
      assertThat(Tensors.toFloats(tuned.texts(texts).tokens().detach()))
          .isEqualTo(Tensors.toFloats(plain.texts(texts).tokens().detach()));
      float[] a =
          Tensors.toFloats(
              Objects.requireNonNull(tuned.parameters().trained().get(q.formatted(0, "A")))
                  .detach());
      float[] a2 =
          Tensors.toFloats(
              Objects.requireNonNull(other.parameters().trained().get(q.formatted(0, "A")))
                  .detach());
      float bound = (float) (1 / Math.sqrt(8));
      assertThat(a).hasSize(RANK * 8).isNotEqualTo(a2);
      for (float x : a) {
        assertThat(x).isBetween(-bound, bound);
      }
    }
  }

  @Test
  void aRankThatSavesNothingIsRefused() {
    Lora lora = new Lora(9, 6, EnumSet.of(Tower.TEXT), EnumSet.of(Target.Q));
    try (FilipModel model = FilipModel.create(Models.tiny(Activation.GELU), 3)) {
      assertThatThrownBy(() -> model.tuned(new Finetune(Lock.NONE, true, 1, Optional.of(lora)), 1))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("finetune.lora.rank must be at most 8");
    }
  }

  /** All matrices of both towers adapted, with changes that are not 0. */
  private static FilipModel adapted(ModelConfig config) {
    Lora lora =
        new Lora(RANK, SCALE * RANK, EnumSet.allOf(Tower.class), EnumSet.allOf(Target.class));
    FilipModel model =
        FilipModel.create(config, 3).tuned(new Finetune(Lock.NONE, true, 1, Optional.of(lora)), 1);
    RandomGenerator random = Models.random(8);
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      for (LowRank adapter : model.parameters().adapters().values()) {
        float[] values = new float[(int) adapter.b().numel()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (0.2 * random.nextGaussian());
        }
        adapter.b().copy_(Tensors.fromFloats(values, Tensors.shape(adapter.b())));
      }
    }
    return model;
  }

  private static FilipModel merged(FilipModel adapted) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      var weights = adapted.parameters().merged();
      return FilipModel.of(
          adapted.config(),
          (name, _) -> Objects.requireNonNull(weights.get(name)).detach().clone());
    }
  }

  private static void backward(FilipModel model, int pairs) {
    model
        .images(Models.pixelTensor(model.config(), pairs, 4))
        .tokens()
        .select(2, 1)
        .sum()
        .backward();
    model.texts(Models.texts(model.config(), pairs, 5)).embeds().select(1, 2).sum().backward();
  }

  private static float[][] rows(Tensor t) {
    float[] flat = Tensors.toFloats(t.detach().contiguous());
    int n = (int) t.size(0);
    float[][] rows = new float[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * flat.length / n, (i + 1) * flat.length / n);
    }
    return rows;
  }

  private static Tensor transposed(Tensor t) {
    return t.detach().t().contiguous();
  }

  /** {@code SCALE x y} in double, by hand. */
  private static double[] times(Tensor x, Tensor y) {
    float[][] a = rows(x);
    float[][] b = rows(y);
    double[] product = new double[a.length * b[0].length];
    for (int i = 0; i < product.length; i++) {
      for (int k = 0; k < b.length; k++) {
        product[i] += SCALE * a[i / b[0].length][k] * b[k][i % b[0].length];
      }
    }
    return product;
  }

  private static void close(String name, Tensor ours, double[] expected) {
    float[] values = Tensors.toFloats(ours.contiguous());
    assertThat(values).describedAs(name).hasSameSizeAs(expected);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i])
          .describedAs(name)
          .isEqualTo(expected[i], within(1e-5 * largest + 1e-8));
    }
  }
}
