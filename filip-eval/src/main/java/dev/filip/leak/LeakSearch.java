package dev.filip.leak;

import dev.filip.data.FailureRules;
import dev.filip.data.HashedSample;
import dev.filip.data.Loader;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.image.HashIndex;
import dev.filip.image.PerceptualHash;
import dev.filip.io.BadInput;
import dev.filip.io.Progress;
import dev.filip.kernel.LateInteraction;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for pictures of a training source that are nearly those of a test source, mirrored ones
 * too: first by perceptual hash, then, where a model is given, by the late similarity of their
 * tokens. Hashes of the test source are held, the training source streams. Used by one thread.
 *
 * @param most bits in which hashes may differ
 * @param model that looks again, or null
 * @param similarity of image tokens that a pair needs then, the smaller of both directions
 */
public record LeakSearch(int most, @Nullable Embedder model, double similarity) {
  private static final int AHEAD = 64;

  public LeakSearch {
    BadInput.require(
        most >= 0 && most <= HashIndex.MOST,
        "--distance",
        most,
        "in [0, " + HashIndex.MOST + "] (of 63 bits)");
    BadInput.require(
        similarity >= -1 && similarity <= 1, "--similarity", similarity, "in [-1, 1] (a cosine)");
  }

  /**
   * A pair that looks alike.
   *
   * @param trainIndex of the training source
   * @param testIndex of the test source
   * @param distance bits in which the hashes differ
   * @param mirrored whether one is the other's mirror image
   * @param similarity of the tokens; NaN without a model
   */
  public record Pair(
      String train,
      String test,
      long trainIndex,
      long testIndex,
      int distance,
      boolean mirrored,
      double similarity) {}

  /**
   * What was found.
   *
   * @param pairs by distance, then in the order of the test and of the training source
   * @param trainImages compared
   * @param testImages compared
   * @param skipped by reason: what could not be read, and pictures of one colour, of both sources
   * @param refused pairs that the model told apart
   */
  public record Found(
      List<Pair> pairs,
      long trainImages,
      long testImages,
      Map<String, Integer> skipped,
      int refused) {
    public Found {
      pairs = List.copyOf(pairs);
    }
  }

  /** Looks at every picture of both once, and at those of candidate pairs again with a model. */
  public Found run(SampleSource train, SampleSource test) throws IOException {
    HashIndex index = new HashIndex();
    List<String> keys = new ArrayList<>();
    List<Long> hashes = new ArrayList<>();
    List<Long> places = new ArrayList<>();
    Map<String, Integer> skipped = new TreeMap<>();
    each(
        "test images",
        test,
        skipped,
        (i, one) -> {
          PerceptualHash hash = one.hash().orElseThrow();
          index.add(hash.bits());
          keys.add(one.key());
          hashes.add(hash.bits());
          places.add(i);
        });
    BadInput.require(!keys.isEmpty(), "TEST", test.describe(), "one with readable images");
    List<Pair> pairs = new ArrayList<>();
    long[] seen = {0};
    each(
        "training images",
        train,
        skipped,
        (i, one) -> {
          seen[0]++;
          PerceptualHash hash = one.hash().orElseThrow();
          TreeMap<Integer, Boolean> near = new TreeMap<>();
          index.within(hash.mirrored(), most).forEach(t -> near.put(t, true));
          index.within(hash.bits(), most).forEach(t -> near.put(t, false));
          near.forEach((t, mirrored) -> {
            long bits = mirrored ? hash.mirrored() : hash.bits();
            int distance = PerceptualHash.distance(bits, hashes.get(t));
            pairs.add(
                new Pair(one.key(), keys.get(t), i, places.get(t), distance, mirrored, Double.NaN));
          });
        });
    List<Pair> kept = model == null ? pairs : alike(pairs, train, test, model);
    kept.sort(
        Comparator.comparingInt(Pair::distance)
            .thenComparingLong(Pair::testIndex)
            .thenComparingLong(Pair::trainIndex));
    return new Found(kept, seen[0], keys.size(), skipped, pairs.size() - kept.size());
  }

  private interface Taker {
    void take(long index, HashedSample one);
  }

  private static void each(
      String what, SampleSource source, Map<String, Integer> skipped, Taker taker)
      throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    try (Loader loader = new Loader(workers, FailureRules.COUNT);
        Progress progress = new Progress(what, source.size())) {
      loader.<Long, HashedSample>each(
          LongStream.range(0, source.size()).iterator(),
          AHEAD,
          i -> HashedSample.of(source, i),
          (i, one) -> {
            if (one != null && one.hash().isPresent()) {
              taker.take(i, one);
            } else if (one != null) {
              skipped.merge("single colour", 1, Integer::sum);
            }
            progress.to(i + 1, "");
          });
      loader.skipped().counts().forEach((why, n) -> skipped.merge(why, n, Integer::sum));
    }
  }

  /** Those whose tokens are as alike as asked. */
  private List<Pair> alike(List<Pair> pairs, SampleSource train, SampleSource test, Embedder model)
      throws IOException {
    List<Pair> kept = new ArrayList<>();
    try (Progress progress = new Progress("pairs", pairs.size())) {
      for (Pair pair : pairs) {
        double s = similarity(model, train.read(pair.trainIndex), test.read(pair.testIndex));
        if (s >= similarity) {
          kept.add(
              new Pair(
                  pair.train,
                  pair.test,
                  pair.trainIndex,
                  pair.testIndex,
                  pair.distance,
                  pair.mirrored,
                  s));
        }
        progress.step();
      }
    }
    return kept;
  }

  /** {@link LateInteraction#alike} of their patches, [CLS] is none; a global model's cosine. */
  private static double similarity(Embedder model, Sample one, Sample other) {
    Encoded both =
        model.images(
            List.of(
                model.prepare(one.image(), one.key()), model.prepare(other.image(), other.key())));
    Tokens rows = Match.of(model.interaction()).pictures(both, model.layout());
    return LateInteraction.alike(rows.floats(0), rows.floats(1), rows.d());
  }
}
