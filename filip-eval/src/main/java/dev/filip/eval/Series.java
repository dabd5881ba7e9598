package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.Arrays;

/**
 * What a share was counted from, image by image in the order in which they were judged, so that two
 * models can be compared on the same images. Immutable.
 */
public final class Series {
  private final double[] hits;
  private final double[] trials;

  Series(double[] hits, double[] trials) {
    if (hits.length != trials.length) {
      throw new IllegalArgumentException(hits.length + " hits of " + trials.length);
    }
    this.hits = hits.clone();
    this.trials = trials.clone();
  }

  /** Images. */
  public int size() {
    return hits.length;
  }

  /** Trials of image i that held, may be parts. */
  public double hits(int i) {
    return hits[i];
  }

  /** Trials of image i, may be none. */
  public double trials(int i) {
    return trials[i];
  }

  /** A copy of all trials. */
  double[] trials() {
    return trials.clone();
  }

  /** Low and high of the share's 95 % interval, by a seeded bootstrap over images. */
  public double[] interval(long seed) {
    return Bootstrap.interval(hits, trials, seed);
  }

  /** Whether each image is one trial that held or did not. */
  public boolean isYesOrNo() {
    return Arrays.stream(trials).allMatch(n -> n == 1)
        && Arrays.stream(hits).allMatch(n -> n == 0 || n == 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Series that
        && Arrays.equals(hits, that.hits)
        && Arrays.equals(trials, that.trials);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(hits) + Arrays.hashCode(trials);
  }

  /** {@code {"hits": [...], "trials": [...]}}; trials are left out where each image is one. */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    numbers(json.putArray("hits"), hits);
    if (!Arrays.stream(trials).allMatch(n -> n == 1)) {
      numbers(json.putArray("trials"), trials);
    }
    return json;
  }

  private static void numbers(ArrayNode array, double[] values) {
    for (double value : values) {
      if (value == Math.rint(value)) {
        array.add((long) value);
      } else {
        array.add(value);
      }
    }
  }

  /**
   * Reads it again.
   *
   * @param name whose it is, for the message
   */
  public static Series of(JsonNode json, String name) {
    double[] hits = numbers(json.path("hits"), name);
    double[] trials = new double[hits.length];
    Arrays.fill(trials, 1);
    if (json.has("trials")) {
      trials = numbers(json.path("trials"), name);
    }
    BadInput.require(
        hits.length == trials.length, name, trials.length + " trials", "one for each of its hits");
    return new Series(hits, trials);
  }

  private static double[] numbers(JsonNode array, String name) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = array.get(i);
      BadInput.require(value.isNumber() && value.asDouble() >= 0, name, value, "numbers >= 0");
      values[i] = value.asDouble();
    }
    return values;
  }

  /** Collects both. Used by one thread. */
  static final class Collector {
    private double[] hits = new double[64];
    private double[] trials = new double[64];
    private int size;

    void add(double hit, double trial) {
      if (size == hits.length) {
        hits = Arrays.copyOf(hits, 2 * size);
        trials = Arrays.copyOf(trials, 2 * size);
      }
      hits[size] = hit;
      trials[size++] = trial;
    }

    Series series() {
      return new Series(Arrays.copyOf(hits, size), Arrays.copyOf(trials, size));
    }
  }
}
