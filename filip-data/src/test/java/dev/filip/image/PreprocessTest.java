package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.PixelBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreprocessTest {
  private static String sha(float[] values) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ImageDecoderTest.sha(bytes.array());
  }

  private static byte[] file(String name) throws IOException {
    return Files.readAllBytes(Goldens.path("decode").resolve(name));
  }

  @Test
  void inputsAreBitEqualToBothPythonTools() throws Exception {
    List<String> different = new ArrayList<>();
    for (JsonNode golden : Json.read(Goldens.path("preprocess.json"))) {
      int size = golden.path("size").intValue();
      String name = golden.path("file").textValue();
      for (PixelBehaviour behaviour : PixelBehaviour.values()) {
        String key = behaviour == PixelBehaviour.TRANSFORMERS ? "transformers" : "open_clip";
        if (golden.has(key) && size > 0) {
          float[] ours = Preprocess.clip(size, behaviour).apply(file(name));
          if (!sha(ours).equals(golden.path(key).textValue())) {
            different.add(name + " " + size + " " + key);
          }
        }
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void siglipsInputsAreBitEqualToTransformers() throws Exception {
    JsonNode golden = Json.read(Goldens.path("preprocess_siglip.json"));
    assertThat(Preprocess.of(golden.path("preprocessor_config"), PixelBehaviour.TRANSFORMERS))
        .isEqualTo(Preprocess.siglip(24));
    assertThat(Preprocess.of(Preprocess.siglip(24).toJson(), PixelBehaviour.TRANSFORMERS))
        .isEqualTo(Preprocess.siglip(24));
    List<String> different = new ArrayList<>();
    for (JsonNode input : golden.path("inputs")) {
      String name = input.path("file").textValue();
      int size = input.path("size").intValue();
      if (!sha(Preprocess.siglip(size).apply(file(name)))
          .equals(input.path("sha256").textValue())) {
        different.add(name + " " + size);
      }
    }
    assertThat(golden.path("inputs").size()).isGreaterThan(80);
    assertThat(different).isEmpty();
  }

  @Test
  void aPictureSmallerThanItsCropIsPaddedAsTransformersDoes() throws Exception {
    JsonNode table = Json.read(Goldens.path("preprocess.json"));
    JsonNode golden = table.path(table.size() - 1);
    assertThat(golden.path("size").intValue()).isZero();
    Preprocess settings =
        Preprocess.of(
            Json.parse(
                "{\"do_resize\":false,\"crop_size\":{\"height\":40,\"width\":50},"
                    + "\"image_mean\":[0.48145466,0.4578275,0.40821073],"
                    + "\"image_std\":[0.26862954,0.26130258,0.27577711]}"),
            PixelBehaviour.TRANSFORMERS);
    assertThat(sha(settings.apply(file("png-rgb.png"))))
        .isEqualTo(golden.path("transformers").textValue());
  }

  @Test
  void readsTransformersFileAndWritesItBack() {
    JsonNode json = Json.read(Goldens.path("preprocessor_config.json"));
    Preprocess read = Preprocess.of(json, PixelBehaviour.TRANSFORMERS);
    assertThat(read).isEqualTo(Preprocess.clip(224, PixelBehaviour.TRANSFORMERS));
    assertThat(Preprocess.of(read.toJson(), PixelBehaviour.TRANSFORMERS)).isEqualTo(read);
    Preprocess turned = read.withExifRotation(true);
    assertThat(Preprocess.of(turned.toJson(), PixelBehaviour.TRANSFORMERS)).isEqualTo(turned);
    JsonNode old =
        Json.parse(
            "{\"size\":224,\"crop_size\":224,\"resample\":3,\"image_mean\":[0.48145466,0.4578275,"
                + "0.40821073],\"image_std\":[0.26862954,0.26130258,0.27577711]}");
    assertThat(Preprocess.of(old, PixelBehaviour.TRANSFORMERS)).isEqualTo(read);
  }

  @Test
  void writtenWhereTheyAreNeededThePixelsAreTheSame() throws IOException {
    Preprocessor preprocessor = new Preprocessor(Preprocess.clip(6, PixelBehaviour.TRANSFORMERS));
    PackedImage pixels = preprocessor.pixels(preprocessor.decode(file("exif-1.png")));
    float[] expected = preprocessor.normalised(pixels);
    float[] written = new float[expected.length + 7];
    preprocessor.normalise(pixels, MemorySegment.ofArray(written), 3 * Float.BYTES);
    assertThat(Arrays.copyOfRange(written, 3, 3 + expected.length)).isEqualTo(expected);
    assertThat(written[2] + written[3 + expected.length]).isZero();
  }

  @Test
  void theSettingTurnsByExif() throws IOException {
    Preprocess plain = Preprocess.plain(6);
    float[] upright = plain.apply(file("exif-1.png"));
    assertThat(plain.apply(file("exif-3.png"))).isEqualTo(upright); // the same pixels are stored
    DecodeOptions turning = DecodeOptions.DEFAULT.withExifRotation(true);
    float[] turned =
        new Preprocessor(plain).apply(ImageDecoder.decodePacked(file("exif-3.png"), turning));
    assertThat(turned).isNotEqualTo(upright);
    assertThat(plain.withExifRotation(true).apply(file("exif-3.png"))).isEqualTo(turned);
  }

  @Test
  void wrongFilesAreRefusedWithTheKey() {
    assertThatThrownBy(
            () -> Preprocess.of(Json.parse("{\"size\":\"big\"}"), PixelBehaviour.OPEN_CLIP))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("size");
    assertThatThrownBy(() ->
            Preprocess.of(Json.parse("{\"size\":8,\"crop_size\":8}"), PixelBehaviour.OPEN_CLIP))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("image_mean");
  }

  @Test
  void openClipsFormComesBackAndWhatItCannotDoIsRefused() {
    String squash = "{\"mean\":[0.1,0.2,0.3],\"std\":[0.4,0.5,0.6],\"interpolation\":\"bilinear\",";
    Preprocess read = Preprocess.ofOpenClip(Json.parse(squash + "\"resize_mode\":\"squash\"}"), 32);
    assertThat(Preprocess.ofOpenClip(read.toOpenClip(32), 32)).isEqualTo(read);
    Preprocess clip = Preprocess.clip(32, PixelBehaviour.OPEN_CLIP);
    assertThat(Preprocess.ofOpenClip(clip.toOpenClip(32), 32)).isEqualTo(clip);
    assertThat(clip.toOpenClip(32).path("resize_mode").asText()).isEqualTo("shortest");

    assertThatThrownBy(() -> clip.toOpenClip(48))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("open_clip: size must be the model's 48");
    assertThatThrownBy(() -> clip.withExifRotation(true).toOpenClip(32))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("open_clip: exif_rotation");
    JsonNode lanczos =
        Json.parse(
            "{\"size\":32,\"crop_size\":32,\"resample\":1,\"image_mean\":[0,0,0],\"image_std\":[1,1,1]}");
    assertThatThrownBy(() -> Preprocess.of(lanczos, PixelBehaviour.TRANSFORMERS).toOpenClip(32))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("open_clip: resample must be bicubic or bilinear, got LANCZOS");
  }
}
