package dev.filip.train;

import java.io.IOException;
import java.util.Map;

/** Told what happens in a run, in the training thread: metrics files, progress, plots. */
public interface TrainListener {
  /** Before the first step of this process; {@code done} steps were done by earlier ones. */
  default void onStart(long done, long total) throws IOException {}

  /** After every step. */
  default void onStep(long step, double loss, double imagesPerSecond) throws IOException {}

  /** After a logged step. */
  default void onMetrics(StepMetrics metrics) throws IOException {}

  /** After an evaluation. */
  default void onEvaluation(long step, Map<String, Double> scores) throws IOException {}

  /** Once, however the run ended. */
  default void onEnd() throws IOException {}
}
