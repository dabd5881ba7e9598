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
   * @param barred what each query must not have
   */
  static List<Found> find(
      QueryBatch batch, int k, List<View> views, List<int[]> items, Barred barred) {
    List<Chunk> chunks = new ArrayList<>();
    int count = 0;
    for (int v = 0; v < views.size(); v++) {
      int[] some = items.get(v);
      for (int from = 0; from < some.length; from += CHUNK) {
        int to = Math.min(from + CHUNK, some.length);
        chunks.add(
            new Chunk(views.get(v).segment(), Arrays.copyOfRange(some, from, to), count + from));
      }
      count = Math.addExact(count, some.length);
    }
    LateScan scan = batch.scan();
    List<TopHits> all = Stream.generate(() -> new TopHits(k)).limit(batch.size()).toList();
    Tasks.forEach(chunks.size(), c -> chunks.get(c).addBest(scan, all, barred));
    long scored = count;
    return all.stream()
        .map(best -> new Found(best.ranked(), Found.Plan.EXACT, scored, scored))
        .toList();
  }

  /**
   * Some items of a segment.
   *
   * @param place of the first among all
   */
  private record Chunk(Segment segment, int[] items, int place) {
    /** Adds the best of them to those of each query. */
    void addBest(LateScan scan, List<TopHits> all, Barred barred) {
      int queries = all.size();
      float[] scores = new float[items.length * queries];
      scan.forward(segment.rows(), items, items.length, scores);
      for (int q = 0; q < queries; q++) {
        TopHits best = all.get(q).another();
        for (int i = 0; i < items.length; i++) {
          if (!barred.has(q, place + i)) {
            best.add(segment, items[i], scores[i * queries + q]);
          }
        }
        all.get(q).addAll(best);
      }
    }
  }
}
