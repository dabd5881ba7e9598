package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What {@link CrossEntropies} finds, by tensor operations where the scores are, in fp64: nothing
 * comes to the host. On several ranks four numbers of every column are gathered, then the sums and
 * the counts of chosen words. Operations are in place and one direction follows the other, so that
 * three tables of {@code [b,B]} in fp64 are there at a time. Tensors of the open scope.
 *
 * @param dsImage {@code [b,B]} fp32 derivative by each image score of this rank
 * @param dsText {@code [b,B]} fp32 by each text score, laid out as the scores are
 * @param numbers what {@link LossNumbers#on} takes
 */
record DeviceEntropies(Tensor dsImage, Tensor dsText, Tensor numbers) {
  private static final int SUMS = 4;

  /**
   * Scores of this rank's images and all texts, on the device.
   *
   * @param image {@code [b,B]} fp32
   * @param text {@code [b,B]} fp32
   * @param chosen {@code [m]} fp64, how many patches of this rank's pairs chose a word; empty for a
   *     global loss
   * @param fault a number, the ordinal of what is wrong with this rank's features
   */
  record Scores(Tensor image, Tensor text, Tensor chosen, Tensor fault) {}

  /**
   * Of all ranks together.
   *
   * @param logScale a number on the device
   */
  static DeviceEntropies of(
      Scores s,
      Tensor logScale,
      Regularisers regular,
      Positives positives,
      ComputeDevice device,
      Communicator ranks) {
    int b = Math.toIntExact(s.image.size(0));
    int all = Math.toIntExact(s.image.size(1));
    if (all != b * ranks.world()) {
      throw new IllegalArgumentException(
          b + " images a rank do not match " + all + " texts of " + ranks.world());
    }
    try (StepScope scope = new StepScope()) {
      Tensor scale = logScale.to(ScalarType.Double).view(new long[0]).exp();
      Answers answers = Answers.of(positives.over(b, ranks), ranks.rank() * b, b, device);
      Softmax softmax = new Softmax(scale, regular, all);
      Side image = rows(s.image, answers, softmax);
      Side text = columns(s.text, answers, softmax, ranks);
      return new DeviceEntropies(
          scope.up(image.gradient),
          scope.up(text.gradient),
          scope.up(numbers(image, text, fault(s.fault, scale), s.chosen, all, ranks)));
    }
  }

  /**
   * Right answers of this rank's rows.
   *
   * @param are {@code [b,B]} whether text j is right for image i
   * @param rows {@code [b,1]} how many of a row; {@code columns [1,B]} of a column
   */
  private record Answers(Tensor are, Tensor rows, Tensor columns) {
    static Answers of(Positives.Targets targets, int first, int b, ComputeDevice device) {
      int all = targets.pairs();
      Tensor image = device.send(Tensors.fromInts(targets.first(), all));
      double[] counts = IntStream.range(0, all).mapToDouble(targets::count).toArray();
      Tensor count = device.send(Tensors.fromDoubles(counts, 1, all));
      Tensor own = image.narrow(0, first, b).unsqueeze(1);
      return new Answers(own.eq(image.unsqueeze(0)), count.narrow(1, first, b).t(), count);
    }
  }

  /**
   * One of both directions.
   *
   * @param entropy a number, the sum of its cross entropies (rows: of this rank's)
   * @param right how many choose a right answer
   * @param dLogScale this rank's share of the derivative
   */
  private record Side(Tensor gradient, Tensor entropy, Tensor right, Tensor dLogScale) {}

  /** What both directions share. */
  private record Softmax(Tensor scale, Regularisers regular, int all) {
    /** A copy, whatever type they have. */
    private static Tensor wide(Tensor scores) {
      return scores.to(ScalarType.Double, false, true, new MemoryFormatOptional());
    }

    Tensor logits(Tensor scores) {
      return wide(scores).mul_(scale);
    }

    Tensor targets(Answers answers, Tensor count) {
      return answers
          .are
          .div(count)
          .mul_(new Scalar(1 - regular.labelSmoothing()))
          .add_(new Scalar(regular.labelSmoothing() / all));
    }

    /** Of log-sum-exps and the targets' logits, both of every row or column. */
    Tensor entropy(Tensor logSum, Tensor target) {
      return logSum.sub(target).add(logSum.square().mul(new Scalar(regular.zLoss()))).sum();
    }

    /** By every score, in place of the logits. */
    void differentiate(Tensor logits, Tensor logSum, Tensor targets) {
      Tensor more = logSum.mul(new Scalar(2 * regular.zLoss())).add(new Scalar(1));
      logits.sub_(logSum).exp_().mul_(more).sub_(targets);
      logits.mul_(scale.div(new Scalar(2.0 * all)));
    }

    /** By the log-scale; a number. */
    static Tensor dLogScale(Tensor gradient, Tensor scores) {
      try (StepScope scope = new StepScope()) {
        return scope.up(wide(scores).mul_(gradient).sum());
      }
    }
  }

  /** The targets' logits, of every row or column. */
  private static Tensor aimed(Tensor targets, Tensor logits, int over) {
    try (StepScope scope = new StepScope()) {
      return scope.up(targets.mul(logits).sum(over));
    }
  }

  private static Side rows(Tensor scores, Answers answers, Softmax softmax) {
    try (StepScope scope = new StepScope()) {
      Tensor gradient = softmax.logits(scores);
      Tensor logSum = torch.logsumexp(gradient, 1);
      Tensor target;
      try (StepScope aims = new StepScope()) {
        Tensor targets = softmax.targets(answers, answers.rows);
        target = aims.up(aimed(targets, gradient, 1));
        softmax.differentiate(gradient, logSum.unsqueeze(1), targets);
      }
      Tensor best = scores.max(1).get1().unsqueeze(1);
      return new Side(
          scope.up(gradient.to(ScalarType.Float)),
          scope.up(softmax.entropy(logSum, target)),
          scope.up(answers.are.gather(1, best).to(ScalarType.Double).sum()),
          scope.up(Softmax.dLogScale(gradient, scores)));
    }
  }

  /** Put together from log-sum-exp, targets' logits, best score and whether it is right. */
  private static Side columns(Tensor scores, Answers answers, Softmax softmax, Communicator ranks) {
    try (StepScope scope = new StepScope()) {
      Tensor gradient = softmax.logits(scores);
      Tensor all; // [world,4,B]
      Tensor logSum;
      try (StepScope aims = new StepScope()) {
        Tensor targets = softmax.targets(answers, answers.columns);
        Tensor part = ofColumns(scores, answers, gradient, targets);
        all = aims.up(ranks.gather(part.unsqueeze(0)));
        logSum = aims.up(torch.logsumexp(all.select(1, 0), 0));
        softmax.differentiate(gradient, logSum.unsqueeze(0), targets);
      }
      Tensor winner = torch.argmax(all.select(1, 2), new LongOptional(0), false).unsqueeze(0);
      return new Side(
          scope.up(gradient.to(ScalarType.Float)),
          scope.up(softmax.entropy(logSum, all.select(1, 1).sum(0))),
          scope.up(all.select(1, 3).gather(0, winner).sum()),
          scope.up(Softmax.dLogScale(gradient, scores)));
    }
  }

  /** What this rank knows of every column, {@code [4,B]}. */
  private static Tensor ofColumns(Tensor scores, Answers answers, Tensor logits, Tensor targets) {
    var best = scores.max(0);
    Tensor right = answers.are.gather(0, best.get1().unsqueeze(0)).squeeze(0);
    return torch.stack(
        new TensorVector(
            torch.logsumexp(logits, 0),
            aimed(targets, logits, 0),
            best.get0().to(ScalarType.Double),
            right.to(ScalarType.Double)));
  }

  private static Tensor fault(Tensor features, Tensor scale) {
    double code = NonFiniteLoss.Fault.SCALE.ordinal();
    Tensor broken = scale.isfinite().logical_not().to(ScalarType.Double).mul(new Scalar(code));
    return torch.where(features.gt(new Scalar(0.0)), features, broken);
  }

  private static Tensor numbers(
      Side image, Side text, Tensor fault, Tensor chosen, int all, Communicator ranks) {
    Tensor dLogScale = image.dLogScale.add(text.dLogScale);
    Tensor own =
        torch.cat(
            new TensorVector(
                torch.stack(new TensorVector(image.entropy, dLogScale, image.right, fault)),
                chosen));
    Tensor ranked = ranks.gather(own.unsqueeze(0)); // [world,4 + m]
    Tensor sums = ranked.sum(0);
    Tensor value = sums.select(0, 0).add(text.entropy).div(new Scalar(2.0 * all));
    return torch.cat(
        new TensorVector(
            torch.stack(
                new TensorVector(
                    value,
                    sums.select(0, 1),
                    sums.select(0, 2).div(new Scalar((double) all)),
                    text.right.div(new Scalar((double) all)),
                    ranked.select(1, SUMS - 1).max())),
            sums.narrow(0, SUMS, chosen.size(0))));
  }

  /** No words. */
  static Tensor noWords(Tensor like) {
    return torch.zeros(
        new long[] {0},
        new TensorOptions(ScalarType.Double).device(new DeviceOptional(like.device())));
  }
}
