package dev.filip.encode;

import dev.filip.tokens.Tokens;

/**
 * How p prompts of each of c classes count as one: late averages similarities (the paper's section
 * on prompts), global averages embeddings and renormalises, as CLIP. Prompts of a class lie
 * together. Pure functions, thread-safe.
 */
public final class PromptEnsemble {
  private PromptEnsemble() {}

  /** Unit means of the embeddings of each class's prompts: {@code [c p, d] -> [c, d]}. */
  public static Tokens embeddings(Tokens prompts, int p) {
    int d = prompts.d();
    float[] all = prompts.floats();
    float[] out = new float[prompts.size() / p * d];
    for (int i = 0; i < prompts.size(); i++) {
      for (int j = 0; j < d; j++) {
        out[i / p * d + j] += all[i * d + j];
      }
    }
    for (int from = 0; from < out.length; from += d) {
      normalise(out, from, d);
    }
    return Tokens.ofRows(out, d);
  }

  /** Means of the similarities of each class's prompts: {@code [images, c p] -> [images, c]}. */
  public static float[] similarities(float[] prompts, int p) {
    float[] out = new float[prompts.length / p];
    for (int i = 0; i < out.length; i++) {
      double sum = 0;
      for (int j = 0; j < p; j++) {
        sum += prompts[i * p + j];
      }
      out[i] = (float) (sum / p);
    }
    return out;
  }

  private static void normalise(float[] rows, int from, int d) {
    double square = 0;
    for (int j = from; j < from + d; j++) {
      square += (double) rows[j] * rows[j];
    }
    double scale = 1 / Math.sqrt(Math.max(square, 1e-24));
    for (int j = from; j < from + d; j++) {
      rows[j] = (float) (rows[j] * scale);
    }
  }
}
