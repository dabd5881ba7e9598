package dev.filip.loss;

import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The few numbers of a loss. Those of a loss on a device stay there until one is asked for: then
 * all come in one read, which waits for the device and tells what was not finite. Used by one
 * thread; numbers on a device live as long as the scope they were made in.
 */
public final class LossNumbers {
  static final int LOSS = 0;
  static final int D_LOG_SCALE = 1;
  static final int ACCURACY_IMAGE = 2;
  static final int ACCURACY_TEXT = 3;
  static final int SAME_WORD_SHARE = 4;
  static final int WORD_ENTROPY = 5;
  private static final int FAULT = 4; // as they lie on a device, where words come after it

  private final @Nullable Tensor there;
  private double @Nullable [] values;

  private LossNumbers(@Nullable Tensor there, double @Nullable [] values) {
    this.there = there;
    this.values = values;
  }

  /**
   * Known ones, as the constants number them.
   *
   * @param values six
   */
  static LossNumbers of(double... values) {
    return new LossNumbers(null, values.clone());
  }

  /**
   * Those on a device.
   *
   * @param numbers {@code [5 + m]} fp64: the first four, the ordinal of a {@link
   *     NonFiniteLoss.Fault}, and how many patches chose each of m words, none for a global loss
   */
  static LossNumbers on(Tensor numbers) {
    Tensors.expect(numbers, "numbers of a loss", -1);
    return new LossNumbers(numbers, null);
  }

  /** Whether asking for a number waits for no device. */
  public boolean known() {
    return values != null;
  }

  /**
   * One of them.
   *
   * @throws NonFiniteLoss where a feature, the scale or the loss was NaN or infinite
   */
  double get(int number) {
    return read()[number];
  }

  /** Reads them, where that was not done. */
  double[] read() {
    if (values == null && there != null) {
      values = known(Tensors.toDoubles(there));
    }
    return Objects.requireNonNull(values);
  }

  /**
   * Reads them, where they are on a device and not known, and other numbers of it in the same copy.
   *
   * @param others of one number each
   * @return the others
   * @throws NonFiniteLoss as {@link #get}
   */
  public double[] readWith(List<Tensor> others) {
    try (var _ = new StepScope()) {
      TensorVector parts = new TensorVector();
      others.forEach(t -> parts.push_back(t.detach().to(ScalarType.Double).view(1)));
      if (values == null && there != null) {
        parts.push_back(there);
      }
      double[] all = Tensors.toDoubles(torch.cat(parts, 0));
      if (values == null && there != null) {
        values = known(Arrays.copyOfRange(all, others.size(), all.length));
      }
      return Arrays.copyOf(all, others.size());
    }
  }

  private static double[] known(double[] all) {
    NonFiniteLoss.Fault.of((long) all[FAULT]).raise();
    NonFiniteLoss.require(all[LOSS], "loss");
    long[] chosen = Arrays.stream(all).skip(FAULT + 1).mapToLong(c -> (long) c).toArray();
    WordHealth health = chosen.length == 0 ? WordHealth.NONE : WordHealth.of(chosen);
    double[] known = Arrays.copyOf(all, WORD_ENTROPY + 1);
    known[SAME_WORD_SHARE] = health.sameWordShare();
    known[WORD_ENTROPY] = health.entropy();
    return known;
  }

  /** The same in the scope around one. */
  LossNumbers up(StepScope scope) {
    if (there != null) {
      scope.up(there);
    }
    return this;
  }

  /** Writes the derivative by the log-scale into a tensor of one number, without a read. */
  public void writeDLogScale(Tensor into) {
    if (there != null) {
      into.copy_(there.narrow(0, D_LOG_SCALE, 1).view_as(into));
    } else {
      into.fill_(new Scalar(get(D_LOG_SCALE)));
    }
  }

  /** The numbers of a weighted sum; accuracies and health signs are {@code late}'s. */
  static LossNumbers mixed(double lateWeight, LossNumbers late, double weight, LossNumbers global) {
    if (late.there == null || global.there == null) {
      double[] mixed = late.read().clone();
      mixed[LOSS] = lateWeight * mixed[LOSS] + weight * global.get(LOSS);
      mixed[D_LOG_SCALE] = lateWeight * mixed[D_LOG_SCALE] + weight * global.get(D_LOG_SCALE);
      return of(mixed);
    }
    Tensor mixed = late.there.clone();
    mixed.narrow(0, LOSS, 2).mul_(new Scalar(lateWeight));
    mixed.narrow(0, LOSS, 2).add_(global.there.narrow(0, LOSS, 2), new Scalar(weight));
    Tensor fault = mixed.narrow(0, FAULT, 1);
    fault.copy_(torch.maximum(fault, global.there.narrow(0, FAULT, 1)));
    LossNumbers numbers = on(mixed);
    if (late.known() && global.known()) {
      numbers.read();
    }
    return numbers;
  }
}
