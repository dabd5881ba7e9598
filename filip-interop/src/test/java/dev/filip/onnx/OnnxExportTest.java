package dev.filip.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.config.VisionKind;
import dev.filip.model.Encoder;
import dev.filip.model.FilipModel;
import dev.filip.model.Models;
import dev.filip.text.TokenBatch;
import dev.filip.tokens.Encoded;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is exported, run by ONNX Runtime, beside our own encoder. */
class OnnxExportTest {
  private static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();
  private static final Offset<Float> CLOSE = Offset.offset(1e-5f);
  @TempDir Path temp;

  private static LoadedModel golden(String name) {
    return ModelFolder.load(Path.of("../filip-model/src/test/resources/golden/model", name));
  }

  private OrtSession open(String file) throws OrtException {
    return ORT.createSession(temp.resolve(file).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"quick", "gelu", "wide", "forms", "pooled", "siglip", "siglip_rest"})
  void everyOutputEqualsOurEncodersAtEveryBatchSize(String name) throws Exception {
    try (LoadedModel loaded = golden(name)) {
      OnnxExport.write(temp, loaded);
      check(loaded.model());
    }
  }

  @Test
  void aModelWithClsGivesItFirst() throws Exception {
    ModelConfig plain = Models.tiny(Activation.GELU);
    ModelConfig config =
        new ModelConfig(
            plain.vision(),
            plain.text(),
            plain.embedDim(),
            plain.interaction(),
            true,
            plain.textBehaviour(),
            plain.pixelBehaviour());
    try (FilipModel model = FilipModel.create(config, 3)) {
      OnnxExport.write(temp, model, OnnxFile.INSIDE);
      check(model);
    }
  }

  @Test
  void aTowerWithoutTheFinalNorm() throws Exception {
    ModelConfig plain = Models.tiny(Activation.GELU);
    ModelConfig config = plain.with(plain.vision().withKind(VisionKind.DECLIP), plain.text());
    try (FilipModel model = FilipModel.create(config, 3)) {
      OnnxExport.write(temp, model, OnnxFile.INSIDE);
      check(model);
    }
  }

  /** The files open from their own folder wherever that is moved. */
  @Test
  void weightsBeyondTheLimitLieBeside() throws Exception {
    try (LoadedModel loaded = golden("wide")) {
      OnnxExport.Written whole = OnnxExport.write(temp, loaded);
      long inside = Files.size(temp.resolve("image.onnx"));
      for (String file : new String[] {"image.onnx", "text.onnx"}) {
        Files.delete(temp.resolve(file));
      }
      OnnxExport.Written parted = OnnxExport.write(temp, loaded.model(), 10_000);

      assertThat(whole.outside()).isFalse();
      assertThat(parted.outside()).isTrue();
      assertThat(Files.size(temp.resolve("image.onnx"))).isLessThan(inside / 2);
      assertThat(temp.resolve("image.onnx.data")).isRegularFile();
      check(loaded.model());
    }
  }

  @Test
  void theFileSaysWhatTheGraphCannot() throws Exception {
    try (LoadedModel loaded = golden("quick")) {
      OnnxExport.write(temp, loaded);
      try (OrtSession session = open("text.onnx")) {
        assertThat(session.getMetadata().getCustomMetadata())
            .containsAllEntriesOf(
                Map.of(
                    "interaction", "global",
                    "text_activation", "quick_gelu",
                    "text", "transformers",
                    "logit_scale", Double.toString(Math.exp(loaded.model().logScale()))));
        assertThat(session.getInputNames()).containsExactly("input_ids", "text_length");
      }
    }
  }

  @Test
  void aTextLongerThanTheContextIsRefusedByTheGraph() throws Exception {
    try (LoadedModel loaded = golden("quick")) {
      OnnxExport.write(temp, loaded);
      int m = loaded.config().text().context() + 1;
      try (OrtSession session = open("text.onnx");
          OnnxTensor ids = ids(new long[m], 1, m);
          OnnxTensor length = OnnxTensor.createTensor(ORT, new long[] {m})) {
        assertThatThrownBy(() -> session.run(Map.of("input_ids", ids, "text_length", length)))
            .isInstanceOf(OrtException.class);
      }
    }
  }

  private void check(FilipModel model) throws Exception {
    try (OrtSession images = open("image.onnx");
        OrtSession texts = open("text.onnx")) {
      for (int count : new int[] {1, 3, 7}) {
        checkImages(model, images, count);
        checkTexts(model, texts, count);
      }
    }
  }

  private static void checkImages(FilipModel model, OrtSession session, int count)
      throws OrtException {
    float[] pixels = Models.pixels(model.config(), count, 40 + count);
    Encoded ours = new Encoder(model).images(pixels, count);
    long side = model.config().vision().imageSize();
    long[] shape = {count, 3, side, side};
    try (OnnxTensor input = OnnxTensor.createTensor(ORT, FloatBuffer.wrap(pixels), shape);
        OrtSession.Result theirs = session.run(Map.of("pixel_values", input))) {
      assertThat(floats(theirs, "image_tokens")).containsExactly(ours.tokens().floats(), CLOSE);
      assertThat(floats(theirs, "image_embeds")).containsExactly(ours.globals().floats(), CLOSE);
    }
  }

  private static void checkTexts(FilipModel model, OrtSession session, int count)
      throws OrtException {
    TokenBatch batch = Models.texts(model.config(), count, 50 + count);
    Encoded ours = new Encoder(model).texts(batch);
    int longest = Arrays.stream(batch.length()).max().orElseThrow();
    for (int m : new int[] {longest, batch.context()}) {
      try (OnnxTensor ids = ids(cut(batch, m), count, m);
          OnnxTensor length = OnnxTensor.createTensor(ORT, longs(batch.length()));
          OrtSession.Result theirs = session.run(Map.of("input_ids", ids, "text_length", length))) {
        assertThat(floats(theirs, "text_embeds")).containsExactly(ours.globals().floats(), CLOSE);
        float[] tokens = floats(theirs, "text_tokens");
        int d = model.config().embedDim();
        for (int i = 0; i < count; i++) {
          float[] valid = Arrays.copyOfRange(tokens, i * m * d, (i * m + batch.length()[i]) * d);
          assertThat(valid).containsExactly(ours.tokens().floats(i), CLOSE);
        }
      }
    }
  }

  private static long[] cut(TokenBatch batch, int m) {
    long[] ids = new long[batch.rows() * m];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = batch.ids()[i / m * batch.context() + i % m];
    }
    return ids;
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private static OnnxTensor ids(long[] values, int rows, int m) throws OrtException {
    return OnnxTensor.createTensor(ORT, LongBuffer.wrap(values), new long[] {rows, m});
  }

  private static float[] floats(OrtSession.Result result, String name) throws OrtException {
    OnnxTensor tensor = (OnnxTensor) result.get(name).orElseThrow();
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
