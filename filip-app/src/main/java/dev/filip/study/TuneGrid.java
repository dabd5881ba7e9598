package dev.filip.study;

import static dev.filip.io.BadInput.require;

import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The small grid that every row of a study is tried over before rows are compared, so that none is
 * compared at a rate that suits another. Immutable.
 *
 * @param axes values by config key, in the order they were given; empty where nothing is tuned
 * @param seeds runs of each point
 * @param steps of each of these runs; 0 = as many as the row takes
 */
public record TuneGrid(SequencedMap<String, List<String>> axes, int seeds, int steps) {
  /** Nothing is tuned: every row takes the config's own settings. */
  public static final TuneGrid NONE = new TuneGrid(new LinkedHashMap<>(), 1, 0);

  private static final Map<String, String> SHORT =
      Map.of(
          "lr", "optimizer.lr",
          "weight_decay", "optimizer.weight_decay",
          "warmup", "schedule.warmup");

  public TuneGrid {
    axes = new LinkedHashMap<>(axes);
    require(seeds >= 1, "--tune-seeds", seeds, ">= 1");
    require(steps >= 0, "--tune-steps", steps, ">= 1");
  }

  /**
   * Reads {@code KEY=VALUE,VALUE...}, one key each; {@code lr}, {@code warmup} and {@code
   * weight_decay} stand for their whole names.
   *
   * @throws BadInput for another form, a key that is there twice, fewer than two values
   */
  public static TuneGrid parse(List<String> asked, int seeds, int steps) {
    SequencedMap<String, List<String>> axes = new LinkedHashMap<>();
    for (String one : asked) {
      int equals = one.indexOf('=');
      require(equals > 0, "--tune", one, "KEY=VALUE,VALUE..., such as lr=1e-3,3e-3");
      String name = one.substring(0, equals).strip();
      String key = SHORT.getOrDefault(name, name);
      List<String> values =
          List.of(one.substring(equals + 1).split(",", -1)).stream().map(String::strip).toList();
      boolean whole = values.stream().noneMatch(String::isEmpty);
      boolean several = values.stream().distinct().count() == values.size() && values.size() > 1;
      require(whole && several, "--tune", one, "at least two different values");
      require(axes.put(key, values) == null, "--tune", one, "one list a key");
    }
    return new TuneGrid(axes, seeds, steps);
  }

  boolean isEmpty() {
    return axes.isEmpty();
  }

  /** All combinations, the last key's values changing fastest; one without settings for NONE. */
  List<Point> points() {
    List<Point> points = List.of(Point.AS_CONFIGURED);
    for (Map.Entry<String, List<String>> axis : axes.entrySet()) {
      List<Point> longer = new ArrayList<>();
      for (Point point : points) {
        axis.getValue().forEach(value -> longer.add(point.with(axis.getKey(), value)));
      }
      points = longer;
    }
    return points;
  }

  /** As the command takes it. */
  String command() {
    StringBuilder command = new StringBuilder();
    axes.forEach((key, values) ->
        command.append(" --tune ").append(key).append('=').append(String.join(",", values)));
    if (!isEmpty()) {
      command.append(" --tune-seeds ").append(seeds);
      if (steps > 0) {
        command.append(" --tune-steps ").append(steps);
      }
    }
    return command.toString();
  }

  /**
   * One combination.
   *
   * @param sets as {@code --set} takes them
   */
  record Point(List<String> sets) {
    static final Point AS_CONFIGURED = new Point(List.of());

    Point {
      sets = List.copyOf(sets);
    }

    private Point with(String key, String value) {
      List<String> longer = new ArrayList<>(sets);
      longer.add(key + "=" + value);
      return new Point(longer);
    }

    /** For people: {@code lr 1e-3, warmup 0.1}. */
    String label() {
      return String.join(", ", sets.stream().map(set -> brief(set).replace('=', ' ')).toList());
    }

    /** Without the section before its key. */
    private static String brief(String set) {
      return set.substring(set.lastIndexOf('.', set.indexOf('=')) + 1);
    }

    /** For a folder. */
    String slug() {
      return String.join("-", sets.stream().map(set -> brief(set).replace("=", "")).toList());
    }
  }
}
