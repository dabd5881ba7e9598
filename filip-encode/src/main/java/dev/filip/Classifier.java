package dev.filip;

import dev.filip.encode.Match;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.ArrayList;
import java.util.List;

/**
 * Classes by their encoded prompts. Late: the score of a class is the mean of {@code s_image} over
 * its prompts. Global: the cosine with the renormalised mean of its prompts' embeddings, as CLIP.
 * Immutable; it outlives the model that made it.
 */
public final class Classifier {
  private final List<String> names;
  private final Encoded texts;
  private final int each;
  private final Match match;
  private final double logitScale;

  /**
   * @param texts prompts of the first class, of the second ...: as many for each
   */
  Classifier(List<String> names, Encoded texts, Match match, double logitScale) {
    this.names = List.copyOf(names);
    this.match = match;
    this.logitScale = logitScale;
    int prompts = texts.size() / names.size();
    this.each = match == Match.LATE ? prompts : 1;
    this.texts = match == Match.LATE ? texts : means(texts.globals(), prompts);
  }

  private static Encoded means(Tokens rows, int each) {
    int d = rows.d();
    float[] all = rows.floats();
    float[] out = new float[rows.size() / each * d];
    for (int i = 0; i < rows.size(); i++) {
      for (int j = 0; j < d; j++) {
        out[i / each * d + j] += all[i * d + j];
      }
    }
    for (int from = 0; from < out.length; from += d) {
      normalise(out, from, d);
    }
    Tokens means = Tokens.ofRows(out, d);
    return new Encoded(means, means);
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

  /** The classes. */
  public List<String> names() {
    return names;
  }

  /** Scores one image. */
  public Classification classify(Filip.Image image) {
    return classify(List.of(image)).getFirst();
  }

  /** Scores many images at once; one result each. */
  public List<Classification> classify(List<Filip.Image> images) {
    if (images.isEmpty()) {
      return List.of();
    }
    Encoded joined = Encoded.join(images.stream().map(Filip.Image::vectors).toList());
    float[] scores = match.scores(joined, texts).sImage();
    List<Classification> out = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      float[] of = new float[names.size()];
      for (int c = 0; c < of.length; c++) {
        of[c] = mean(scores, (i * of.length + c) * each);
      }
      out.add(new Classification(names, of, logitScale));
    }
    return out;
  }

  private float mean(float[] scores, int from) {
    double sum = 0;
    for (int p = from; p < from + each; p++) {
      sum += scores[p];
    }
    return (float) (sum / each);
  }

  /**
   * What one image scored.
   *
   * @param scores unscaled, one a class
   * @param logitScale by which they are multiplied before a softmax
   */
  public record Classification(List<String> names, float[] scores, double logitScale) {
    /** The index of the highest score, the first of equals. */
    public int best() {
      int best = 0;
      for (int c = 1; c < scores.length; c++) {
        if (scores[c] > scores[best]) {
          best = c;
        }
      }
      return best;
    }

    /** Its class. */
    public String name() {
      return names.get(best());
    }

    /** The softmax over the classes; they sum to 1. */
    public float[] probabilities() {
      double[] exp = new double[scores.length];
      double sum = 0;
      for (int c = 0; c < exp.length; c++) {
        exp[c] = Math.exp(logitScale * (scores[c] - scores[best()]));
        sum += exp[c];
      }
      float[] out = new float[exp.length];
      for (int c = 0; c < out.length; c++) {
        out[c] = (float) (exp[c] / sum);
      }
      return out;
    }
  }
}
