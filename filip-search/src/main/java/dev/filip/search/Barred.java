package dev.filip.search;

import java.util.BitSet;
import java.util.List;

/**
 * Items that are no hits of some queries, whatever their scores. Safe for any thread while nobody
 * changes the bits.
 *
 * @param places one set a query, of places among all items that are ranked, view by view; empty
 *     where nothing is barred
 */
record Barred(List<BitSet> places) {
  static final Barred NOTHING = new Barred(List.of());

  /** Whether a query must not have the item at a place. */
  boolean has(int query, int place) {
    return !places.isEmpty() && places.get(query).get(place);
  }

  /** Those of some neighbouring queries. */
  Barred of(int from, int to) {
    return places.isEmpty() ? this : new Barred(places.subList(from, to));
  }

  /** Those of one query after another. */
  Barred of(List<Integer> queries) {
    return places.isEmpty() ? this : new Barred(queries.stream().map(places::get).toList());
  }
}
