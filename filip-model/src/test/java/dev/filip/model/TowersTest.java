package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.folder.Layout;
import dev.filip.io.BadInput;
import dev.filip.tensor.Census;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TowersTest {
  @TempDir Path temp;

  /** A smooth scalar of all features: each times a fixed random weight. */
  private static Tensor score(FilipModel model, ModelConfig config) {
    ImageFeatures images = model.images(Models.pixelTensor(config, 2, 5));
    TokenBatch batch = Models.texts(config, 3, 6);
    TextFeatures texts = model.texts(batch);
    Tensor sum = weighted(images.tokens(), 1).add(weighted(images.embeds(), 2));
    return sum.add(weighted(texts.tokens(), 3)).add(weighted(texts.embeds(), 4));
  }

  private static Tensor weighted(Tensor x, long seed) {
    RandomGenerator random = Models.random(seed);
    float[] weights = new float[(int) x.numel()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return x.mul(Tensors.fromFloats(weights, Tensors.shape(x))).sum();
  }

  private static Map<String, float[]> gradients(FilipModel model, ModelConfig config) {
    try (var _ = new StepScope()) {
      model.parameters().clearGradients();
      score(model, config).backward();
      Map<String, float[]> all = new LinkedHashMap<>();
      model
          .parameters()
          .map()
          .forEach((name, t) -> {
            if (t.grad().defined()) {
              all.put(name, Tensors.toFloats(t.grad()));
            }
          });
      return all;
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void gradientsFollowFiniteDifferencesInEveryParameter(Activation activation) {
    followsDifferences(Models.tiny(activation));
  }

  @Test
  void gradientsOfASiglipTowerFollowFiniteDifferences() {
    followsDifferences(Models.siglip());
  }

  private static void followsDifferences(ModelConfig config) {
    try (FilipModel model = FilipModel.create(config, 3)) {
      enlarge(model, Layout.TOKENS, Layout.TEXT_POSITIONS);
      Map<String, float[]> gradients = gradients(model, config);
      assertThat(gradients).hasSize(model.parameters().names().size() - 1);
      gradients.forEach((name, gradient) -> {
        double expected = alongGradient(gradient);
        double found = difference(model, config, name, gradient, 4e-3);
        assertThat(found).as(name).isCloseTo(expected, within(0.02 * expected + 3e-3));
      });
    }
  }

  /** CLIP starts these so small that the first norm is too curved for differences in fp32. */
  private static void enlarge(FilipModel model, String... names) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      for (String name : names) {
        model.parameters().get(name).detach().mul_(new Scalar(30));
      }
    }
  }

  /** Derivative along the unit gradient: its norm. */
  private static double alongGradient(float[] gradient) {
    double sum = 0;
    for (float g : gradient) {
      sum += (double) g * g;
    }
    return Math.sqrt(sum);
  }

  private static double difference(
      FilipModel model, ModelConfig config, String name, float[] gradient, double step) {
    double norm = alongGradient(gradient);
    if (norm < 1e-6) {
      return 0;
    }
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor weight = model.parameters().get(name).detach();
      Tensor before = weight.clone();
      Tensor direction = Tensors.fromFloats(gradient, Tensors.shape(weight));
      weight.add_(direction.mul(new Scalar(step / norm)));
      double up = score(model, config).item_double();
      weight.copy_(before).sub_(direction.mul(new Scalar(step / norm)));
      double down = score(model, config).item_double();
      weight.copy_(before);
      return (up - down) / (2 * step);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16"})
  void checkpointedGradientsAreBitEqual(Precision precision) {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    Compute compute = new Compute(precision, ComputeDevice.CPU);
    try (FilipModel model = FilipModel.create(config, 3)) {
      Map<String, float[]> plain = gradients(model.with(compute, false), config);
      Map<String, float[]> again = gradients(model.with(compute, true), config);
      assertThat(again.keySet()).isEqualTo(plain.keySet());
      plain.forEach((name, g) -> assertThat(again.get(name)).as(name).isEqualTo(g));
    }
  }

  @Test
  void aSiglipTowerIsCheckpointedAndNearInBf16() {
    ModelConfig config = Models.siglip();
    try (FilipModel model = FilipModel.create(config, 3)) {
      Map<String, float[]> plain = gradients(model, config);
      Map<String, float[]> again = gradients(model.with(Compute.FP32, true), config);
      plain.forEach((name, g) -> assertThat(again.get(name)).as(name).isEqualTo(g));
      FilipModel half = model.with(new Compute(Precision.BF16, ComputeDevice.CPU), false);
      float[] pixels = Models.pixels(config, 2, 1);
      Encoded full = new Encoder(model).images(pixels, 2);
      Encoded near = new Encoder(half).images(pixels, 2);
      assertThat(near.globals().floats()).isNotEqualTo(full.globals().floats());
      assertThat(near.globals().floats()).containsExactly(full.globals().floats(), within(0.05f));
      assertThat(near.tokens().floats()).containsExactly(full.tokens().floats(), within(0.05f));
    }
  }

  @Test
  void theTokensOfASiglipTowerAreItsPatches() {
    ModelConfig config = Models.siglip();
    try (FilipModel model = FilipModel.create(config, 3)) {
      Encoded images = new Encoder(model).images(Models.pixels(config, 2, 1), 2);
      assertThat(images.tokens().length(1)).isEqualTo(9);
      assertThat(images.globals().floats()).hasSize(2 * 5);
      assertThat(Arrays.copyOf(images.globals().floats(), 5))
          .isNotEqualTo(Arrays.copyOf(images.tokens().floats(), 5));
    }
    assertThatThrownBy(() ->
            new ModelConfig(
                config.vision(),
                config.text(),
                5,
                config.interaction(),
                true,
                config.textBehaviour(),
                config.pixelBehaviour()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("model.cls must be false: a tower of kind siglip has no [CLS]");
  }

  @Test
  void checkpointingKeepsItsHooksAliveAndCanBeMixedWithGivenGradients() {
    ModelConfig config = Models.tiny(Activation.GELU);
    try (FilipModel model = FilipModel.create(config, 3);
        var _ = new StepScope()) {
      FilipModel checkpointed = model.with(Compute.FP32, true);
      Tensor tokens = checkpointed.images(Models.pixelTensor(config, 2, 5)).tokens();
      for (int i = 0; i < 5; i++) {
        byte[] garbage = new byte[1 << 22];
        assertThat(garbage[i]).isZero();
        System.gc();
      }
      torch.backward(
          new TensorVector(tokens),
          new TensorVector(torch.ones_like(tokens)),
          new BoolOptional(),
          false,
          new TensorVector());
      assertThat(model.parameters().get(Layout.PATCHES).grad().defined()).isTrue();
    }
  }

  @Test
  void bf16StaysNearFp32() {
    ModelConfig config = Models.small84();
    try (FilipModel model = FilipModel.create(config, 3)) {
      FilipModel half = model.with(new Compute(Precision.BF16, ComputeDevice.CPU), false);
      float[] pixels = Models.pixels(config, 2, 1);
      float[] full = new Encoder(model).images(pixels, 2).tokens().floats();
      float[] near = new Encoder(half).images(pixels, 2).tokens().floats();
      assertThat(near).isNotEqualTo(full);
      for (int i = 0; i < full.length; i++) {
        assertThat(near[i]).isCloseTo(full[i], within(0.03f));
      }
      TokenBatch texts = Models.texts(config, 3, 2);
      float[] words = new Encoder(model).texts(texts).tokens().floats();
      float[] nearWords = new Encoder(half).texts(texts).tokens().floats();
      for (int i = 0; i < words.length; i++) {
        assertThat(nearWords[i]).isCloseTo(words[i], within(0.03f));
      }
    }
  }

  @Test
  void aWordIsBlindToWhatFollowsIt() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    try (FilipModel model = FilipModel.create(config, 3)) {
      int[] ids = {1, 2, 3, 4, 5, 6};
      int[] changed = {1, 2, 3, 4, 5, 7};
      Encoder encoder = new Encoder(model);
      float[] a = encoder.texts(new TokenBatch(1, 6, ids, new int[] {6})).tokens().floats();
      float[] b = encoder.texts(new TokenBatch(1, 6, changed, new int[] {6})).tokens().floats();
      for (int i = 0; i < 25; i++) {
        assertThat(b[i]).isEqualTo(a[i]);
      }
      assertThat(b[25]).isNotEqualTo(a[25]);
    }
  }

  @Test
  void paddingIsNeverSeenWhateverItHolds() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    try (FilipModel model = FilipModel.create(config, 3)) {
      Encoder encoder = new Encoder(model);
      int[] length = {3, 7};
      int[] ids = {1, 2, 3, 9, 9, 9, 9, /* */ 4, 5, 6, 7, 8, 9, 10};
      int[] garbage = {1, 2, 3, -7, 1_000_000, 0, 22, /* */ 4, 5, 6, 7, 8, 9, 10};
      float[] a = encoder.texts(new TokenBatch(2, 7, ids, length)).tokens().floats();
      float[] b = encoder.texts(new TokenBatch(2, 7, garbage, length)).tokens().floats();
      assertThat(b).isEqualTo(a);

      float[] alone =
          encoder.texts(new TokenBatch(1, 3, new int[] {1, 2, 3}, new int[] {3})).tokens().floats();
      for (int i = 0; i < 15; i++) {
        assertThat(alone[i]).isCloseTo(a[i], within(2e-6f));
      }
    }
  }

  @Test
  void encodingInBatchesAndAloneIsTheSame() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    try (FilipModel model = FilipModel.create(config, 3)) {
      float[] pixels = Models.pixels(config, 7, 1);
      Encoded whole = new Encoder(model).images(pixels, 7);
      Encoded split = new Encoder(model, 3).images(pixels, 7);
      close(split.tokens().floats(), whole.tokens().floats());
      close(split.globals().floats(), whole.globals().floats());
      TokenBatch texts = Models.texts(config, 7, 2);
      Encoded all = new Encoder(model).texts(texts);
      Encoded some = new Encoder(model, 2).texts(texts);
      close(some.tokens().floats(), all.tokens().floats());
      close(some.globals().floats(), all.globals().floats());
      for (int i = 0; i < 7; i++) {
        int last = (int) (all.tokens().start(i) + all.tokens().length(i)) * 5 - 5;
        for (int j = 0; j < 5; j++) {
          assertThat(all.globals().floats()[i * 5 + j]).isEqualTo(all.tokens().floats()[last + j]);
        }
      }
    }
  }

  private static void close(float[] found, float[] expected) {
    assertThat(found).containsExactly(expected, org.assertj.core.data.Offset.offset(3e-6f));
  }

  @Test
  void bf16VectorsAreTheNearestToTheFloats() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    try (FilipModel model = FilipModel.create(config, 3)) {
      Encoder encoder = new Encoder(model, 3);
      float[] pixels = Models.pixels(config, 7, 1);
      Encoded half = encoder.as(Tokens.Type.BF16).images(pixels, 7);
      Encoded full = encoder.images(pixels, 7);
      assertThat(half.tokens().type()).isEqualTo(Tokens.Type.BF16);
      assertThat(half.tokens().floats())
          .containsExactly(full.tokens().as(Tokens.Type.BF16).floats());
      assertThat(half.globals().floats())
          .containsExactly(full.globals().as(Tokens.Type.BF16).floats());
      TokenBatch texts = Models.texts(config, 7, 2);
      assertThat(encoder.as(Tokens.Type.BF16).texts(texts).tokens().floats())
          .containsExactly(encoder.texts(texts).tokens().as(Tokens.Type.BF16).floats());
      int size = pixels.length / 7;
      List<float[]> each = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        each.add(Arrays.copyOfRange(pixels, i * size, (i + 1) * size));
      }
      assertThat(encoder.images(each).tokens().floats()).containsExactly(full.tokens().floats());
    }
  }

  @Test
  void clsTakesPartWhereThePolicySaysSo() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    ModelConfig with =
        new ModelConfig(
            config.vision(),
            config.text(),
            config.embedDim(),
            config.interaction(),
            true,
            config.textBehaviour(),
            config.pixelBehaviour());
    try (FilipModel model = FilipModel.create(with, 3)) {
      Encoded images = new Encoder(model).images(Models.pixels(with, 1, 1), 1);
      assertThat(images.tokens().length(0)).isEqualTo(10);
      for (int j = 0; j < 5; j++) {
        assertThat(images.tokens().floats()[j])
            .isCloseTo(images.globals().floats()[j], within(1e-6f));
      }
    }
  }

  @Test
  void aWordOutsideTheVocabularyOrALongTextIsRefused() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    try (FilipModel model = FilipModel.create(config, 3)) {
      Encoder encoder = new Encoder(model);
      assertThatThrownBy(
              () -> encoder.texts(new TokenBatch(1, 2, new int[] {1, 23}, new int[] {2})))
          .isInstanceOf(BadInput.class)
          .hasMessage("token id must be in 0..22, got 23");
      assertThatThrownBy(() -> encoder.texts(new TokenBatch(1, 10, new int[10], new int[] {10})))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("context 9");
    }
  }

  /** One line, where freed memory would end the process. */
  @Test
  void aClosedModelIsSaidToBeOne() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    FilipModel model = FilipModel.create(config, 3);
    FilipModel packed = model.packed(Compute.FP32);
    FilipModel int8 = model.packed(new Compute(Precision.INT8, ComputeDevice.CPU));
    int8.close();
    int8.close();
    model.with(Compute.FP32, true).close();
    float[] pixels = Models.pixels(config, 2, 1);
    for (FilipModel closed : List.of(model, packed, int8)) {
      Encoder encoder = new Encoder(closed);
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> encoder.images(pixels, 2),
              () -> encoder.texts(Models.texts(config, 3, 1)),
              () -> encoder.rawImages(pixels, 2),
              () -> encoder.rawTexts(Models.texts(config, 3, 1)),
              closed::logScale,
              closed::replica,
              () -> closed.resized(24),
              () -> closed.with(Compute.FP32, false),
              () -> closed.packed(Compute.FP32))) {
        assertThatThrownBy(use)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith("the model is closed");
      }
    }
    packed.close();
  }

  /** A freed tensor has no address, and JavaCPP says so; never a read of what lay there. */
  @Test
  void aFreedTensorIsSaidToBeOne() {
    Tensor freed;
    try (var _ = new StepScope()) {
      freed = torch.ones(3);
    }
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> freed.add(freed), () -> Tensors.toFloats(freed), () -> Tensors.bytes(freed))) {
      assertThatThrownBy(use)
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("is NULL");
    }
  }

  @Test
  void stepsLeaveNoNativeObjectsBehind() throws Exception {
    assertThat(Census.left(Steps.class, temp))
        .hasSize(2)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
  }

  /** Training steps, and encoding as the trained and as the packed model. */
  private static final class Steps implements Census.Scenarios {
    private final ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    private final FilipModel model = FilipModel.create(config, 3);
    private final FilipModel checkpointed = model.with(Compute.FP32, true);

    @Override
    public Map<String, Census.Work> in(Path folder) {
      return Map.of("training", this::train, "encoding", this::encode);
    }

    private void train() {
      for (int i = 0; i < 20; i++) {
        gradients(model, config);
        gradients(checkpointed, config);
      }
    }

    private void encode() {
      float[] pixels = Models.pixels(config, 2, 1);
      for (Precision precision : List.of(Precision.FP32, Precision.BF16, Precision.INT8)) {
        try (FilipModel packed = model.packed(new Compute(precision, ComputeDevice.CPU))) {
          for (FilipModel one : List.of(model, packed)) {
            Encoder encoder = new Encoder(one, 2);
            encoder.images(pixels, 2);
            encoder.texts(Models.texts(config, 5, 1));
            encoder.rawImages(pixels, 2);
            assertThatThrownBy(
                    () -> encoder.texts(new TokenBatch(1, 2, new int[] {1, 23}, new int[] {2})))
                .isInstanceOf(BadInput.class);
            assertThatThrownBy(() ->
                    encoder.images(
                        40,
                        (image, to, at) -> {
                          throw new IllegalStateException("no pixels");
                        }))
                .isInstanceOf(IllegalStateException.class);
          }
        }
      }
    }
  }
}
