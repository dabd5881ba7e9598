package dev.filip.search;

import java.io.IOException;
import java.util.BitSet;

/**
 * A segment as one state of the index has it.
 *
 * @param dead items that are replaced or removed; not changed by anybody
 */
record View(Segment segment, BitSet dead) {
  int live() {
    return segment.size() - dead.cardinality();
  }

  /** The live item of an id, or -1. */
  int item(String id) throws IOException {
    int item = segment.item(id);
    return item >= 0 && dead.get(item) ? -1 : item;
  }

  /** Live items, of {@code among} alone unless that is null. */
  int[] items(@org.jspecify.annotations.Nullable BitSet among) {
    BitSet bits = new BitSet(segment.size());
    if (among == null) {
      bits.set(0, segment.size());
    } else {
      bits.or(among);
    }
    bits.andNot(dead);
    return bits.stream().toArray();
  }
}
