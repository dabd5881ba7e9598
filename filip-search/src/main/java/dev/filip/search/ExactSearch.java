package dev.filip.search;

import dev.filip.io.Tasks;
import dev.filip.kernel.LateScan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The plan for small indexes, for filters that let few through, and the truth for every other plan:
 * each item is scored for all queries of a batch, its rows being read once. Uses the JVM's common
 * pool; answers do not depend on threads. Stateless.
 */
final class ExactSearch {
  private static final int CHUNK = 1024;

  private ExactSearch() {}

  /**
   * The best k items of each query.
   *
   * @param items of each view
   */
  static List<Found> find(QueryBatch batch, int k, List<View> views, List<int[]> items) {
    List<Chunk> chunks = new ArrayList<>();
    long count = 0;
    for (int v = 0; v < views.size(); v++) {
      int[] some = items.get(v);
      count += some.length;
      for (int from = 0; from < some.length; from += CHUNK) {
        int to = Math.min(from + CHUNK, some.length);
        chunks.add(new Chunk(views.get(v).segment(), Arrays.copyOfRange(some, from, to)));
      }
    }
    LateScan scan = batch.scan();
    List<TopHits> all = Stream.generate(() -> new TopHits(k)).limit(batch.size()).toList();
    Tasks.forEach(chunks.size(), c -> chunks.get(c).addBest(scan, all));
    long scored = count;
    return all.stream()
        .map(best -> new Found(best.ranked(), Found.Plan.EXACT, scored, scored))
        .toList();
  }

  /** Some items of a segment. */
  private record Chunk(Segment segment, int[] items) {
    /** Adds the best of them to those of each query. */
    void addBest(LateScan scan, List<TopHits> all) {
      int queries = all.size();
      float[] scores = new float[items.length * queries];
      scan.forward(segment.rows(), items, items.length, scores);
      for (int q = 0; q < queries; q++) {
        TopHits best = all.get(q).another();
        for (int i = 0; i < items.length; i++) {
          best.add(segment, items[i], scores[i * queries + q]);
        }
        all.get(q).addAll(best);
      }
    }
  }
}
