package dev.filip.search;

import dev.filip.codes.CodeQuery;
import dev.filip.kernel.LateScan;
import java.util.ArrayList;
import java.util.List;

/** Queries that are scored in one pass over the images, of one encoder. Immutable. */
final class QueryBatch {
  /** Numbers of all rows: a quarter of a megabyte, which stays in a core's cache. */
  private static final int MOST_NUMBERS = 1 << 16;

  /** Each query has candidates and scores of its own in memory. */
  private static final int MOST_QUERIES = 64;

  private final List<SearchQuery> queries;
  private final int d;
  private final float[] rows;
  private final float[] weight;
  private final int[] ends;

  private QueryBatch(List<SearchQuery> queries) {
    this.queries = List.copyOf(queries);
    d = queries.getFirst().width();
    int m = queries.stream().mapToInt(SearchQuery::rows).sum();
    rows = new float[m * d];
    weight = new float[m];
    ends = new int[queries.size()];
    int at = 0;
    for (int q = 0; q < ends.length; q++) {
      queries.get(q).copy(rows, weight, at);
      at += queries.get(q).rows();
      ends[q] = at;
    }
  }

  /**
   * Any number of queries in batches of bounded size, in their order.
   *
   * @param most queries of a batch, if that is fewer than there may be anyway
   */
  static List<QueryBatch> split(List<SearchQuery> queries, int most) {
    List<QueryBatch> batches = new ArrayList<>();
    List<SearchQuery> some = new ArrayList<>();
    long numbers = 0;
    for (SearchQuery query : queries) {
      long more = (long) query.rows() * query.width();
      boolean full = some.size() >= Math.min(most, MOST_QUERIES) || numbers + more > MOST_NUMBERS;
      if (full && !some.isEmpty()) {
        batches.add(new QueryBatch(some));
        some.clear();
        numbers = 0;
      }
      some.add(query);
      numbers += more;
    }
    if (!some.isEmpty()) {
      batches.add(new QueryBatch(some));
    }
    return batches;
  }

  static QueryBatch of(SearchQuery query) {
    return new QueryBatch(List.of(query));
  }

  List<SearchQuery> queries() {
    return queries;
  }

  int size() {
    return ends.length;
  }

  /** For exact scores. */
  LateScan scan() {
    return LateScan.several(rows, d, weight, ends);
  }

  /** For estimates from a segment's codes. */
  CodeQuery coded(SegmentCodes codes) {
    return codes.query(rows, weight, ends);
  }
}
