package dev.filip.train;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the time of a training step goes. */
public enum Stage {
  /** Waiting for the next batch, and its copy into tensors. */
  DATA,
  /** Both towers' forward passes. */
  TOWERS,
  /** The loss and its gradient on the features. */
  LOSS,
  /** Both towers' backward passes. */
  BACKWARD,
  /** Clipping, the update, the clamp. */
  OPTIMIZER;

  /** The key in {@code metrics.jsonl}: {@code seconds_data}. */
  public String key() {
    return "seconds_" + word();
  }

  /** In small letters. */
  String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Accumulates seconds by stage. Not thread-safe. */
  static final class Clock {
    private final long[] nanos = new long[Stage.values().length];
    private long last = System.nanoTime();
    private @Nullable Watcher watcher;

    /** Is told the time of each stage or part of one as it passes, in nanoseconds since 1970. */
    interface Watcher {
      void passed(String part, long from, long to);
    }

    /** Tells somebody from now on, or nobody. */
    void watch(@Nullable Watcher told) {
      watcher = told;
    }

    /** Time from here on belongs to the next {@link #lap}. */
    public void start() {
      last = System.nanoTime();
    }

    /** What passed since the last call belongs to {@code stage}. */
    public void lap(Stage stage) {
      lap(stage, stage.word());
    }

    /** The same of a part that is told by a name of its own. */
    void lap(Stage stage, String part) {
      long now = System.nanoTime();
      nanos[stage.ordinal()] += now - last;
      if (watcher != null) {
        long to = StepProfile.now();
        watcher.passed(part, to - (now - last), to);
      }
      last = now;
    }

    /** Seconds by stage since construction. */
    public Map<Stage, Double> seconds() {
      Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
      for (Stage stage : Stage.values()) {
        seconds.put(stage, nanos[stage.ordinal()] / 1e9);
      }
      return seconds;
    }

    /** Seconds of all stages. */
    public double total() {
      long sum = 0;
      for (long n : nanos) {
        sum += n;
      }
      return sum / 1e9;
    }
  }
}
