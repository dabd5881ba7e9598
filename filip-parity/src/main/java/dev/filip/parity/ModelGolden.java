package dev.filip.parity;

import dev.filip.checkpoint.Safetensors;
import dev.filip.config.ModelConfig;
import dev.filip.folder.Dtype;
import dev.filip.folder.TensorInfo;
import dev.filip.io.BadInput;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A golden file {@code filip-golden-model/1}, read for one model: its inputs are checked against
 * the model's sizes, its outputs against the shapes asked for. Everything wrong is {@link BadInput}
 * with the file, the tensor, the value and the rule.
 */
final class ModelGolden {
  static final String FORMAT = "filip-golden-model/1";
  static final List<String> IMAGE_OUTPUTS = List.of("image_tokens", "image_embeds");
  static final List<String> TEXT_OUTPUTS = List.of("text_tokens", "text_embeds");
  static final List<String> PAIR_OUTPUTS = List.of("s_image", "s_text");

  /** One unit in the last place of the coarse types, relative: what storing may cost. */
  private static final Map<Dtype, Double> ROUNDING =
      Map.of(Dtype.F64, 0.0, Dtype.F32, 0.0, Dtype.F16, 0x1p-10, Dtype.BF16, 0x1p-7);

  private final Path path;
  private final Safetensors file;
  private final ModelConfig config;

  /** Checks the format and that what is to be compared has its inputs. */
  ModelGolden(Path path, Safetensors file, ModelConfig config) {
    this.path = path;
    this.file = file;
    this.config = config;
    String format = file.metadata().getOrDefault("format", "none");
    if (!format.equals(FORMAT)) {
      throw new BadInput(path + ": metadata format must be " + FORMAT + ", got " + format);
    }
    int outputs = needs(IMAGE_OUTPUTS, "pixel_values") + needs(TEXT_OUTPUTS, "input_ids");
    outputs += needs(PAIR_OUTPUTS, "pixel_values") + needs(PAIR_OUTPUTS, "input_ids");
    outputs += blocks("vision", config.vision().layers(), "pixel_values");
    outputs += blocks("text", config.text().layers(), "input_ids");
    if (outputs == 0) {
      throw new BadInput(path + ": it holds nothing to compare, only " + file.tensors().keySet());
    }
  }

  private int needs(List<String> outputs, String input) {
    List<String> there = outputs.stream().filter(this::has).toList();
    if (!there.isEmpty() && !has(input)) {
      throw wrong(there.getFirst(), "cannot be compared without " + input + ", which is missing");
    }
    return there.size();
  }

  private int blocks(String side, int layers, String input) {
    String prefix = side + ".block.";
    int blocks = 0;
    for (String name : file.tensors().keySet()) {
      if (name.startsWith(prefix)) {
        String number = name.substring(prefix.length());
        if (!number.matches("\\d{1,4}") || Integer.parseInt(number) >= layers) {
          throw wrong(name, "this model has blocks 0 to " + (layers - 1));
        }
        needs(List.of(name), input);
        blocks++;
      }
    }
    return blocks;
  }

  boolean has(String name) {
    return file.tensors().containsKey(name);
  }

  private TensorInfo info(String name) {
    TensorInfo info = file.tensors().get(name);
    if (info == null) {
      throw wrong(name, "it is missing");
    }
    return info;
  }

  private BadInput wrong(String tensor, String what) {
    return new BadInput(path + ": tensor " + tensor + ": " + what);
  }

  private TensorInfo shaped(String name, int axes, String rule) {
    TensorInfo info = info(name);
    if (info.shape().length != axes || info.shape()[0] < 1) {
      throw wrong(name, "must be " + rule + ", got " + Arrays.toString(info.shape()));
    }
    return info;
  }

  /** Images in it. */
  int images() {
    return Math.toIntExact(info("pixel_values").shape()[0]);
  }

  /** {@code [i,3,h,w]}, back to back. */
  float[] pixels() {
    long side = config.vision().imageSize();
    String rule = "[i, 3, " + side + ", " + side + "] with i >= 1 for this model";
    long[] shape = shaped("pixel_values", 4, rule).shape();
    if (shape[1] != 3 || shape[2] != side || shape[3] != side) {
      throw wrong("pixel_values", "must be " + rule + ", got " + Arrays.toString(shape));
    }
    numbers("pixel_values");
    try (var _ = new StepScope()) {
      float[] pixels = Tensors.toFloats(file.tensor("pixel_values"));
      for (float pixel : pixels) {
        if (!Float.isFinite(pixel)) {
          throw wrong("pixel_values", "holds " + pixel + ", not only finite numbers");
        }
      }
      return pixels;
    }
  }

  /** Ids and lengths; what lies beyond a length is replaced by 0, whatever it was. */
  TokenBatch texts() {
    long[] shape = shaped("input_ids", 2, "[t, m] with t >= 1").shape();
    long[] lengths = shaped("text_length", 1, "[t] with t >= 1").shape();
    if (lengths[0] != shape[0]) {
      throw wrong("text_length", "must be [" + shape[0] + "] as input_ids, got " + lengths[0]);
    }
    int context = Math.toIntExact(shape[1]);
    int[] length = lengths(context);
    long[] all = integers("input_ids");
    int[] ids = new int[all.length];
    int vocabulary = config.text().vocabularySize();
    for (int row = 0; row < length.length; row++) {
      for (int i = row * context; i < row * context + length[row]; i++) {
        if (all[i] < 0 || all[i] >= vocabulary) {
          throw wrong("input_ids", "holds " + all[i] + ", the vocabulary has " + vocabulary);
        }
        ids[i] = (int) all[i];
      }
    }
    return new TokenBatch(length.length, context, ids, length);
  }

  private int[] lengths(int context) {
    int most = Math.min(context, config.text().context());
    long[] values = integers("text_length");
    int[] lengths = new int[values.length];
    for (int i = 0; i < lengths.length; i++) {
      if (values[i] < 1 || values[i] > most) {
        throw wrong("text_length", "holds " + values[i] + ", must be 1 to " + most);
      }
      lengths[i] = (int) values[i];
    }
    return lengths;
  }

  private long[] integers(String name) {
    Dtype dtype = info(name).dtype();
    if (ROUNDING.containsKey(dtype) || dtype == Dtype.BOOL) {
      throw wrong(name, "must be whole numbers, got " + dtype);
    }
    try (var _ = new StepScope()) {
      return Tensors.toLongs(file.tensor(name));
    }
  }

  private TensorInfo numbers(String name) {
    TensorInfo info = info(name);
    if (!ROUNDING.containsKey(info.dtype())) {
      throw wrong(name, "must be F64, F32, F16 or BF16, got " + info.dtype());
    }
    return info;
  }

  /** An output as another program gave it. */
  double[] output(String name, long[] shape) {
    TensorInfo info = numbers(name);
    if (!Arrays.equals(info.shape(), shape)) {
      String got = Arrays.toString(info.shape());
      throw wrong(name, "must be " + Arrays.toString(shape) + " for this model, got " + got);
    }
    try (var _ = new StepScope()) {
      return Tensors.toDoubles(file.tensor(name));
    }
  }

  /** What storing an output in its number type may have cost, relative. */
  double rounding(String name) {
    return ROUNDING.getOrDefault(info(name).dtype(), 0.0);
  }
}
