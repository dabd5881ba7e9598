package dev.filip;

import dev.filip.encode.Match;
import dev.filip.encode.PromptEnsemble;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
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
    if (match == Match.LATE) {
      this.texts = texts;
    } else {
      Tokens means = PromptEnsemble.embeddings(texts.globals(), prompts);
      this.texts = new Encoded(means, means);
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
    float[] scores = PromptEnsemble.similarities(match.scores(joined, texts).sImage(), each);
    List<Classification> out = new ArrayList<>();
    for (int from = 0; from < scores.length; from += names.size()) {
      float[] of = Arrays.copyOfRange(scores, from, from + names.size());
      out.add(new Classification(names, of, logitScale));
    }
    return out;
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
      float highest = scores[best()];
      double sum = 0;
      for (int c = 0; c < exp.length; c++) {
        exp[c] = Math.exp(logitScale * (scores[c] - highest));
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
