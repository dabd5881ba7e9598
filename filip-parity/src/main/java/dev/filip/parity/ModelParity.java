package dev.filip.parity;

import dev.filip.checkpoint.Safetensors;
import dev.filip.config.ModelConfig;
import dev.filip.io.BadInput;
import dev.filip.model.Encoder;
import dev.filip.model.FilipModel;
import dev.filip.model.RawTokens;
import dev.filip.parity.ParityReport.Stage;
import dev.filip.text.TokenBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A model against a golden file {@code filip-golden-model/1} that another program made: blocks,
 * projected tokens, embeddings and late similarities. Rows beyond a text's length are not compared.
 */
public final class ModelParity {
  /** Tolerances: {@code tokens} also for embeddings and similarities. */
  public record Tolerance(double tokens, double blocks, double relative) {
    public Tolerance {
      BadInput.require(tokens >= 0 && blocks >= 0, "atol", Math.min(tokens, blocks), ">= 0");
      BadInput.require(relative >= 0, "rtol", relative, ">= 0");
    }

    /** What fp32 programs reach. */
    public static final Tolerance FP32 = new Tolerance(5e-5, 1e-4, 0);
  }

  private final ModelGolden golden;
  private final Tolerance tolerance;
  private final List<Stage> stages = new ArrayList<>();
  private final List<String> notCompared = new ArrayList<>();

  private ModelParity(ModelGolden golden, Tolerance tolerance) {
    this.golden = golden;
    this.tolerance = tolerance;
  }

  /**
   * Runs the model on the golden's inputs and compares all that the golden holds.
   *
   * @throws BadInput for a file that is no such golden or none for this model
   */
  public static ParityReport compare(FilipModel model, Path file, Tolerance tolerance) {
    try (Safetensors tensors = Safetensors.open(file)) {
      ModelGolden golden = new ModelGolden(file, tensors, model.config());
      ModelParity parity = new ModelParity(golden, tolerance);
      parity.run(model);
      return new ParityReport(file.toString(), parity.stages, parity.notCompared);
    }
  }

  private void run(FilipModel model) {
    Encoder encoder = new Encoder(model);
    double[][] images = null;
    double[][] texts = null;
    if (golden.has("pixel_values")) {
      RawTokens raw = encoder.rawImages(golden.pixels(), golden.images());
      images = units(raw, null);
      blocks("vision", raw, null);
      long[] shape = {raw.items(), raw.tokens(), raw.d()};
      stage("image_tokens", doubles(raw.projected()), shape, all(), tolerance.tokens());
      embeds("image_embeds", raw);
    } else {
      notCompared.addAll(ModelGolden.IMAGE_OUTPUTS);
    }
    if (golden.has("input_ids")) {
      TokenBatch batch = golden.texts();
      RawTokens raw = encoder.rawTexts(batch);
      texts = units(raw, batch.length());
      blocks("text", raw, batch);
      double[] padded = pad(raw.projected(), raw.tokens(), batch.context(), raw.items(), raw.d());
      long[] shape = {raw.items(), batch.context(), raw.d()};
      stage("text_tokens", padded, shape, valid(batch, raw.d()), tolerance.tokens());
      embeds("text_embeds", raw);
    } else {
      notCompared.addAll(ModelGolden.TEXT_OUTPUTS);
    }
    if (images != null && texts != null) {
      similarities(images, texts, model.config());
    } else {
      notCompared.addAll(ModelGolden.PAIR_OUTPUTS);
    }
  }

  private void blocks(String side, RawTokens raw, @Nullable TokenBatch batch) {
    for (int k = 0; k < raw.blocks().size(); k++) {
      float[] block = raw.blocks().get(k);
      double[] ours =
          batch == null
              ? doubles(block)
              : pad(block, raw.tokens(), batch.context(), raw.items(), raw.width());
      LongPredicate counts = batch == null ? all() : valid(batch, raw.width());
      long tokens = batch == null ? raw.tokens() : batch.context();
      long[] shape = {raw.items(), tokens, raw.width()};
      stage(side + ".block." + k, ours, shape, counts, tolerance.blocks());
    }
  }

