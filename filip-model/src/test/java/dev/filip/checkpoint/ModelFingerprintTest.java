package dev.filip.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextBehaviour;
import dev.filip.io.Json;
import dev.filip.model.FilipModel;
import dev.filip.model.Models;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class ModelFingerprintTest {
  private static BpeTokenizer tokenizer(String text) {
    return BpeTrainer.train(List.of(text, "a a a"), 516, TextBehaviour.TRANSFORMERS);
  }

  @Test
  void itChangesWithAllThatMakesVectors() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    BpeTokenizer words = tokenizer("red ball red ball");
    Set<String> all = new HashSet<>();
    try (FilipModel model = FilipModel.create(config, 3);
        FilipModel other = FilipModel.create(config, 4);
        FilipModel gelu = FilipModel.create(Models.tiny(Activation.GELU), 3)) {
      String one = ModelFingerprint.of(model, words, Precision.FP32);
      assertThat(one).matches("[0-9a-f]{64}");
      all.add(one);
      all.add(ModelFingerprint.of(other, words, Precision.FP32));
      all.add(ModelFingerprint.of(gelu, words, Precision.FP32));
      all.add(ModelFingerprint.of(model, tokenizer("green box green box"), Precision.FP32));
      all.add(ModelFingerprint.of(model, words, Precision.BF16));
      assertThat(ModelFingerprint.of(model, words, Precision.FP32)).isEqualTo(one);
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        model.parameters().get("visual_projection.weight").select(0, 0).add_(new Scalar(1e-6));
      }
      all.add(ModelFingerprint.of(model, words, Precision.FP32));
    }
    assertThat(all).hasSize(6);
  }

  @Test
  void aFolderKeepsIt(@TempDir Path folder) throws IOException {
    BpeTokenizer words = tokenizer("red ball red ball");
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    ModelConfig sized = config.withVocabulary(words.size());
    try (FilipModel model = FilipModel.create(sized, 3)) {
      ModelFolder.save(folder.resolve("m"), model, words, Json.object(), Json.object());
      try (LoadedModel loaded = ModelFolder.load(folder.resolve("m"))) {
        assertThat(ModelFingerprint.of(loaded.model(), loaded.tokenizer(), Precision.FP32))
            .isEqualTo(ModelFingerprint.of(model, words, Precision.FP32));
      }
    }
  }
}
