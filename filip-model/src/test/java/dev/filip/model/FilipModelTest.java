package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FilipModelTest {
  private final ModelConfig config = Models.tiny(Activation.QUICK_GELU);

  @Test
  void featuresAreUnitRowsOfTheShapesThatTheRecordsPromise() {
    try (FilipModel model = FilipModel.create(config, 1);
        var _ = new StepScope()) {
      ImageFeatures images = model.images(Models.pixelTensor(config, 3, 7));
      TextFeatures texts = model.texts(Models.texts(config, 4, 8));

      assertThat(Tensors.shape(images.tokens())).containsExactly(3, 9, 5);
      assertThat(Tensors.shape(images.embeds())).containsExactly(3, 5);
      assertThat(Tensors.shape(texts.embeds())).containsExactly(4, 5);
      for (Tensor rows : new Tensor[] {images.tokens(), images.embeds(), texts.tokens()}) {
        float[] values = Tensors.toFloats(rows);
        for (int i = 0; i < values.length; i += 5) {
          double norm = 0;
          for (int j = 0; j < 5; j++) {
            norm += values[i + j] * values[i + j];
          }
          assertThat(norm).isCloseTo(1, within(1e-5));
        }
      }
    }
  }

  @Test
  void gradientsReachEveryParameterThatTheFeaturesUse() {
    try (FilipModel model = FilipModel.create(config, 1);
        var _ = new StepScope()) {
      ImageFeatures images = model.images(Models.pixelTensor(config, 3, 7));
      TokenBatch batch = Models.texts(config, 4, 8);
      TextFeatures texts = model.texts(batch);
      images.tokens().pow(new org.bytedeco.pytorch.Scalar(3)).sum().backward();
      texts.tokens().pow(new org.bytedeco.pytorch.Scalar(3)).sum().backward();

      model
          .parameters()
          .map()
          .forEach((name, tensor) ->
              assertThat(tensor.grad().defined()).as(name).isEqualTo(!name.equals("logit_scale")));
      model.parameters().clearGradients();
      assertThat(model.parameters().get("visual_projection.weight").grad().defined()).isFalse();
    }
  }
}
