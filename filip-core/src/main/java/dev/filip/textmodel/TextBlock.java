package dev.filip.textmodel;

import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.folder.SafetensorsFile;
import java.util.Arrays;

/**
 * One pre-norm block with causal attention: {@code x + attention(norm(x))}, then {@code +
 * mlp(norm)}. Rows of several texts lie back to back; only attention knows where one begins.
 */
final class TextBlock {
  private static final double SLOPE = 1.702;
  private static final double TANH_SCALE = Math.sqrt(2 / Math.PI);
  private static final double TANH_CUBE = 0.044715;

  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final Linear q;
  private final Linear k;
  private final Linear v;
  private final Linear out;
  private final Linear fc1;
  private final Linear fc2;
  private final int heads;
  private final Activation activation;

  TextBlock(SafetensorsFile file, String name, int heads, BlockForm form) {
    norm1 = LayerNorm.of(file, name + ".layer_norm1", form.layerNormEps());
    norm2 = LayerNorm.of(file, name + ".layer_norm2", form.layerNormEps());
    q = Linear.of(file, name + ".self_attn.q_proj", true);
    k = Linear.of(file, name + ".self_attn.k_proj", true);
    v = Linear.of(file, name + ".self_attn.v_proj", true);
    out = Linear.of(file, name + ".self_attn.out_proj", true);
    fc1 = Linear.of(file, name + ".mlp.fc1", true);
    fc2 = Linear.of(file, name + ".mlp.fc2", true);
    this.heads = heads;
    activation = form.activation();
  }

  /** What a pass over blocks of one form writes to; used by one thread. */
  static final class Scratch {
    final float[] normed;
    final float[] queries;
    final float[] keys;
    final float[] values;
    final float[] mixed;
    final float[] inner;

    Scratch(int rows, int w, int intermediate) {
      normed = new float[rows * w];
      queries = new float[rows * w];
      keys = new float[rows * w];
      values = new float[rows * w];
      mixed = new float[rows * w];
      inner = new float[rows * intermediate];
    }
  }

  /**
   * Adds to {@code x}.
   *
   * @param x {@code [m,w]}
   * @param lengths rows of each text, m in all
   */
  void forward(float[] x, int m, int[] lengths, Scratch own) {
    norm1.forward(x, m, own.normed);
    q.forward(own.normed, m, own.queries);
    k.forward(own.normed, m, own.keys);
    v.forward(own.normed, m, own.values);
    attend(lengths, own);
    out.forward(own.mixed, m, own.normed);
    add(own.normed, m * q.n(), x);
    norm2.forward(x, m, own.normed);
    fc1.forward(own.normed, m, own.inner);
    activate(own.inner, m * fc1.n());
    fc2.forward(own.inner, m, own.normed);
    add(own.normed, m * q.n(), x);
  }

  private static void add(float[] from, int count, float[] to) {
    for (int i = 0; i < count; i++) {
      to[i] += from[i];
    }
  }

  private void attend(int[] lengths, Scratch own) {
    int w = q.n();
    int each = w / heads;
    float[] weights = new float[longest(lengths)];
    int first = 0;
    for (int length : lengths) {
      for (int i = first; i < first + length; i++) {
        for (int head = 0; head < w; head += each) {
          attend(own, first, i, w, head, each, weights);
        }
      }
      first += length;
    }
  }

  private static int longest(int[] lengths) {
    int longest = 0;
    for (int length : lengths) {
      longest = Math.max(longest, length);
    }
    return longest;
  }

  /** One head of one row: softmax over the rows of its text up to itself. */
  private static void attend(
      Scratch own, int first, int row, int w, int head, int each, float[] weights) {
    double scale = 1 / Math.sqrt(each);
    float most = Float.NEGATIVE_INFINITY;
    int at = row * w + head;
    for (int j = first; j <= row; j++) {
      float score = (float) (scale * dot(own.queries, at, own.keys, j * w + head, each));
      weights[j - first] = score;
      most = Math.max(most, score);
    }
    double sum = 0;
    for (int j = first; j <= row; j++) {
      float weight = (float) Math.exp(weights[j - first] - (double) most);
      weights[j - first] = weight;
      sum += weight;
    }
    Arrays.fill(own.mixed, at, at + each, 0);
    for (int j = first; j <= row; j++) {
      float weight = (float) (weights[j - first] / sum);
      int value = j * w + head;
      for (int c = 0; c < each; c++) {
        own.mixed[at + c] += weight * own.values[value + c];
      }
    }
  }

  private static float dot(float[] a, int i, float[] b, int j, int count) {
    float sum = 0;
    for (int c = 0; c < count; c++) {
      sum += a[i + c] * b[j + c];
    }
    return sum;
  }

  private void activate(float[] x, int count) {
    switch (activation) {
      case QUICK_GELU -> {
        for (int i = 0; i < count; i++) {
          x[i] = (float) (x[i] / (1 + Math.exp(-SLOPE * x[i])));
        }
      }
      case GELU -> {
        for (int i = 0; i < count; i++) {
          x[i] = (float) (0.5 * x[i] * (1 + erf(x[i] / Math.sqrt(2))));
        }
      }
      case GELU_PYTORCH_TANH -> {
        for (int i = 0; i < count; i++) {
          double inside = TANH_SCALE * (x[i] + TANH_CUBE * x[i] * x[i] * x[i]);
          x[i] = (float) (0.5 * x[i] * (1 + Math.tanh(inside)));
        }
      }
    }
  }

  /** Abramowitz and Stegun 7.1.26: off by at most 1.5e-7. */
  static double erf(double x) {
    double t = 1 / (1 + 0.3275911 * Math.abs(x));
    double poly =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return Math.copySign(1 - poly * Math.exp(-x * x), x);
  }
}
