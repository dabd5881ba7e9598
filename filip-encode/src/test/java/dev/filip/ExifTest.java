package dev.filip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Interaction;
import dev.filip.encode.Explain;
import dev.filip.encode.LabelledText;
import dev.filip.encode.Similarity;
import dev.filip.image.Preprocess;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model trained on turned pictures sees them turned everywhere; another one never does. */
@Tag("native")
class ExifTest {
  private static final List<String> TEXT = List.of("a red ball");

  /** After the signature and the first chunk. */
  private static final int AFTER_HEADER = 8 + 25;

  @TempDir Path folder;

  @Test
  void exifRotationIsObeyedWhereverAModelSeesAPicture() throws IOException {
    Path upright = Files.write(folder.resolve("upright.png"), png(false));
    Path turned = Files.write(folder.resolve("turned.png"), marked(png(true)));
    Preprocess plain = Preprocess.plain(12);
    Path turning =
        TinyModel.save(folder.resolve("turning"), Interaction.LATE, plain.withExifRotation(true));
    assertThat(score(turning, turned)).isEqualTo(score(turning, upright));
    assertThat(explained(turning, turned)).isEqualTo(explained(turning, upright));
    Path other = TinyModel.save(folder.resolve("other"), Interaction.LATE, plain);
    assertThat(score(other, turned)).isNotEqualTo(score(other, upright));
    assertThat(score(other, upright)).isEqualTo(score(turning, upright));
  }

  private static float score(Path model, Path image) throws IOException {
    try (Filip filip = Filip.open(model)) {
      float score = Similarity.of(filip.embedder(), List.of(image), TEXT, null).sImage(0, 0);
      assertThat(filip.similarity(filip.encodeImage(image), filip.encodeText(TEXT.getFirst())))
          .extracting(Filip.Scores::sImage)
          .isEqualTo(score);
      return score;
    }
  }

  private static String explained(Path model, Path image) {
    try (Filip filip = Filip.open(model)) {
      LabelledText text = LabelledText.parse(TEXT.getFirst());
      return Explain.of(filip.embedder(), image, List.of(text)).toJson().path("texts").toString();
    }
  }

  /** 24 x 24 in many colours, the whole or turned half round. */
  private static byte[] png(boolean turned) {
    BufferedImage image = new BufferedImage(24, 24, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 24; x++) {
      for (int y = 0; y < 24; y++) {
        int colour = Color.HSBtoRGB(x / 24f, 0.8f, y / 24f);
        image.setRGB(turned ? 23 - x : x, turned ? 23 - y : y, colour);
      }
    }
    return AwtImages.png(image);
  }

  /** The same file with a chunk that says orientation 3: turned half round. */
  private static byte[] marked(byte[] png) {
    ByteBuffer exif = ByteBuffer.allocate(26);
    exif.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
    exif.putShort((short) 1).putShort((short) 0x112).putShort((short) 3).putInt(1);
    exif.putShort((short) 3).putShort((short) 0).putInt(0);
    ByteBuffer body = ByteBuffer.allocate(4 + 26);
    body.put("eXIf".getBytes(StandardCharsets.US_ASCII)).put(exif.array());
    CRC32 crc = new CRC32();
    crc.update(body.array());
    return ByteBuffer.allocate(png.length + 12 + 26)
        .put(png, 0, AFTER_HEADER)
        .putInt(26)
        .put(body.array())
        .putInt((int) crc.getValue())
        .put(png, AFTER_HEADER, png.length - AFTER_HEADER)
        .array();
  }
}
