package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What spans of some steps come to: stages of the loop, operators by their own time (without what
 * they called), kernels and copies of a GPU and the time in which it had nothing to do. Not
 * thread-safe.
 */
final class ProfileTable {
  private static final int ROWS = 20;
  private static final double MICRO = 1e-3;
  private static final Set<String> DEVICE = Set.of("kernel", "gpu_memcpy", "gpu_memset");

  private final long steps;
  private final double wall;
  private final Map<String, Total> stages = new LinkedHashMap<>();
  private final Map<String, Total> images = new LinkedHashMap<>();
  private final Map<String, Total> kernels = new HashMap<>();
  private final Map<String, List<Interval>> threads = new HashMap<>();
  private final List<Interval> device = new ArrayList<>();

  /** Milliseconds and how often. */
  private static final class Total {
    double ms;
    long calls;

    void add(double more) {
      ms += more;
      calls++;
    }
  }

  /** Microseconds. */
  private record Interval(String name, double from, double to) {}

  /**
   * @param steps that were looked at
   * @param nanos they took together
   */
  ProfileTable(long steps, long nanos) {
    this.steps = steps;
    this.wall = nanos / 1e6;
    for (Stage stage : Stage.values()) {
      stages.put(stage.word(), new Total());
    }
  }

  /** One of our own spans. */
  void add(StepProfile.Span span) {
    Map<String, Total> of = span.kind().equals("stage") ? stages : images;
    of.computeIfAbsent(span.name(), _ -> new Total()).add((span.to() - span.from()) / 1e6);
  }

  /** One event of libtorch's trace; those that are no spans of work are left out. */
  void add(JsonNode event) {
    if (!event.path("ph").asText().equals("X")) {
      return;
    }
    String kind = event.path("cat").asText();
    String name = event.path("name").asText();
    double from = event.path("ts").asDouble();
    Interval interval = new Interval(name, from, from + event.path("dur").asDouble());
    if (kind.equals("cpu_op") || kind.equals("user_annotation")) {
      threads.computeIfAbsent(event.path("tid").asText(), _ -> new ArrayList<>()).add(interval);
    } else if (DEVICE.contains(kind)) {
      device.add(interval);
      kernels.computeIfAbsent(name, _ -> new Total()).add((interval.to - from) * MICRO);
    }
  }

  /** Own time of each operator over all threads. */
  private Map<String, Total> operators() {
    Map<String, Total> all = new HashMap<>();
    for (List<Interval> thread : threads.values()) {
      thread.sort(
          Comparator.comparingDouble(Interval::from)
              .thenComparing(Comparator.comparingDouble(Interval::to).reversed()));
      Deque<Interval> open = new ArrayDeque<>();
      for (Interval next : thread) {
        while (!open.isEmpty() && open.peek().to <= next.from) {
          open.pop();
        }
        double ms = (next.to - next.from) * MICRO;
        all.computeIfAbsent(next.name, _ -> new Total()).add(ms);
        if (!open.isEmpty()) {
          all.computeIfAbsent(open.peek().name, _ -> new Total()).ms -= ms;
        }
        open.push(next);
      }
    }
    return all;
  }

  /** Milliseconds in which the device worked, whatever ran beside each other. */
  private double busy() {
    device.sort(Comparator.comparingDouble(Interval::from));
    double busy = 0;
    double end = Double.NEGATIVE_INFINITY;
    for (Interval next : device) {
      busy += Math.max(0, next.to - Math.max(end, next.from));
      end = Math.max(end, next.to);
    }
    return busy * MICRO;
  }

  /** A table for people, by the time of a step. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "%.2f ms a step%n", wall / steps));
    head(text, "stage, on the loop's thread");
    double told = 0;
    for (Map.Entry<String, Total> stage : stages.entrySet()) {
      told += stage.getValue().ms;
      row(text, stage.getKey(), stage.getValue());
    }
    Total rest = new Total();
    rest.ms = wall - told;
    row(text, "between stages", rest);
    if (!images.isEmpty()) {
      head(text, "of it, on the towers' threads");
      images.forEach((name, total) -> row(text, name, total));
    }
    Map<String, Total> operators = operators();
    if (!operators.isEmpty()) {
      head(text, "operator, own time, over all threads");
      largest(text, operators);
    }
    if (!device.isEmpty()) {
      head(text, "on the device");
      largest(text, kernels);
      Total idle = new Total();
      idle.ms = wall - busy();
      row(text, "idle", idle);
    }
    return text.toString();
  }

  private void largest(StringBuilder text, Map<String, Total> totals) {
    List<Map.Entry<String, Total>> sorted = new ArrayList<>(totals.entrySet());
    sorted.sort(
        Comparator.<Map.Entry<String, Total>>comparingDouble(e -> -e.getValue().ms)
            .thenComparing(Map.Entry::getKey));
    Total others = new Total();
    for (int i = 0; i < sorted.size(); i++) {
      Total total = sorted.get(i).getValue();
      if (i < ROWS) {
        row(text, sorted.get(i).getKey(), total);
      } else {
        others.ms += total.ms;
        others.calls += total.calls;
      }
    }
    if (sorted.size() > ROWS) {
      row(text, sorted.size() - ROWS + " others", others);
    }
  }

  private static void head(StringBuilder text, String what) {
    text.append(String.format(Locale.ROOT, "  %-58s %10s %7s %9s%n", what, "ms", "share", "calls"));
  }

  private void row(StringBuilder text, String name, Total total) {
    String said = name.length() > 56 ? name.substring(0, 53) + "..." : name;
    text.append(
        String.format(
            Locale.ROOT,
            "    %-56s %10.3f %6.1f%% %9s%n",
            said,
            total.ms / steps,
            wall > 0 ? 100 * total.ms / wall : 0,
            total.calls == 0
                ? ""
                : String.format(Locale.ROOT, "%.1f", (double) total.calls / steps)));
  }
}
