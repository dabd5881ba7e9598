package dev.filip.pickle;

import java.util.List;

/** A Python tuple. */
record PickleTuple(List<Object> items) {
  PickleTuple {
    items = List.copyOf(items);
  }

  int size() {
    return items.size();
  }

  Object get(int index) {
    return items.get(index);
  }

  /** The item as a whole number; anything else is {@link BadPickle}. */
  long whole(int index, String what) {
    return items.get(index) instanceof Long value ? value : BadPickle.raise(what + " is no number");
  }

  /** The item as a tuple of whole numbers. */
  long[] wholes(int index, String what) {
    if (!(items.get(index) instanceof PickleTuple tuple)) {
      throw new BadPickle(what + " is no tuple");
    }
    long[] values = new long[tuple.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tuple.whole(i, what);
    }
    return values;
  }
}
