package dev.filip.loss;

import dev.filip.checkpoint.Dtype;
import dev.filip.checkpoint.Safetensors;
import dev.filip.checkpoint.TensorInfo;
import dev.filip.io.BadInput;
import dev.filip.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A golden file {@code filip-golden-loss/1}, checked before anything is computed: whatever is wrong
 * is {@link BadInput} naming file, tensor and rule. Tensors belong to the caller's scope.
 *
 * @param late whether tokens are compared; else embeddings
 * @param fp64 type of all its numbers, else fp32
 * @param image {@code [b,n,d]} tokens or {@code [b,d]} embeddings
 * @param length valid tokens of each text; ones for embeddings
 */
record LossGolden(
    Path file,
    boolean late,
    boolean fp64,
    Tensor image,
    Tensor text,
    int[] length,
    double logScale) {
  static final String FORMAT = "filip-golden-loss/1";

  static LossGolden read(Path file, Safetensors golden) {
    return new Reader(file, golden).read();
  }

  /** Names of the gradients in the file, image first. */
  List<String> gradients() {
    return late
        ? List.of("grad_image_tokens", "grad_text_tokens")
        : List.of("grad_image_embeds", "grad_text_embeds");
  }

  private static final class Reader {
    private final Path file;
    private final Safetensors golden;

    Reader(Path file, Safetensors golden) {
      this.file = file;
      this.golden = golden;
    }

    LossGolden read() {
      Map<String, String> metadata = golden.metadata();
      one(metadata, "format", List.of(FORMAT));
      boolean late = one(metadata, "loss", List.of("late", "global")).equals("late");
      String kind = late ? "tokens" : "embeds";
      TensorInfo image = info("image_" + kind);
      Dtype type = image.dtype();
      if (type != Dtype.F32 && type != Dtype.F64) {
        throw wrong(image.name(), "must be F32 or F64, got " + type);
      }
      long[] sizes = image.shape();
      if (sizes.length != (late ? 3 : 2) || Arrays.stream(sizes).anyMatch(s -> s < 1)) {
        throw wrong(
            image.name(),
            "must be " + (late ? "[b,n,d]" : "[b,d]") + ", got " + Arrays.toString(sizes));
      }
      long b = sizes[0];
      long d = sizes[sizes.length - 1];
      TensorInfo text = info("text_" + kind);
      long m = late && text.shape().length == 3 ? text.shape()[1] : 1;
      long[] textShape = late ? new long[] {b, Math.max(m, 1), d} : new long[] {b, d};
      expect("text_" + kind, type, textShape);
      expect("grad_image_" + kind, type, sizes);
      expect("grad_text_" + kind, type, textShape);
      for (String scalar : List.of("log_scale", "loss", "grad_log_scale")) {
        expect(scalar, type);
      }
      return new LossGolden(
          file,
          late,
          type == Dtype.F64,
          golden.tensor("image_" + kind),
          golden.tensor("text_" + kind),
          lengths(late, b, m),
          golden.tensor("log_scale").item_double());
    }

    private int[] lengths(boolean late, long b, long m) {
      if (!late) {
        int[] ones = new int[Math.toIntExact(b)];
        Arrays.fill(ones, 1);
        return ones;
      }
      expect("text_length", Dtype.I64, b);
      long[] length = Tensors.toLongs(golden.tensor("text_length"));
      for (int i = 0; i < length.length; i++) {
        if (length[i] < 1 || length[i] > m) {
          throw wrong("text_length", "must be in [1, " + m + "], got " + length[i] + " at " + i);
        }
      }
      return Arrays.stream(length).mapToInt(Math::toIntExact).toArray();
    }

    private String one(Map<String, String> metadata, String key, List<String> of) {
      String value = metadata.getOrDefault(key, "nothing");
      if (!of.contains(value)) {
        throw new BadInput(
            file + ": metadata " + key + " must be " + String.join(" or ", of) + ", got " + value);
      }
      return value;
    }

    private TensorInfo info(String name) {
      TensorInfo info = golden.tensors().get(name);
      if (info == null) {
        throw wrong(name, "it is missing");
      }
      return info;
    }

    private void expect(String name, Dtype type, long... shape) {
      TensorInfo info = info(name);
      if (info.dtype() != type) {
        throw wrong(name, "must be " + type + ", got " + info.dtype());
      }
      if (!Arrays.equals(info.shape(), shape)) {
        throw wrong(
            name, "must be " + Arrays.toString(shape) + ", got " + Arrays.toString(info.shape()));
      }
    }

    private BadInput wrong(String tensor, String rule) {
      return new BadInput(file + ": tensor " + tensor + ": " + rule);
    }
  }
}
