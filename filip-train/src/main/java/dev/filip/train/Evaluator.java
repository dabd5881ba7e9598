package dev.filip.train;

import java.io.IOException;
import java.util.Map;

/** Judges the model during training. */
@FunctionalInterface
public interface Evaluator {
  /**
   * Scores by name, such as {@code r1}; one of them is what {@code evaluate.keep_best} names. Must
   * leave the model as it is; gradients are not recorded here.
   */
  Map<String, Double> evaluate(TrainedModel model, long step) throws IOException;
}
