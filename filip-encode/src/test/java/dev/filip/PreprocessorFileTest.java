package dev.filip;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Interaction;
import dev.filip.encode.ModelEmbedder;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model folder whose {@code preprocessor_config.json} does not fit or is not there. */
@Tag("native")
class PreprocessorFileTest {
  @TempDir Path temp;

  private static void refused(Path folder, String reason) {
    try (LoadedModel loaded = ModelFolder.load(folder)) {
      assertThatThrownBy(() -> new ModelEmbedder(loaded))
          .isInstanceOf(BadInput.class)
          .hasMessage(reason);
    }
  }

  @Test
  void pixelsOfAnotherSizeAreRefusedBeforeAnyIsMade() throws IOException {
    Path folder = TinyModel.save(temp.resolve("model"), Interaction.LATE, Preprocess.plain(16));
    refused(
        folder,
        folder.resolve("preprocessor_config.json")
            + " makes 16 x 16 pixels, the model takes 12 x 12");
  }

  @Test
  void noPixelsAreGuessed() throws IOException {
    Path folder = TinyModel.save(temp.resolve("model"), Interaction.LATE);
    Files.delete(folder.resolve("preprocessor_config.json"));
    refused(
        folder,
        folder
            + " has no preprocessor_config.json, which says how pixels are made: filip import "
            + folder
            + " --pixels clip --out DIR gives it CLIP's, --pixels FILE another's");
    Files.writeString(folder.resolve("preprocessor_config.json"), "");
    assertThatThrownBy(() -> ModelFolder.load(folder))
        .hasMessage(folder.resolve("preprocessor_config.json") + " is empty");
  }
}
