package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static final DecodeOptions DROP =
      DecodeOptions.DEFAULT.withAlpha(DecodeOptions.Alpha.DROP);

  static List<String> files() {
    return List.copyOf(table().properties().stream().map(e -> e.getKey()).toList());
  }

  private static JsonNode table() {
    return Json.read(Goldens.path("decode.json"));
  }

  private static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(Goldens.path("decode").resolve(name));
  }

  static String sha(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @ParameterizedTest
  @MethodSource("files")
  void pixelsEqualPillows(String name) throws Exception {
    JsonNode golden = table().path(name);
    byte[] file = bytes(name);
    RgbImage image = ImageDecoder.decode(file, DROP);
    assertThat(List.of(image.width(), image.height()))
        .containsExactly(
            golden.path("size").path(0).intValue(), golden.path("size").path(1).intValue());
    ImageHeader header = ImageHeader.of(file);
    assertThat(header.width()).isEqualTo(image.width());
    assertThat(header.height()).isEqualTo(image.height());
    assertThat(sha(image.rgb())).as("rgb").isEqualTo(golden.path("rgb").textValue());
    PackedImage packed = ImageDecoder.decodePacked(file, DROP);
    assertThat(packed.stored().alpha()).as("alpha").isEqualTo(golden.has("rgba"));
    if (golden.has("rgba")) {
      assertThat(sha(bytes(packed))).as("rgba").isEqualTo(golden.path("rgba").textValue());
      assertThat(sha(ImageDecoder.decode(file, DecodeOptions.DEFAULT).rgb()))
          .as("white")
          .isEqualTo(golden.path("white").textValue());
    }
    if (golden.has("upright")) {
      assertThat(sha(ImageDecoder.decode(file, DROP.withExifRotation(true)).rgb()))
          .as("upright")
          .isEqualTo(golden.path("upright").textValue());
    }
  }

  private static byte[] bytes(PackedImage image) {
    byte[] all = new byte[image.pixels().length * 4];
    java.nio.ByteBuffer.wrap(all).asIntBuffer().put(image.pixels());
    return all;
  }

  @Test
  void cmykIsWithinOneOfPillows() throws IOException {
    RgbImage image = ImageDecoder.decode(bytes("cmyk.jpg"), DROP);
    byte[] npy = Files.readAllBytes(Goldens.path("cmyk.npy"));
    byte[] golden = Arrays.copyOfRange(npy, npy.length - image.rgb().length, npy.length);
    for (int i = 0; i < golden.length; i++) {
      assertThat(Math.abs((golden[i] & 0xFF) - (image.rgb()[i] & 0xFF))).isLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jpeg-420.jpg",
        "jpeg-progressive.jpg",
        "png-rgba.png",
        "png-interlaced.png",
        "webp-lossy.webp",
        "webp-lossless.webp",
        "gif.gif",
        "bmp-rgb.bmp"
      })
  void truncatedFilesAreRefusedWithTheirReason(String name) throws IOException {
    byte[] whole = bytes(name);
    String kind = ImageHeader.of(whole).kind().name().toLowerCase(java.util.Locale.ROOT);
    for (double share : new double[] {0.3, 0.6, 0.9}) {
      byte[] cut = Arrays.copyOf(whole, (int) (whole.length * share));
      UndecodableImage refused =
          catchThrowableOfType(UndecodableImage.class, () -> ImageDecoder.decode(cut, DROP));
      assertThat(refused).as(name + " cut at " + share).isNotNull();
      assertThat(refused.reason()).isEqualTo("broken " + kind);
    }
  }

  @Test
  void lastBlockOfGifMustBeWhole() throws IOException {
    byte[] file = bytes("gif-rows.gif");
    int block = file.length - 12; // its length, 9 bytes, the end of the data, the end of the file
    assertThat(file[block]).isEqualTo((byte) 9);
    file[block] = 12;
    assertThat(catchThrowableOfType(UndecodableImage.class, () -> ImageDecoder.decode(file, DROP)))
        .hasMessage("broken gif: truncated");
  }

  @Test
  void grayGifsAreNotPalettes() throws IOException {
    assertThat(ImageDecoder.decodePacked(bytes("gif-gray.gif"), DROP).stored())
        .isEqualTo(PackedImage.Stored.PLAIN);
    assertThat(ImageDecoder.decodePacked(bytes("gif-rows.gif"), DROP).stored())
        .isEqualTo(PackedImage.Stored.INDEXED);
  }

  @Test
  void damagedBytesNeverEscapeAsAnotherException() throws IOException {
    var random = new java.util.SplittableRandom(3);
    for (String name : files()) {
      byte[] whole = bytes(name);
      for (int round = 0;
          round < (name.endsWith(".jpg") ? 1 : 40); // libjpeg speaks to standard error
          round++) {
        byte[] damaged = whole.clone();
        for (int i = 0; i < 4; i++) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        try {
          ImageDecoder.decode(damaged, DROP.withMaxPixels(1 << 20));
        } catch (UndecodableImage e) {
          assertThat(e.reason()).isNotEmpty();
        }
      }
    }
  }

  @Test
  void pixelBombsAreRefusedByTheirHeader() throws IOException {
    byte[] png = bytes("png-rgb.png");
    Arrays.fill(png, 17, 19, (byte) 0x10); // width 0x00101000-ish: above a million
    UndecodableImage refused =
        catchThrowableOfType(
            UndecodableImage.class, () -> ImageDecoder.decode(png, DROP.withMaxPixels(10_000_000)));
    assertThat(refused.reason()).isEqualTo("too large");
    assertThat(refused).hasMessageContaining("limit 10000000");
    byte[] jpeg = bytes("jpeg-420.jpg");
    UndecodableImage small =
        catchThrowableOfType(
            UndecodableImage.class,
            () -> ImageDecoder.decode(jpeg, DROP.withMaxPixels(45 * 31 - 1)));
    assertThat(small.reason()).isEqualTo("too large");
  }

  @Test
  void unknownKindsAndEmptyFilesHaveTheirReasons() {
    assertThat(
            catchThrowableOfType(
                    UndecodableImage.class, () -> ImageDecoder.decode(new byte[0], DROP))
                .reason())
        .isEqualTo("empty");
    assertThat(
            catchThrowableOfType(
                    UndecodableImage.class,
                    () ->
                        ImageDecoder.decode(
                            "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8), DROP))
                .reason())
        .isEqualTo("unknown kind");
  }

  @Test
  void animatedWebpHasItsOwnReason() throws IOException {
    byte[] file = bytes("exif-6.webp");
    assertThat(file[15]).isEqualTo((byte) 'X');
    file[20] |= 2;
    assertThat(
            catchThrowableOfType(UndecodableImage.class, () -> ImageDecoder.decode(file, DROP))
                .reason())
        .isEqualTo("animated webp");
  }
}
