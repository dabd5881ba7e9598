package dev.filip;

import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.image.Preprocess;
import dev.filip.io.Json;
import dev.filip.model.FilipModel;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Saves a tiny model with random weights. */
final class TinyModel {
  private TinyModel() {}

  static Path save(Path out, Interaction interaction) throws IOException {
    return save(out, interaction, Preprocess.plain(12));
  }

  static Path save(Path out, Interaction interaction, Preprocess preprocess) throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.train(
            List.of("a red ball", "a green box on a red ball"), 530, TextBehaviour.TRANSFORMERS);
    ModelConfig config =
        new ModelConfig(
            new VisionConfig(12, 4, 12, 2, 3),
            new TextConfig(8, 2, 2, 9, tokenizer.size()),
            5,
            Activation.QUICK_GELU,
            interaction,
            false,
            TextBehaviour.TRANSFORMERS,
            PixelBehaviour.TRANSFORMERS);
    try (FilipModel model = FilipModel.create(config, 7)) {
      ModelFolder.save(out, model, tokenizer, preprocess.toJson(), Json.object());
    }
    return out;
  }
}
