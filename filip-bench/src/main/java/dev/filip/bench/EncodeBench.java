package dev.filip.bench;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.ModelConfig;
import dev.filip.io.Json;
import dev.filip.model.Encoder;
import dev.filip.model.FilipModel;
import dev.filip.onnx.OnnxExport;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.text.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.pytorch.global.torch;

/**
 * Images and texts a second of {@link Encoder} on a packed model, arrays in and arrays out. {@code
 * bench/encode_peer.py} does the same with transformers and ONNX Runtime on the same weights.
 *
 * <p>Arguments: model folder, {@code onnx} and a folder to write the graphs; or precision, batch,
 * text length, steps. Prints one JSON line.
 */
public final class EncodeBench {
  private final ModelConfig config;
  private final float[] pixels;
  private final TokenBatch texts;
  private final int batch;

  private EncodeBench(ModelConfig config, int batch, int length) {
    this.config = config;
    this.batch = batch;
    Random random = new Random(1);
    int side = config.vision().imageSize();
    pixels = new float[batch * 3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    int context = config.text().context();
    int[] ids = random.ints((long) batch * context, 0, config.text().vocabularySize()).toArray();
    int[] lengths = new int[batch];
    Arrays.fill(lengths, Math.min(length, context));
    texts = new TokenBatch(batch, context, ids, lengths);
  }

  public static void main(String[] args) throws IOException {
    Natives.load();
    try (LoadedModel loaded = ModelFolder.load(Path.of(args[0]))) {
      if (args[1].equals("onnx")) {
        OnnxExport.write(Files.createDirectories(Path.of(args[2])), loaded);
        return;
      }
      Precision precision = Precision.valueOf(args[1].toUpperCase(Locale.ROOT));
      EncodeBench bench =
          new EncodeBench(loaded.config(), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      bench.run(loaded.model(), precision, Integer.parseInt(args[4]));
    }
  }

  private void run(FilipModel model, Precision precision, int steps) {
    try (FilipModel packed = model.packed(new Compute(precision, ComputeDevice.CPU))) {
      Encoder encoder = new Encoder(packed, batch);
      Encoder full = new Encoder(model, batch);
      double imageCosine =
          cosine(
              full.images(pixels, batch).tokens().floats(),
              encoder.images(pixels, batch).tokens().floats());
      double textCosine =
          cosine(full.texts(texts).tokens().floats(), encoder.texts(texts).tokens().floats());
      StepTimes images = StepTimes.of(() -> encoder.images(pixels, batch), steps);
      StepTimes words = StepTimes.of(() -> encoder.texts(texts), steps);
      System.out.println(
          Json.line(
              Json.object()
                  .put("program", "ours")
                  .put("precision", precision.word())
                  .put("batch", batch)
                  .put("text_length", texts.length()[0])
                  .put("threads", torch.get_num_threads())
                  .put("image_ms", images.best())
                  .put("image_cpu_ms", images.cpu())
                  .put("text_ms", words.best())
                  .put("text_cpu_ms", words.cpu())
                  .put("image_cosine", imageCosine)
                  .put("text_cosine", textCosine)));
    }
  }

  /** Mean cosine of unit rows. */
  private double cosine(float[] expected, float[] found) {
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += (double) expected[i] * found[i];
    }
    return sum * config.embedDim() / expected.length;
  }
}
