package dev.filip.checkpoint;

import dev.filip.checkpoint.ParityReport.Stage;
import dev.filip.config.ModelConfig;
import dev.filip.io.BadInput;
import dev.filip.model.Encoder;
import dev.filip.model.FilipModel;
import dev.filip.model.RawTokens;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
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
  static final String FORMAT = "filip-golden-model/1";

  /** Tolerances: {@code tokens} also for embeddings and similarities. */
  public record Tolerance(double tokens, double blocks, double relative) {
    /** What fp32 programs reach. */
    public static final Tolerance FP32 = new Tolerance(5e-5, 1e-4, 0);
  }

  private final Safetensors golden;
  private final Tolerance tolerance;
  private final List<Stage> stages = new ArrayList<>();
  private final List<String> notCompared = new ArrayList<>();

  private ModelParity(Safetensors golden, Tolerance tolerance) {
    this.golden = golden;
    this.tolerance = tolerance;
  }

  /** Runs the model on the golden's inputs and compares all that the golden holds. */
  public static ParityReport compare(FilipModel model, Path file, Tolerance tolerance) {
    try (Safetensors golden = Safetensors.open(file)) {
      String format = golden.metadata().getOrDefault("format", "none");
      if (!format.equals(FORMAT)) {
        throw new BadInput(file + ": metadata format must be " + FORMAT + ", got " + format);
      }
      ModelParity parity = new ModelParity(golden, tolerance);
      parity.run(file, model);
      return new ParityReport(file.toString(), parity.stages, parity.notCompared);
    }
  }

  private void run(Path file, FilipModel model) {
    Encoder encoder = new Encoder(model);
    ModelConfig config = model.config();
    double[][] images = null;
    double[][] texts = null;
    if (golden.tensors().containsKey("pixel_values")) {
      RawTokens raw = images(file, encoder, config);
      images = units(raw, null);
      blocks("vision", raw, null);
      stage("image_tokens", doubles(raw.projected()), all(), tolerance.tokens());
      embeds("image_embeds", raw);
    } else {
      notCompared.add("pixel_values");
    }
    if (golden.tensors().containsKey("input_ids")) {
      TokenBatch batch = texts(file);
      RawTokens raw = encoder.rawTexts(batch);
      texts = units(raw, batch.length());
      blocks("text", raw, batch);
      double[] padded = pad(raw.projected(), raw.tokens(), batch.context(), raw.items(), raw.d());
      stage("text_tokens", padded, valid(batch, raw.d()), tolerance.tokens());
      embeds("text_embeds", raw);
    } else {
      notCompared.add("input_ids");
    }
    if (images != null && texts != null) {
      similarities(images, texts, config);
    }
  }

  private RawTokens images(Path file, Encoder encoder, ModelConfig config) {
    TensorInfo info = info("pixel_values");
    long side = config.vision().imageSize();
    long[] shape = info.shape();
    if (shape.length != 4 || shape[1] != 3 || shape[2] != side || shape[3] != side) {
      throw new BadInput(
          file
              + ": tensor pixel_values: must be [i, 3, "
              + side
              + ", "
              + side
              + "] for this model, got "
              + Arrays.toString(shape));
    }
    try (var _ = new StepScope()) {
      float[] pixels = Tensors.toFloats(golden.tensor("pixel_values"));
      return encoder.rawImages(pixels, Math.toIntExact(shape[0]));
    }
  }

  private TokenBatch texts(Path file) {
    try (var _ = new StepScope()) {
      long[] shape = info("input_ids").shape();
      if (shape.length != 2) {
        throw new BadInput(file + ": tensor input_ids: must be [t, m]");
      }
      int[] ids = ints(Tensors.toLongs(golden.tensor("input_ids")));
      int[] length = ints(Tensors.toLongs(golden.tensor("text_length")));
      int context = Math.toIntExact(shape[1]);
      for (int n : length) {
        if (n < 1 || n > context) {
          throw new BadInput(file + ": tensor text_length: holds " + n + ", not in 1.." + context);
        }
      }
      return new TokenBatch(Math.toIntExact(shape[0]), context, ids, length);
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
      stage(side + ".block." + k, ours, counts, tolerance.blocks());
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
    stage(name, embeds, all(), tolerance.tokens());
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
    stage("s_image", sImage, all(), tolerance.tokens());
    stage("s_text", sText, all(), tolerance.tokens());
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

  private void stage(String name, double[] ours, LongPredicate counts, double atol) {
    if (!golden.tensors().containsKey(name)) {
      notCompared.add(name);
      return;
    }
    try (var _ = new StepScope()) {
      double[] theirs = Tensors.toDoubles(golden.tensor(name));
      long[] shape = info(name).shape();
      if (theirs.length != ours.length) {
        throw new BadInput(
            "golden tensor "
                + name
                + " has shape "
                + Arrays.toString(shape)
                + " = "
                + theirs.length
                + " numbers, this model gives "
                + ours.length);
      }
      stages.add(
          ParityCheck.compare(name, ours, theirs, shape, counts, atol, tolerance.relative()));
    }
  }

  private TensorInfo info(String name) {
    TensorInfo info = golden.tensors().get(name);
    if (info == null) {
      throw new BadInput("the golden has no tensor " + name);
    }
    return info;
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

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }
}
