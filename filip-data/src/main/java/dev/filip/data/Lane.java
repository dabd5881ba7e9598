package dev.filip.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One lane: draws units from the sources by their shares, each source in the order of its windows,
 * and has them read ahead. The window after the one at hand is made, and its shards are fetched,
 * while this one is used. Used by one thread.
 */
final class Lane {
  private static final long SOURCE = 7;

  /** Units in a row that cannot be used: more than any data has that is of use. */
  private static final int MOST_USELESS = 10_000_000;

  /** A unit that was drawn, and where the lane stands in its source after it. */
  private record Drawn(Unit unit, Cursor.SourcePlace after, PairReader.@Nullable Pairs pairs) {}

  /** The windows of a source: the one at hand, the one being made. */
  private static final class Course {
    private long at;
    private int position;
    private long drawn;
    private @Nullable Window window;
    private @Nullable Future<Window> coming;

    Course(Cursor.SourcePlace start) {
      at = start.window();
      position = start.position();
      drawn = start.drawn();
    }
  }

  private final int number;
  private final LaneRules rules;
  private final List<Dealing> dealings;
  private final Loader loader;
  private final PairReader reader;
  private final ShardPool pool;
  private final ExecutorService windows;
  private final List<Course> courses = new ArrayList<>();
  private final Deque<Future<Drawn>> ahead = new ArrayDeque<>();
  private final List<Cursor.SourcePlace> used = new ArrayList<>();
  private List<PairReader.Pairs> postponed = new ArrayList<>();
  private final List<PairReader.Pairs> rejected = new ArrayList<>();
  private int offered;

  Lane(
      int number,
      LaneRules rules,
      List<Dealing> dealings,
      Loader loader,
      PairReader reader,
      ShardPool pool,
      ExecutorService windows,
      Cursor.LanePlace start) {
    this.number = number;
    this.rules = rules;
    this.dealings = dealings;
    this.loader = loader;
    this.reader = reader;
    this.pool = pool;
    this.windows = windows;
    for (Cursor.SourcePlace place : start.sources()) {
      used.add(place);
      courses.add(new Course(place));
    }
    for (int s = 0; s < courses.size(); s++) {
      prepare(s, courses.get(s).at);
    }
    for (Unit unit : start.postponed()) {
      PairReader.Pairs pairs = read(unit);
      if (pairs != null) {
        postponed.add(pairs);
      }
    }
  }

  /** Where it stands; between batches. */
  Cursor.LanePlace place() {
    return new Cursor.LanePlace(used, postponed.stream().map(PairReader.Pairs::unit).toList());
  }

  /** Units that wait for a batch without their captions. */
  int waiting() {
    return postponed.size() + rejected.size();
  }

  /** The next {@code count} units: first those that waited, then new ones. */
  List<PairReader.Pairs> offer(int count) {
    List<PairReader.Pairs> units = new ArrayList<>(count);
    while (units.size() < count && offered < postponed.size()) {
      units.add(postponed.get(offered++));
    }
    while (units.size() < count) {
      units.add(take());
    }
    return units;
  }

  /** An offered unit waits for another batch. */
  void reject(PairReader.Pairs unit) {
    rejected.add(unit);
  }

  /** The batch is complete: what was rejected waits, oldest first. */
  void finish() {
    rejected.addAll(postponed.subList(offered, postponed.size()));
    postponed = new ArrayList<>(rejected);
    rejected.clear();
    offered = 0;
  }

  private PairReader.Pairs take() {
    for (int useless = 0; ; useless++) {
      if (ahead.isEmpty()) {
        fill(1);
      }
      Drawn drawn = loader.await(ahead.removeFirst());
      used.set(drawn.unit().source(), drawn.after());
      if (drawn.pairs() != null) {
        return drawn.pairs();
      }
      TrainFeed.requireUseful(useless <= MOST_USELESS, loader.skipped());
    }
  }

  /** Has units read, up to {@code most} that are not taken yet. */
  void fill(int most) {
    while (ahead.size() < most) {
      ahead.addLast(draw());
    }
  }

  private Future<Drawn> draw() {
    int s = source();
    Course course = courses.get(s);
    Window window = window(s);
    Unit unit = window.unit(course.position++);
    course.drawn++;
    Cursor.SourcePlace after =
        course.position < window.size()
            ? new Cursor.SourcePlace(course.at, course.position, course.drawn)
            : new Cursor.SourcePlace(window.next(), 0, course.drawn);
    return loader.submit(() -> new Drawn(unit, after, read(unit)));
  }

  private PairReader.@Nullable Pairs read(Unit unit) {
    return loader.skipped().attempt(unit.name(0), () -> reader.read(unit, true));
  }

  /** The window at hand; the next one once it is used up. */
  private Window window(int s) {
    Course course = courses.get(s);
    Window window = course.window;
    if (window == null || course.position == window.size()) {
      if (window != null) {
        course.at = window.next();
        course.position = 0;
      }
      window = Loader.finished(Objects.requireNonNull(course.coming));
      course.window = window;
      pool.need(s, number, 2 * window.shards().length + 2); // the next one is opened meanwhile
      prepare(s, window.next());
    }
    return window;
  }

  private void prepare(int s, long at) {
    courses.get(s).coming =
        windows.submit(() -> {
          Window window = dealings.get(s).window(number, at);
          for (int shard : window.shards()) {
            pool.ahead(s, shard);
          }
          return window;
        });
  }

  /** The source that lags most behind its share, give or take one unit by chance. */
  private int source() {
    if (courses.size() == 1) {
      return 0;
    }
    long all = 1;
    for (Course course : courses) {
      all += course.drawn;
    }
    int most = 0;
    double behind = Double.NEGATIVE_INFINITY;
    var random = Keyed.stream(rules.seed(), SOURCE, number, all);
    for (int s = 0; s < courses.size(); s++) {
      double lag = rules.shares()[s] * all - courses.get(s).drawn + random.nextDouble();
      if (lag > behind) {
        behind = lag;
        most = s;
      }
    }
    return most;
  }
}
