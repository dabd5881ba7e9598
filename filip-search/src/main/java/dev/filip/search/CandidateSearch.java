package dev.filip.search;

import dev.filip.io.Tasks;
import dev.filip.kernel.LateScan;
import java.util.List;
import java.util.Optional;

/**
 * The plan for large indexes: estimates from one-bit codes for all items, then exact scores of the
 * best of them in growing parts, until the k-th exact score is above what the next estimate leaves
 * to hope for: estimates are too high by a mean (a largest of many has the largest error) and stray
 * by a deviation, both measured on the part that was scored last. Used once, by one thread.
 */
final class CandidateSearch {
  /** Items that one task scores. */
  private static final int TASK = 32;

  /** Candidates at most, as a multiple of the first part; beyond, an exact scan is the answer. */
  private static final int PARTS = 32;

  private static final int LEAST = 200;

  /** Errors of estimates are near normal: one in 4,000 is further off on this side. */
  private static final double MARGIN = 3.5;

  private final LateScan exact;
  private final int k;
  private final TopHits best;
  private long scored;

  /** Estimate minus score over the last part: mean and deviation. */
  private double high;

  private double stray;

  CandidateSearch(SearchQuery query, int k) {
    this.k = k;
    exact = QueryBatch.of(query).scan();
    best = new TopHits(k);
  }

  private static int first(int k) {
    return (int) Math.min(Math.max(LEAST, 10L * k), Integer.MAX_VALUE / (4 * PARTS));
  }

  /** Estimates that a query of k hits keeps. */
  static int candidates(int k) {
    return first(k) * PARTS;
  }

  /**
   * Searches.
   *
   * @param estimated the best {@link #candidates} of them
   * @param matching items that were looked at
   * @return nothing where too many candidates would have to be scored
   */
  Optional<Found> find(Estimates estimated, long matching) {
    int size = first(k);
    for (int from = 0; from < estimated.size(); size *= 2) {
      int to = Math.min(from + size, estimated.size());
      score(estimated.hits(from, to));
      from = to;
      if (from < estimated.size() && isEnough(estimated.score(from))) {
        return Optional.of(found(matching));
      }
    }
    return estimated.isCut() ? Optional.empty() : Optional.of(found(matching));
  }

  private Found found(long matching) {
    return new Found(best.ranked(), Found.Plan.CODES, scored, matching);
  }

  private void score(List<Hit> hits) {
    float[] scores = new float[hits.size()];
    Tasks.forEach(
        Math.ceilDiv(hits.size(), TASK),
        task -> {
          float[] one = new float[1];
          for (int i = task * TASK; i < Math.min((task + 1) * TASK, scores.length); i++) {
            Hit hit = hits.get(i);
            exact.forward(hit.segment().rows(), new int[] {hit.item()}, 1, one);
            scores[i] = one[0];
          }
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
