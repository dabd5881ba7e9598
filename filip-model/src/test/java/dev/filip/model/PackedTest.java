package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.io.BadInput;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packed models against the model they were packed from. */
class PackedTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private static Compute on(Precision precision) {
    return new Compute(precision, ComputeDevice.CPU);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void fp32IsTheSameUpToRounding(Activation activation) {
    ModelConfig config = Models.tiny(activation);
    try (FilipModel model = FilipModel.create(config, 3);
        FilipModel packed = model.packed(on(Precision.FP32))) {
      float[] pixels = Models.pixels(config, 5, 1);
      var texts = Models.texts(config, 7, 2);
      Encoder plain = new Encoder(model, 3);
      Encoder fast = new Encoder(packed, 3);
      equal(
          plain.images(pixels, 5).tokens().floats(),
          fast.images(pixels, 5).tokens().floats(),
          1e-5);
      equal(plain.texts(texts).tokens().floats(), fast.texts(texts).tokens().floats(), 1e-5);
      equal(plain.texts(texts).globals().floats(), fast.texts(texts).globals().floats(), 1e-5);
      List<float[]> blocks = new ArrayList<>(plain.rawImages(pixels, 5).blocks());
      List<float[]> fastBlocks = fast.rawImages(pixels, 5).blocks();
      assertThat(fastBlocks).hasSameSizeAs(blocks);
      for (int i = 0; i < blocks.size(); i++) {
        equal(blocks.get(i), fastBlocks.get(i), 1e-5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"BF16", "INT8"})
  void lowerPrecisionsStayNear(Precision precision) {
    ModelConfig config = Models.small84();
    try (FilipModel model = FilipModel.create(config, 3);
        FilipModel packed = model.packed(on(precision))) {
      float[] pixels = Models.pixels(config, 3, 1);
      var texts = Models.texts(config, 6, 2);
      near(
          new Encoder(model).images(pixels, 3).tokens().floats(),
          new Encoder(packed).images(pixels, 3).tokens().floats(),
          config.embedDim());
      near(
          new Encoder(model).texts(texts).tokens().floats(),
          new Encoder(packed).texts(texts).tokens().floats(),
          config.embedDim());
    }
  }

  @Test
  void recordsNoGradients() {
    ModelConfig config = Models.tiny(Activation.GELU);
    try (FilipModel model = FilipModel.create(config, 3);
        FilipModel packed = model.packed(Compute.FP32);
        var _ = new StepScope()) {
      assertThatThrownBy(() -> packed.images(Models.pixelTensor(config, 2, 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no gradients");
      assertThatThrownBy(() -> model.with(on(Precision.INT8), false))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void closingThePackedModelLeavesTheOther() {
    ModelConfig config = Models.tiny(Activation.GELU);
    try (FilipModel model = FilipModel.create(config, 3)) {
      float[] pixels = Models.pixels(config, 2, 1);
      float[] before = new Encoder(model).images(pixels, 2).tokens().floats();
      for (Precision precision : List.of(Precision.FP32, Precision.BF16, Precision.INT8)) {
        model.packed(on(precision)).close();
      }
      assertThat(new Encoder(model).images(pixels, 2).tokens().floats()).isEqualTo(before);
    }
  }

  @Test
  void anEncoderHoldsALowPrecisionToFullPrecision() {
    ModelConfig config = Models.small84();
    float[] pixels = Models.pixels(config, 3, 1);
    var texts = Models.texts(config, 6, 2);
    try (FilipModel model = FilipModel.create(config, 3);
        FilipModel other = FilipModel.create(config, 4);
        FilipModel packed = model.packed(on(Precision.INT8))) {
      Encoder good = Encoder.checked(packed, model);
      assertThat(good.images(pixels, 3).tokens().size()).isEqualTo(3);
      assertThat(good.texts(texts).tokens().size()).isEqualTo(6);
      Encoder bad = Encoder.checked(packed, other);
      assertThatThrownBy(() -> bad.images(pixels, 3))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("precision int8: the first images' tokens have a mean cosine of")
          .hasMessageContaining(">= 0.99");
      assertThatThrownBy(() -> bad.texts(texts)).isInstanceOf(BadInput.class);
    }
  }

  private static void equal(float[] expected, float[] found, double tolerance) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], Offset.offset(tolerance));
    }
  }

  /** Every unit row within a cosine of 0.99. */
  private static void near(float[] expected, float[] found, int d) {
    assertThat(found).hasSameSizeAs(expected).isNotEqualTo(expected);
    for (int row = 0; row < found.length; row += d) {
      double cosine = 0;
      for (int i = row; i < row + d; i++) {
        cosine += (double) expected[i] * found[i];
      }
      assertThat(cosine).isGreaterThan(0.99);
    }
  }
}
