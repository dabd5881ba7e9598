package dev.filip.train;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a run is started.
 *
 * @param existing what happens to an output folder that holds a run already
 * @param logEvery steps between logged steps
 * @param evaluator called every {@code evaluate.every} steps, or null
 * @param listeners told besides metrics file and TensorBoard
 * @param log takes lines for the user, such as what {@code auto} chose
 * @param profile steps whose time is told, 0 for none
 */
public record TrainOptions(
    Existing existing,
    int logEvery,
    @Nullable Evaluator evaluator,
    List<TrainListener> listeners,
    Consumer<String> log,
    int profile) {
  /** What to do with an output folder that holds a run. */
  public enum Existing {
    REFUSE,
    /** Take the next free name: {@code out-2}. */
    NEXT_FREE,
    REPLACE,
    /** Go on from its newest checkpoint. */
    RESUME
  }

  /** A new run that logs every 10 steps and says nothing. */
  public static final TrainOptions QUIET =
      new TrainOptions(Existing.REFUSE, 10, null, List.of(), line -> {});

  public TrainOptions {
    listeners = List.copyOf(listeners);
  }

  /** Without a profile. */
  public TrainOptions(
      Existing existing,
      int logEvery,
      @Nullable Evaluator evaluator,
      List<TrainListener> listeners,
      Consumer<String> log) {
    this(existing, logEvery, evaluator, listeners, log, 0);
  }

  /** The same with another rule for an existing folder. */
  public TrainOptions with(Existing other) {
    return new TrainOptions(other, logEvery, evaluator, listeners, log, profile);
  }

  /** The same that tells where the time of so many steps goes. */
  public TrainOptions profiling(int steps) {
    return new TrainOptions(existing, logEvery, evaluator, listeners, log, steps);
  }

  /** Judges the model during training. */
  @FunctionalInterface
  public interface Evaluator {
    /**
     * Scores by name, such as {@code r1}; one of them is what {@code evaluate.keep_best} names.
     * Must leave the model as it is; gradients are not recorded here.
     */
    Map<String, Double> evaluate(TrainedModel model, long step) throws IOException;
  }
}
