package dev.filip.textmodel;

import dev.filip.folder.SafetensorsFile;

/**
 * Layer norm over a row.
 *
 * @param weight {@code [w]}
 * @param bias {@code [w]}
 */
@SuppressWarnings("ArrayRecordComponent") // read only here
record LayerNorm(float[] weight, float[] bias, double eps) {
  /** Reads {@code name.weight} and {@code name.bias}. */
  static LayerNorm of(SafetensorsFile file, String name, double eps) {
    return new LayerNorm(file.floats(name + ".weight"), file.floats(name + ".bias"), eps);
  }

  /** {@code x [m,w] -> y [m,w]}. */
  void forward(float[] x, int m, float[] y) {
    int w = weight.length;
    for (int at = 0; at < m * w; at += w) {
      double sum = 0;
      double squares = 0;
      for (int c = 0; c < w; c++) {
        sum += x[at + c];
      }
      double mean = sum / w;
      for (int c = 0; c < w; c++) {
        double off = x[at + c] - mean;
        squares += off * off;
      }
      double scale = 1 / Math.sqrt(squares / w + eps);
      for (int c = 0; c < w; c++) {
        y[at + c] = (float) ((x[at + c] - mean) * scale * weight[c] + bias[c]);
      }
    }
  }
}
