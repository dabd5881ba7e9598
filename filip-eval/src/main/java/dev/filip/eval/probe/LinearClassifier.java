package dev.filip.eval.probe;

import dev.filip.metric.CandidateRanks;
import dev.filip.metric.MeanPerClass;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A linear classifier with intercepts. Immutable, thread-safe. */
final class LinearClassifier {
  private static final int BLOCK = 4096;
  private final double[] weights;
  private final int classes;
  private final int d;

  /**
   * @param weights {@code [c, d + 1]}, the intercept last
   */
  LinearClassifier(double[] weights, int classes) {
    this.weights = weights;
    this.classes = classes;
    d = weights.length / classes - 1;
  }

  /**
   * Of the outputs of {@link LogisticObjective}: one for two classes says how much class 1 leads.
   */
  static LinearClassifier logistic(double[] outputs, int classes) {
    double[] weights = outputs;
    if (LogisticObjective.outputs(classes) < classes) {
      weights = new double[2 * outputs.length];
      System.arraycopy(outputs, 0, weights, outputs.length, outputs.length);
    }
    return new LinearClassifier(weights, classes);
  }

  /**
   * How it does on a set.
   *
   * @param ranks of the right classes, a tie against the classifier
   * @param loss mean cross-entropy
   */
  record Judged(int[] ranks, int[] labels, int classes, double loss) {
    /** Share of rows whose class is among the first k. */
    double top(int k) {
      return Arrays.stream(ranks).filter(r -> r < k).count() / (double) ranks.length;
    }

    /** Mean over the classes that occur of the share of their rows named right. */
    double meanPerClass() {
      return MeanPerClass.recall(ranks, labels, classes);
    }
  }

  /** Judges it; products are made in the features' type. */
  Judged judge(Labelled set) {
    int[] labels = set.labels();
    int[] ranks = new int[labels.length];
    double[] loss = {0};
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor all = Tensors.fromDoubles(weights, classes, d + 1).to(set.type());
      Tensor w = all.narrow(1, 0, d).contiguous().t();
      Tensor bias = all.select(1, d).contiguous();
      set.blocks(
          BLOCK,
          (from, count) -> {
            try (var _ = new StepScope()) {
              Tensor scores = torch.addmm(bias, set.block(from, count), w);
              int[] truth = Arrays.copyOfRange(labels, from, from + count);
              int[] found = CandidateRanks.ofLabels(Tensors.toFloats(scores), classes, truth);
              System.arraycopy(found, 0, ranks, from, count);
              Tensor own = scores.log_softmax(1).gather(1, set.classes(from, count));
              loss[0] -= own.sum(new ScalarTypeOptional(ScalarType.Double)).item_double();
            }
          });
    }
    return new Judged(ranks, labels, classes, loss[0] / labels.length);
  }
}
