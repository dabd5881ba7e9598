package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form of BMP, odd ends of JPEGs, EXIF in all types: as {@code make_pictures.py} says. */
class OddPicturesTest {
  private static final JsonNode TABLE = Json.read(Goldens.path("pictures.json"));

  static List<String> files() {
    return TABLE.properties().stream().map(e -> e.getKey()).toList();
  }

  @ParameterizedTest
  @MethodSource("files")
  void pixelsAndRefusalsArePillows(String name) throws Exception {
    JsonNode golden = TABLE.path(name);
    byte[] file = Base64.getDecoder().decode(golden.path("file").textValue());
    if (golden.has("refused")) {
      UndecodableImage refused = refused(file);
      assertThat(refused).as(name).isNotNull();
      assertThat(refused).hasMessageNotContaining("\n");
      return;
    }
    PackedImage image = ImageDecoder.decodePacked(file, DecodeOptions.DEFAULT);
    assertThat(List.of(image.width(), image.height()))
        .containsExactly(
            golden.path("size").path(0).intValue(), golden.path("size").path(1).intValue());
    assertThat(sha(image)).as("rgba").isEqualTo(golden.path("rgba").textValue());
    String mode = golden.path("mode").textValue();
    assertThat(image.stored().alpha()).as("alpha of " + mode).isEqualTo(mode.equals("RGBA"));
    assertThat(image.stored().indexed())
        .as("indexed of " + mode)
        .isEqualTo(mode.equals("P") || mode.equals("1"));
    if (golden.has("upright")) {
      assertThat(sha(ImageDecoder.decodePacked(file, DecodeOptions.DEFAULT.withExifRotation(true))))
          .as("upright")
          .isEqualTo(golden.path("upright").textValue());
    }
  }

  private static UndecodableImage refused(byte[] file) {
    return catchThrowableOfType(
        UndecodableImage.class, () -> ImageDecoder.decodePacked(file, DecodeOptions.DEFAULT));
  }

  private static String sha(PackedImage image) throws Exception {
    byte[] all = new byte[image.pixels().length * 4];
    ByteBuffer.wrap(all).asIntBuffer().put(image.pixels());
    return ImageDecoderTest.sha(all);
  }

  private static byte[] whole(String name) throws IOException {
    return Files.readAllBytes(Goldens.path("decode").resolve(name));
  }

  private static int[] pixels(byte[] file) throws UndecodableImage {
    return ImageDecoder.decodePacked(file, DecodeOptions.DEFAULT).pixels();
  }

  @Test
  void bytesBehindTheEndOfJpegAreNeverLookedAt() throws IOException {
    var random = new SplittableRandom(5);
    for (String name : List.of("jpeg-420.jpg", "jpeg-progressive.jpg", "jpeg-gray.jpg")) {
      byte[] file = whole(name);
      int[] pixels = pixels(file);
      for (int round = 0; round < 20; round++) {
        byte[] tail = new byte[60_000]; // about one FF DA and one FF D9 in it
        random.nextBytes(tail);
        byte[] longer = ByteBuffer.allocate(file.length + tail.length).put(file).put(tail).array();
        assertThat(pixels(longer)).isEqualTo(pixels);
      }
    }
  }

  @Test
  void cmykIsInvertedWithAndWithoutTheMarkOfAdobes() throws IOException {
    byte[] file = whole("cmyk.jpg");
    String text = new String(file, StandardCharsets.ISO_8859_1);
    int mark = text.indexOf("\u00ff\u00ee\0\u000eAdobe");
    assertThat(mark).isPositive();
    String without = text.substring(0, mark) + text.substring(mark + 16);
    assertThat(pixels(without.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(pixels(file));
    String longer = "\u00ff\u00ee\0\u0008Adobe?"; // too short to be that mark
    String other = without.substring(0, 2) + longer + without.substring(2);
    assertThat(pixels(other.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(pixels(file));
  }

  @Test
  void otherBytesBeforeTheFrameOfGifAreSkipped() throws IOException {
    byte[] file = whole("gif-free.gif");
    int frame = new String(file, StandardCharsets.ISO_8859_1).indexOf(",\3\0\2\0");
    byte[] longer =
        ByteBuffer.allocate(file.length + 3)
            .put(file, 0, frame)
            .put(new byte[] {0, 7, 0})
            .put(file, frame, file.length - frame)
            .array();
    assertThat(pixels(longer)).isEqualTo(pixels(file));
    longer[frame] = ';';
    assertThat(refused(longer)).hasMessage("broken gif: no picture");
  }

  @Test
  void kindsThatAreNotReadAreNamed() {
    for (var file :
        List.of(
            List.of("II*\0\10\0\0\0", "tiff is not read"),
            List.of("MM\0*\0\0\0\10", "tiff is not read"),
            List.of("\0\0\0\30ftypheic\0\0\0\0", "heic is not read"),
            List.of("\0\0\0\30ftypmif1\0\0\0\0", "heic is not read"),
            List.of("\0\0\0\40ftypavif\0\0\0\0", "avif is not read"),
            List.of("\u00ff\n\u00fa\177", "jpeg xl is not read"),
            List.of("\0\0\0\14jP  \r\n\u0087\n", "jpeg 2000 is not read"),
            List.of("P6\n1 1\n255\nabc", "pnm is not read"),
            List.of("\0\0\0\30ftypmp42\0\0\0\0", "unknown kind"),
            List.of("P6", "unknown kind"))) {
      UndecodableImage refused = refused(file.getFirst().getBytes(StandardCharsets.ISO_8859_1));
      assertThat(refused.reason()).isEqualTo(file.getLast());
    }
  }
}
