package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenWriter;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What tells a good match from the best of nothing. Scores of two queries do not compare: a short
 * text's are higher and stray more. So a score s of a query is first set beside those of the same
 * query with a fixed sample of the images, {@code z = (s - median) / (median - sixth)}, where a
 * sixth of the sample's scores are below {@code sixth}: the upper half, in which images that fit
 * are, has no say in it. Then z is set beside what unrelated queries reached at best, the n of them
 * whose number of tokens is nearest the query's:
 *
 * <pre>probability(s) = 1 - (1 + number of those n whose best z is at least this z) / (n + 1)</pre>
 *
 * An unrelated query that is as the n were has a hit of probability P or more in 1 - P of all cases
 * at most (conformal prediction, Vovk et al. 2005; z is the zero normalisation of speaker
 * verification). The file ({@code calibration.tokens}) is a token file of the sample's rows, whose
 * provenance holds the rest. Immutable, safe for any thread; made by {@link Calibrator}.
 */
public final class Calibration {
  static final String FILE = "calibration.tokens";
  private static final String FORMAT = "filip-calibration/1";

  /** With so many times more or fewer images than at its making it is refused. */
  private static final int FAR = 2;

  private final String of;
  private final long images;
  private final List<String> ids;
  private final Tokens sample;

  private final List<Best> best;

  /**
   * @param of what the unrelated queries were: captions, words, queries
   * @param images of the index then
   * @param ids of the sample
   * @param sample their rows, bf16
   * @param best one an unrelated query
   */
  Calibration(String of, long images, List<String> ids, Tokens sample, List<Best> best) {
    this.of = of;
    this.images = images;
    this.ids = List.copyOf(ids);
    this.sample = sample;
    this.best = best.stream().sorted().toList();
  }

  /**
   * What an unrelated query reached.
   *
   * @param tokens rows of the query
   * @param z of its best image
   */
  record Best(int tokens, double z) implements Comparable<Best> {
    @Override
    public int compareTo(Best other) {
      int by = Integer.compare(tokens, other.tokens);
      return by != 0 ? by : Double.compare(z, other.z);
    }
  }

  /**
   * That of an index.
   *
   * @throws BadInput where there is none, or it is damaged or of another encoder
   */
  static Calibration read(Path index, IndexAbout about) throws IOException {
    Path file = index.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new BadInput(
          "index "
              + index
              + " is not calibrated for probabilities: filip index calibrate "
              + index);
    }
    try (TokenFile open = TokenFile.open(file)) {
      open.verify();
      JsonNode json = open.provenance();
      boolean fits = open.about().equals(about.tokens());
      BadInput.require(
          fits && json.path("format").asText().equals(FORMAT),
          file + "",
          json.path("format").asText() + " of " + open.about(),
          FORMAT + " of the index's encoder");
      Tokens rows = // on the heap: the file is closed at once
          new Tokens.Builder(Tokens.Type.BF16, about.d()).add(open.rows()).build();
      List<Best> best = new ArrayList<>();
      for (JsonNode one : json.path("best")) {
        best.add(new Best(one.path(0).asInt(), one.path(1).asDouble()));
      }
      return new Calibration(
          json.path("of").asText(), json.path("images").asLong(), open.keys(), rows, best);
    }
  }

  /** Puts it into an index, in place of one that is there. */
  public void write(Path index, IndexAbout about) throws IOException {
    try (TokenWriter writer = new TokenWriter(index.resolve(FILE), about.tokens())) {
      writer.append(sample, ids);
      ObjectNode json = Json.object().put("format", FORMAT).put("of", of).put("images", images);
      ArrayNode values = json.putArray("best");
      best.forEach(one -> values.addArray().add(one.tokens).add(one.z));
      writer.finish(json);
    }
  }

  /** Unrelated queries that one query is set beside. */
  private int nearest() {
    return Math.ceilDiv(best.size(), 2);
  }

  /** The highest probability that it can tell. */
  public double most() {
    return 1 - 1.0 / (nearest() + 1);
  }

  /** As {@code filip index calibrate --json} answers and {@code info} repeats. */
  public ObjectNode toJson() {
    return Json.object()
        .put("of", of)
        .put("queries", best.size())
        .put("images", images)
        .put("sample", ids.size())
        .put("most", most());
  }

  /**
   * Whether an index is still near the one that was calibrated.
   *
   * @param now its images
   */
  boolean fits(long now) {
    return now <= FAR * images && images <= FAR * Math.max(1, now);
  }

  /**
   * Refuses an index that has become another, and what cannot be told.
   *
   * @param now its images
   * @param least the probability that hits shall have
   */
  void require(long now, double least) {
    BadInput.require(
        fits(now),
        "images of the index",
        now,
        "near the " + images + " it was calibrated with: filip index calibrate it again");
    BadInput.require(
        least <= most(),
        "min-probability",
        least,
        "<= " + most() + ", the most that its calibration can tell");
  }

  /**
   * What a query's scores are set beside.
   *
   * @throws BadInput for a query that is not of words alone
   */
  Scale scale(SearchQuery query) {
    BadInput.require(
        query.isWords(), "a probability", "a query with a picture", "asked of words alone");
    double[] nearest =
        best.stream()
            .sorted(Comparator.comparingInt(one -> Math.abs(one.tokens - query.rows())))
            .limit(nearest())
            .mapToDouble(Best::z)
            .sorted()
            .toArray();
    return new Scale(Spread.of(query, sample), nearest);
  }

  /**
   * Where a query's scores lie.
   *
   * @param median of the scores of a sample
   * @param deviation how far a sixth of them lies below it
   */
  record Spread(double median, double deviation) {
    static Spread of(SearchQuery query, Tokens images) {
      return of(query, images, IntStream.range(0, images.size()).toArray());
    }

    /** Of some of the images. */
    static Spread of(SearchQuery query, Tokens images, int[] some) {
      float[] scores = new float[some.length];
      QueryBatch.of(query).scan().forward(images, some, some.length, scores);
      return of(scores);
    }

    static Spread of(float... scores) {
      float[] rising = scores.clone();
      Arrays.sort(rising);
      double median = rising[rising.length / 2];
      return new Spread(median, median - rising[rising.length / 6]);
    }

    /** Where all scores are the same, none stands out. */
    double z(float score) {
      return deviation > 0 ? (score - median) / deviation : 0;
    }
  }

  /**
   * A query's spread, and what unrelated queries of its length reached, rising. The array is not
   * copied.
   */
  record Scale(Spread spread, double[] nearest) {
    /** That this score is not what an unrelated query would give. */
    double probability(float score) {
      double z = spread.z(score);
      int below = 0;
      int above = nearest.length;
      while (below < above) { // the first that is not below z
        int middle = (below + above) >>> 1;
        if (nearest[middle] < z) {
          below = middle + 1;
        } else {
          above = middle;
        }
      }
      return 1 - (1.0 + nearest.length - below) / (nearest.length + 1);
    }
  }
}
