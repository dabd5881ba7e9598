package dev.filip.data;

import dev.filip.io.BadInput;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The order of units in each epoch: a permutation keyed by (seed, epoch) of all units, each as
 * often as its source's weight says; a fraction is a random part, another one each epoch.
 * Thread-safe.
 */
final class EpochPlan {
  private static final long ORDER = 1;
  private static final long PART = 2;

  private final long seed;
  private final int group;
  private final double[] weights;
  private final int[] units;
  private final int size;
  private long epoch = -1;
  private long[] order = {};
  private long[] before = {};

  EpochPlan(List<WeightedSource> sources, int group, long seed) {
    this.seed = seed;
    this.group = group;
    this.weights = sources.stream().mapToDouble(WeightedSource::weight).toArray();
    this.units =
        sources.stream().mapToInt(s -> Math.toIntExact(s.source().size() / group)).toArray();
    long all = 0;
    for (int s = 0; s < units.length; s++) {
      all += count(s);
    }
    BadInput.require(
        all > 0 && all <= Integer.MAX_VALUE / 2, "units of an epoch", all, "> 0 and below 2^30");
    this.size = (int) all;
  }

  private long count(int source) {
    return Math.round(weights[source] * units[source]);
  }

  /** Units in an epoch. */
  int size() {
    return size;
  }

  synchronized Unit at(Cursor.Place place) {
    long[] ordered;
    if (place.epoch() == epoch - 1 && before.length > 0) {
      ordered = before;
    } else {
      if (place.epoch() != epoch) {
        before = place.epoch() == epoch + 1 ? order : new long[0];
        order = make(place.epoch());
        epoch = place.epoch();
      }
      ordered = order;
    }
    long packed = ordered[place.position()];
    return new Unit(
        (int) (packed >>> 48),
        Unit.WHOLE,
        (packed & 0xFFFFFFFFL) * group,
        place.epoch(),
        (int) (packed >>> 32) & 0xFFFF);
  }

  private long[] make(long epoch) {
    long[] all = new long[size];
    int at = 0;
    for (int s = 0; s < units.length; s++) {
      long wanted = count(s);
      int round = 0;
      for (; wanted >= units[s] && units[s] > 0; wanted -= units[s], round++) {
        for (int u = 0; u < units[s]; u++) {
          all[at++] = pack(s, u, round);
        }
      }
      if (wanted > 0) {
        long[] part = new long[units[s]];
        for (int u = 0; u < part.length; u++) {
          part[u] = pack(s, u, round);
        }
        Keyed.shuffle(part, Keyed.stream(seed, PART, epoch, s));
        System.arraycopy(part, 0, all, at, (int) wanted);
        at += (int) wanted;
      }
    }
    SplittableRandom random = Keyed.stream(seed, ORDER, epoch);
    Keyed.shuffle(all, random);
    return all;
  }

  private static long pack(int source, int unit, int round) {
    return (long) source << 48 | (long) round << 32 | unit;
  }

  Cursor.Place after(Cursor.Place place) {
    return place.position() + 1 < size
        ? new Cursor.Place(place.epoch(), place.position() + 1)
        : new Cursor.Place(place.epoch() + 1, 0);
  }
}
