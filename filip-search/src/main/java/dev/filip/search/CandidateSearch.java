package dev.filip.search;

import dev.filip.codes.CodeQuery;
import dev.filip.io.Tasks;
import dev.filip.kernel.LateScan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The plan for large indexes: estimates from one-bit codes for all items, then exact scores of the
 * best of them in growing parts, until the k-th exact score is above what the next estimate leaves
 * to hope for: estimates are too high by a mean (a largest of many has the largest error) and stray
 * by a deviation, both measured on the part that was scored last. Used once, by one thread.
 */
final class CandidateSearch {
  private static final int CHUNK = 2048;

  /** Candidates at most, as a multiple of the first part; beyond, an exact scan is the answer. */
  private static final int PARTS = 32;

  private static final int LEAST = 200;

  /** Errors of estimates are near normal: one in 4,000 is further off on this side. */
  private static final double MARGIN = 3.5;

  private final SearchQuery query;
  private final LateScan exact;
  private final int k;
  private final TopHits best;
  private long matching;
  private long scored;

  /** Estimate minus score over the last part: mean and deviation. */
  private double high;

  private double stray;

  CandidateSearch(SearchQuery query, int k) {
    this.query = query;
    this.k = k;
    exact = query.scan();
    best = new TopHits(k);
  }

  /**
   * Searches.
   *
   * @param items of each view, rising
   * @return nothing where too many candidates would have to be scored
   */
  Optional<Found> find(List<View> views, List<int[]> items) {
    int first = Math.max(LEAST, 10 * k);
    matching = items.stream().mapToLong(some -> some.length).sum();
    TopHits estimated = new TopHits(first * PARTS);
    for (int v = 0; v < views.size(); v++) {
      estimate(views.get(v).segment(), items.get(v), estimated);
    }
    List<Hit> candidates = estimated.ranked();
    int size = first;
    for (int from = 0; from < candidates.size(); size *= 2) {
      int to = Math.min(from + size, candidates.size());
      score(candidates.subList(from, to));
      from = to;
      if (from < candidates.size() && isEnough(candidates.get(from).score())) {
        return Optional.of(found());
      }
    }
    boolean all = candidates.size() < first * PARTS;
    return all ? Optional.of(found()) : Optional.empty();
  }

  private Found found() {
    return new Found(best.ranked(), Found.Plan.CODES, scored, matching);
  }

  private void estimate(Segment segment, int[] items, TopHits into) {
    SegmentCodes codes = segment.codes();
    if (codes == null) { // small: its exact scores are their own estimates
      float[] scores = new float[items.length];
      exact.forward(segment.rows(), items, items.length, scores);
      add(segment, items, scores, into);
      return;
    }
    CodeQuery coded = query.coded(codes);
    Tasks.forEach(
        Math.ceilDiv(items.length, CHUNK),
        chunk -> {
          int to = Math.min((chunk + 1) * CHUNK, items.length);
          int[] some = Arrays.copyOfRange(items, chunk * CHUNK, to);
          float[] scores = new float[some.length];
          codes.estimate(coded, some, scores);
          add(segment, some, scores, into);
        });
  }

  private static void add(Segment segment, int[] items, float[] scores, TopHits into) {
    TopHits own = into.another();
    for (int i = 0; i < items.length; i++) {
      own.add(segment, items[i], scores[i]);
    }
    into.addAll(own);
  }

  private void score(List<Hit> candidates) {
    List<Hit> hits = new ArrayList<>(candidates);
    float[] scores = new float[hits.size()];
    Tasks.forEach(
        hits.size(),
        i -> {
          Hit hit = hits.get(i);
          float[] one = new float[1];
          exact.forward(hit.segment().rows(), new int[] {hit.item()}, 1, one);
          scores[i] = one[0];
        });
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < scores.length; i++) {
      Hit hit = hits.get(i);
      double error = hit.score() - (double) scores[i];
      sum += error;
      squares += error * error;
      best.add(hit.segment(), hit.item(), scores[i]);
    }
    high = sum / scores.length;
    stray = Math.sqrt(Math.max(0, squares / scores.length - high * high));
    scored += scores.length;
  }

  private boolean isEnough(float next) {
    List<Hit> now = best.ranked();
    return now.size() == k && now.getLast().score() > next - high + MARGIN * stray;
  }
}
