package dev.filip.bench;

import dev.filip.config.ModelConfig;
import dev.filip.config.ModelPresets;
import dev.filip.io.Json;
import dev.filip.model.FilipModel;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Images a second of both towers: forward and backward of a training step (no loss, no optimizer)
 * and encoding of images and of texts, by the model as it is trained and by one packed for
 * encoding, as {@code filip encode} and {@code eval} do. {@code bench/towers_peer.py} does the same
 * with open_clip.
 *
 * <p>Arguments: preset, batch, precision, text length, steps. Prints one JSON line.
 */
public final class TowerBench {
  private static final int VOCABULARY = 2000;
  private final ModelConfig config;
  private final int batch;
  private final int steps;
  private final FilipModel model;
  private final float[] pixels;
  private final TokenBatch texts;

  private TowerBench(String preset, int batch, Precision precision, int length, int steps) {
    this.config = ModelPresets.get(preset).withVocabulary(VOCABULARY);
    this.batch = batch;
    this.steps = steps;
    this.model =
        FilipModel.create(config, 1).with(new Compute(precision, ComputeDevice.CPU), false);
    Random random = new Random(1);
    int side = config.vision().imageSize();
    pixels = new float[batch * 3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    int context = config.text().context();
    int[] ids = random.ints((long) batch * context, 0, VOCABULARY).toArray();
    int[] lengths = new int[batch];
    Arrays.fill(lengths, Math.min(length, context));
    texts = new TokenBatch(batch, context, ids, lengths);
  }

  public static void main(String[] args) {
    Natives.load();
    Precision precision = Precision.valueOf(args[2].toUpperCase(Locale.ROOT));
    TowerBench bench =
        new TowerBench(
            args[0],
            Integer.parseInt(args[1]),
            precision,
            Integer.parseInt(args[3]),
            Integer.parseInt(args[4]));
    StepTimes train = StepTimes.of(bench::train, bench.steps);
    StepTimes images = StepTimes.of(() -> bench.encodeImages(bench.model), bench.steps);
    StepTimes texts = StepTimes.of(() -> bench.encodeTexts(bench.model), bench.steps);
    StepTimes packedImages;
    StepTimes packedTexts;
    try (FilipModel packed = bench.model.packed(bench.model.compute())) {
      packedImages = StepTimes.of(() -> bench.encodeImages(packed), bench.steps);
      packedTexts = StepTimes.of(() -> bench.encodeTexts(packed), bench.steps);
    }
    System.out.println(
        Json.line(
            Json.object()
                .put("preset", args[0])
                .put("batch", bench.batch)
                .put("precision", precision.word())
                .put("text_length", args[3])
                .put("threads", torch.get_num_threads())
                .put("train_ms", train.middle())
                .put("train_cpu_ms", train.cpu())
                .put("train_images_per_second", 1000 * bench.batch / train.middle())
                .put("encode_image_ms", images.middle())
                .put("encode_image_cpu_ms", images.cpu())
                .put("encode_images_per_second", 1000 * bench.batch / images.middle())
                .put("encode_text_ms", texts.middle())
                .put("encode_text_cpu_ms", texts.cpu())
                .put("encode_texts_per_second", 1000 * bench.batch / texts.middle())
                .put("packed_image_ms", packedImages.middle())
                .put("packed_image_cpu_ms", packedImages.cpu())
                .put("packed_text_ms", packedTexts.middle())
                .put("packed_text_cpu_ms", packedTexts.cpu())));
  }

  private void train() {
    try (var _ = new StepScope()) {
      model.parameters().clearGradients();
      ImageFeatures images = model.images(pixelTensor());
      TextFeatures words = model.texts(texts);
      Tensor dImages = torch.ones_like(images.tokens());
      Tensor dWords = torch.ones_like(words.tokens());
      torch.backward(
          new TensorVector(images.tokens(), words.tokens()),
          new TensorVector(dImages, dWords),
          new BoolOptional(),
          false,
          new TensorVector());
    }
  }

  private void encodeImages(FilipModel with) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      with.images(pixelTensor());
    }
  }

  private void encodeTexts(FilipModel with) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      with.texts(texts);
    }
  }

  private Tensor pixelTensor() {
    int side = config.vision().imageSize();
    return Tensors.fromFloats(pixels, batch, 3, side, side);
  }
}
