package dev.filip.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.PixelBehaviour;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goldens by transformers agree; what is no golden is refused with its file. */
class PixelsParityTest {
  private static final Path SOUND =
      Path.of("../filip-data/src/test/resources/dev/filip/image/preprocess");
  @TempDir Path folder;
  private byte[] npy = new byte[0];

  @BeforeEach
  void aSoundGolden() throws IOException {
    Files.copy(SOUND.resolve("png-rgba.png"), folder.resolve("a.png"));
    npy = Files.readAllBytes(SOUND.resolve("png-rgba.png.npy"));
  }

  private PixelsParity.Result run(int size) throws IOException {
    Preprocess settings = Preprocess.clip(size, PixelBehaviour.TRANSFORMERS);
    return PixelsParity.run(folder, settings, PixelsParity.Tolerance.USUAL);
  }

  private void refused(byte[] golden, int size, String said) throws IOException {
    Path file = Files.write(folder.resolve("a.png.npy"), golden);
    assertThatThrownBy(() -> run(size))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(said);
  }

  @Test
  void parityOfAFolderOfGoldens() throws IOException {
    Preprocess settings = Preprocess.clip(24, PixelBehaviour.TRANSFORMERS);
    var result = PixelsParity.run(SOUND, settings, PixelsParity.Tolerance.USUAL);
    assertThat(result.files()).hasSize(2).allMatch(PixelsParity.FileResult::ok);
    assertThat(result.toJson().path("ok").booleanValue()).isTrue();
    var other =
        PixelsParity.run(
            SOUND, Preprocess.clip(24, PixelBehaviour.OPEN_CLIP), PixelsParity.Tolerance.USUAL);
    assertThat(other.ok()).isFalse();
    assertThat(other.toJson().path("first_difference").textValue()).isEqualTo("png-rgba.png");
  }

  @Test
  void damagedGoldensAreRefused() throws IOException {
    refused(new byte[0], 24, "a .npy file");
    refused(Arrays.copyOf(npy, 40), 24, "a whole header");
    refused(Arrays.copyOf(npy, npy.length - 1), 24, "as long as its shape [3, 24, 24] says");
    refused(npy, 33, "shape must be [3, 33, 33] for this model, got [3, 24, 24]");
    byte[] nan = npy.clone();
    nan[nan.length - 2] = (byte) 0xC0;
    nan[nan.length - 1] = 0x7F;
    refused(nan, 24, "finite numbers");
    Files.write(folder.resolve("a.png.npy"), npy);
    assertThat(run(24).ok()).isTrue();
  }

  @Test
  void foldersWithoutGoldensOrPicturesAreRefused() throws IOException {
    assertThatThrownBy(() -> run(24))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("a folder with IMAGE.npy files");
    Files.delete(folder.resolve("a.png"));
    refused(npy, 24, "no image");
  }

  @Test
  void aPictureWithoutAGoldenIsNamed() throws IOException {
    Files.write(folder.resolve("a.png.npy"), npy);
    Files.copy(folder.resolve("a.png"), folder.resolve("b.png"));
    assertThat(run(24).notCompared()).containsExactly("b.png");
  }
}
