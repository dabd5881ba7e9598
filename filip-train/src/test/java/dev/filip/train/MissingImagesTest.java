package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Captions are read without their images: a tokenizer learns from them, and the images are blamed.
 */
class MissingImagesTest {
  @TempDir Path temp;

  @Test
  void aTableWhoseImagesAreAllMissingNamesThem() throws IOException {
    Path table =
        Files.writeString(temp.resolve("t.csv"), "filepath,title\nx.png,a cat\ny.png,a dog\n");
    var config = TinyData.config("late", 2, "data={train: " + table + "}", "evaluate.every=0");
    TrainOptions options = new TrainOptions(Existing.REFUSE, 10, null, List.of(), line -> {});
    assertThatThrownBy(() -> Trainer.run(config, temp.resolve("run"), options))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("no sample of the training data can be used: {no such file=2}")
        .hasMessageContaining(".png: no such file");
  }
}
