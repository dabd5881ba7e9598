package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.metric.CandidateRanks;

/**
 * Recall at 1, 5 and 10 of one direction.
 *
 * @param firsts what {@code r1} was counted from, image by image
 */
public record Recalls(Share r1, Share r5, Share r10, Series firsts) {
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

  /** R@1 + R@5 + R@10. */
  double sum() {
    return r1.value() + r5.value() + r10.value();
  }

  /**
   * Of ranks counted from 0; a query without an answer ({@link CandidateRanks#NONE}) is left out.
   *
   * @param cluster image of each query; queries of one image lie together
   */
  static Recalls of(int[] ranks, int[] cluster) {
    Share.Tally first = at(1, ranks, cluster);
    return new Recalls(
        first.share(),
        at(5, ranks, cluster).share(),
        at(10, ranks, cluster).share(),
        first.series());
  }

  private static Share.Tally at(int k, int[] ranks, int[] cluster) {
    Share.Tally tally = new Share.Tally();
    for (int from = 0; from < ranks.length; ) {
      int to = from;
      int hits = 0;
      int queries = 0;
      for (; to < ranks.length && cluster[to] == cluster[from]; to++) {
        queries += ranks[to] != CandidateRanks.NONE ? 1 : 0;
        hits += ranks[to] != CandidateRanks.NONE && ranks[to] < k ? 1 : 0;
      }
      tally.add(hits, queries);
      from = to;
    }
    return tally;
  }
}
