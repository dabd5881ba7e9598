package dev.filip.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.search.Query;
import org.jspecify.annotations.Nullable;

/**
 * The best items of queries, by the plan that fits. Safe for any thread.
 *
 * @param scanned up to so many items are scored one by one
 */
record Ranker(List<View> views, Schema schema, int scanned) {
  /** Estimates of all queries of a batch: 64 MB. */
  private static final int MOST_ESTIMATES = 1 << 22;

  /**
   * Ranks.
   *
   * @param k hits a query
   * @return one answer a query
   */
  List<Found> rank(List<SearchQuery> queries, SearchOptions options, int k) throws IOException {
    return rank(queries, options, k, Barred.NOTHING);
  }

  /** The same without what each query must not have. */
  List<Found> rank(List<SearchQuery> queries, SearchOptions options, int k, Barred barred)
      throws IOException {
    List<int[]> items = items(options.filter());
    long all = items.stream().mapToLong(some -> some.length).sum();
    if (options.exact() || all <= scanned) {
      return exactly(queries, k, items, barred);
    }
    List<Found> found = new ArrayList<>();
    int together = Math.max(1, MOST_ESTIMATES / CandidateSearch.candidates(k));
    for (QueryBatch batch : QueryBatch.split(queries, together)) {
      int from = found.size();
      found.addAll(byCodes(batch, k, items, all, barred.of(from, from + batch.size())));
    }
    return found;
  }

  private List<Found> exactly(List<SearchQuery> queries, int k, List<int[]> items, Barred barred) {
    List<Found> found = new ArrayList<>();
    for (QueryBatch batch : QueryBatch.split(queries, Integer.MAX_VALUE)) {
      int from = found.size();
      found.addAll(ExactSearch.find(batch, k, views, items, barred.of(from, from + batch.size())));
    }
    return found;
  }

  /** By codes; queries that codes do not help share an exact scan. */
  private List<Found> byCodes(QueryBatch batch, int k, List<int[]> items, long all, Barred barred) {
    int candidates = CandidateSearch.candidates(k);
    List<Estimates> estimates = Estimates.of(batch, views, items, candidates, barred);
    List<Optional<Found>> found = new ArrayList<>();
    List<Integer> left = new ArrayList<>();
    for (int q = 0; q < batch.size(); q++) {
      SearchQuery query = batch.queries().get(q);
      Optional<Found> one = new CandidateSearch(query, k).find(estimates.get(q), all);
      found.add(one);
      if (one.isEmpty()) {
        left.add(q);
      }
    }
    List<SearchQuery> rest = left.stream().map(batch.queries()::get).toList();
    Iterator<Found> others = exactly(rest, k, items, barred.of(left)).iterator();
    return found.stream().map(one -> one.orElseGet(others::next)).toList();
  }

  /** Live items of each view that the filter lets through. */
  private List<int[]> items(@Nullable String filter) throws IOException {
    Query lucene = filter == null ? null : FilterParser.parse(filter, schema);
    List<int[]> items = new ArrayList<>();
    for (View view : views) {
      items.add(view.items(lucene == null ? null : view.segment().matching(lucene)));
    }
    return items;
  }
}