  /** Per item its unit token rows; for texts only the valid ones. */
  private static double[][] units(RawTokens raw, int @Nullable [] length) {
    double[][] items = new double[raw.items()][];
    for (int i = 0; i < items.length; i++) {
      int rows = length == null ? raw.tokens() : length[i];
      items[i] = new double[rows * raw.d()];
      for (int r = 0; r < rows; r++) {
        int from = (i * raw.tokens() + r) * raw.d();
        unit(raw.projected(), from, items[i], r * raw.d(), raw.d());
      }
    }
    return items;
  }

  private static void unit(float[] rows, int from, double[] to, int at, int d) {
    double norm = 0;
    for (int j = 0; j < d; j++) {
      norm += (double) rows[from + j] * rows[from + j];
    }
    for (int j = 0; j < d; j++) {
      to[at + j] = rows[from + j] / Math.sqrt(norm);
    }
  }

  private void embeds(String name, RawTokens raw) {
    double[] embeds = new double[raw.pooled().length];
    for (int at = 0; at < embeds.length; at += raw.d()) {
      unit(raw.pooled(), at, embeds, at, raw.d());
    }
    stage(name, embeds, new long[] {raw.items(), raw.d()}, all(), tolerance.tokens());
  }

  /** Late, [CLS] out, whatever the model was trained with. */
  private void similarities(double[][] images, double[][] texts, ModelConfig config) {
    int d = config.embedDim();
    int first = config.vision().kind().classTokens() * d;
    double[] sImage = new double[images.length * texts.length];
    double[] sText = new double[sImage.length];
    for (int i = 0; i < images.length; i++) {
      double[] patches = Arrays.copyOfRange(images[i], first, images[i].length);
      for (int t = 0; t < texts.length; t++) {
        sImage[i * texts.length + t] = meanOfMaxima(patches, texts[t], d);
        sText[i * texts.length + t] = meanOfMaxima(texts[t], patches, d);
      }
    }
    long[] shape = {images.length, texts.length};
    stage("s_image", sImage, shape, all(), tolerance.tokens());
    stage("s_text", sText, shape, all(), tolerance.tokens());
  }

  private static double meanOfMaxima(double[] a, double[] b, int d) {
    double sum = 0;
    for (int i = 0; i < a.length; i += d) {
      double best = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < b.length; j += d) {
        double dot = 0;
        for (int k = 0; k < d; k++) {
          dot += a[i + k] * b[j + k];
        }
        best = Math.max(best, dot);
      }
      sum += best;
    }
    return sum * d / a.length;
  }

  private void stage(String name, double[] ours, long[] shape, LongPredicate counts, double atol) {
    if (!golden.has(name)) {
      notCompared.add(name);
      return;
    }
    double[] theirs = golden.output(name, shape);
    double rtol = Math.max(tolerance.relative(), golden.rounding(name));
    stages.add(ParityCheck.compare(name, ours, theirs, shape, counts, atol, rtol));
  }

  private static LongPredicate all() {
    return _ -> true;
  }

  private static LongPredicate valid(TokenBatch batch, int width) {
    return flat -> {
      long token = flat / width;
      return token % batch.context() < batch.length()[(int) (token / batch.context())];
    };
  }

  /** {@code [items,tokens,width]} to {@code [items,context,width]}, zeros behind. */
  private static double[] pad(float[] values, int tokens, int context, int items, int width) {
    double[] padded = new double[items * context * width];
    for (int i = 0; i < items; i++) {
      for (int j = 0; j < tokens * width; j++) {
        padded[i * context * width + j] = values[i * tokens * width + j];
      }
    }
    return padded;
  }

  private static double[] doubles(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }
}
