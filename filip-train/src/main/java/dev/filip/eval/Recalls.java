package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;

/** Recall at 1, 5 and 10 of one direction. */
public record Recalls(Share r1, Share r5, Share r10) {
  /** {@code {"r1", "r5", "r10", "n", "standard_error": {...}}}. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("r1", r1.value()).put("r5", r5.value()).put("r10", r10.value()).put("n", r1.n());
    json.putObject("standard_error")
        .put("r1", r1.standardError())
        .put("r5", r5.standardError())
        .put("r10", r10.standardError());
    return json;
  }

  /** Counts images or texts. Used by one thread. */
  static final class Tally {
    private static final int[] AT = {1, 5, 10};
    private final Share.Tally[] tallies = {new Share.Tally(), new Share.Tally(), new Share.Tally()};

    /** The queries of one image: {@code at[i]} summed hits at 1, 5, 10 of {@code trials}. */
    private void add(double[] hits, int trials) {
      for (int i = 0; i < AT.length; i++) {
        tallies[i].add(hits[i], trials);
      }
    }

    Recalls recalls() {
      return new Recalls(tallies[0].share(), tallies[1].share(), tallies[2].share());
    }
  }

  /**
   * Image to text: hit when any of the image's texts is among the first k.
   *
   * @param scores {@code [images, texts]}
   * @param owner image of each text
   */
  static Recalls imageToText(float[] scores, int images, int[] owner) {
    Tally tally = new Tally();
    for (int i = 0; i < images; i++) {
      tally.add(hits(scores, i * owner.length, 1, owner, i), 1);
    }
    return tally.recalls();
  }

  /** Text to image: hit when the text's image is among the first k. */
  static Recalls textToImage(float[] scores, int images, int[] owner) {
    double[][] hits = new double[images][Tally.AT.length];
    int[] trials = new int[images];
    int[] self = new int[images];
    for (int i = 0; i < images; i++) {
      self[i] = i;
    }
    for (int t = 0; t < owner.length; t++) {
      double[] one = hits(scores, t, owner.length, self, owner[t]);
      for (int i = 0; i < one.length; i++) {
        hits[owner[t]][i] += one[i];
      }
      trials[owner[t]]++;
    }
    Tally tally = new Tally();
    for (int i = 0; i < images; i++) {
      tally.add(hits[i], trials[i]);
    }
    return tally.recalls();
  }

  /**
   * Candidate c has score {@code scores[from + c * stride]} and is right when owned by {@code
   * right}.
   */
  private static double[] hits(float[] scores, int from, int stride, int[] owner, int right) {
    float best = Float.NEGATIVE_INFINITY;
    int equalRight = 0;
    for (int c = 0; c < owner.length; c++) {
      float s = scores[from + c * stride];
      if (owner[c] == right && s >= best) {
        equalRight = s > best ? 1 : equalRight + 1;
        best = s;
      }
    }
    int greater = 0;
    int equalWrong = 0;
    for (int c = 0; c < owner.length; c++) {
      float s = scores[from + c * stride];
      if (owner[c] != right) {
        greater += s > best ? 1 : 0;
        equalWrong += s == best ? 1 : 0;
      }
    }
    double[] out = new double[Tally.AT.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Chances.inFirst(Tally.AT[i], greater, equalWrong, equalRight);
    }
    return out;
  }
}
