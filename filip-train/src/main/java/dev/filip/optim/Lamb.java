package dev.filip.optim;

import dev.filip.config.OptimizerConfig;
import dev.filip.optim.FlatParameters.Run;
import dev.filip.optim.FlatParameters.Slot;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * LAMB as the paper uses it (cybertronai's pytorch-lamb): no bias correction, the weight norm
 * clamped to [0, 10], a trust ratio on every parameter, the scalar temperature included.
 *
 * <pre>
 * m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
 * u = m / (sqrt(v) + eps) + decay * p
 * p -= lr * (min(|p|, 10) / |u|) * u       the ratio is 1 where either norm is 0
 * </pre>
 *
 * <p>Moments and updates are computed in place over runs of neighbouring parameters, norms by
 * parameter; {@code ScalarOptimizers.lamb} is the oracle. On a device norms stay there ({@link
 * TrustedUpdates}).
 */
public final class Lamb implements Optimizer {
  /** Weights a run holds at most unless one parameter is larger: bounds the scratch memory. */
  private static final long RUN = 1L << 22;

  /** The same on a device, where a run costs a dozen calls and memory is plenty. */
  private static final long DEVICE_RUN = 1L << 26;

  private static final double MOST_WEIGHT_NORM = 10;

  private final OptimizerConfig settings;
  private final FlatParameters parameters;
  private final Moments moments;
  private final Kept owned = new Kept();
  private final List<Part> parts = new ArrayList<>();
  private final @Nullable TrustedUpdates there;

  /** The views of one run, made once. */
  private record Part(
      Run run,
      Tensor values,
      Tensor gradients,
      Tensor first,
      Tensor second,
      Tensor update,
      List<Tensor> slotValues,
      List<Tensor> slotUpdates) {}

  /** Moments start at 0. */
  public Lamb(FlatParameters parameters, OptimizerConfig settings) {
    this(parameters, settings, !parameters.values().is_cpu());
  }

  /**
   * The same in one of its forms.
   *
   * @param onDevice whether norms stay where the parameters are
   */
  Lamb(FlatParameters parameters, OptimizerConfig settings, boolean onDevice) {
    this.parameters = parameters;
    this.settings = settings;
    this.moments = new Moments(parameters);
    this.there = onDevice ? new TrustedUpdates(MOST_WEIGHT_NORM) : null;
    List<Run> runs = parameters.runs(onDevice ? DEVICE_RUN : RUN);
    long most = runs.stream().mapToLong(Run::size).max().orElseThrow();
    try (var _ = new StepScope()) {
      Tensor scratch = torch.zeros(new long[] {most}, parameters.values().options());
      runs.forEach(run -> parts.add(part(run, scratch)));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private Part part(Run run, Tensor scratch) {
    List<Tensor> slotValues = new ArrayList<>();
    List<Tensor> slotUpdates = new ArrayList<>();
    for (Slot slot : run.slots()) {
      slotValues.add(owned.add(FlatParameters.part(parameters.values(), slot)));
      slotUpdates.add(owned.add(scratch.narrow(0, slot.offset() - run.offset(), slot.size())));
    }
    return new Part(
        run,
        view(parameters.values(), run),
        view(parameters.gradients(), run),
        view(moments.first, run),
        view(moments.second, run),
        owned.add(scratch.narrow(0, 0, run.size())),
        slotValues,
        slotUpdates);
  }

  private Tensor view(Tensor buffer, Run run) {
    return owned.add(buffer.narrow(0, run.offset(), run.size()));
  }

  @Override
  public void step(double lr) {
    moments.steps++;
    for (Part part : parts) {
      try (var _ = new StepScope()) {
        direction(part);
        apply(part, lr);
      }
    }
  }

  /** Moments, and the update before its trust ratio. */
  private void direction(Part p) {
    p.first.lerp_(p.gradients, new Scalar(1 - settings.betas().first()));
    p.second.mul_(new Scalar(settings.betas().second()));
    p.second.addcmul_(p.gradients, p.gradients, new Scalar(1 - settings.betas().second()));
    torch.sqrt_out(p.update, p.second);
    p.update.add_(new Scalar(settings.eps()));
    torch.div_out(p.update, p.first, p.update);
    if (p.run.decay() && settings.weightDecay() != 0) {
      p.update.add_(p.values, new Scalar(settings.weightDecay()));
    }
  }

  private void apply(Part p, double lr) {
    if (there != null) {
      there.apply(p.slotValues, p.slotUpdates, lr * p.run.rate());
      return;
    }
    int n = p.run.slots().size();
    List<Tensor> both = new ArrayList<>(p.slotValues);
    both.addAll(p.slotUpdates);
    double[] norm = Norms.of(both);
    for (int i = 0; i < n; i++) {
      double trust = trustRatio(norm[i], norm[n + i]);
      p.slotValues.get(i).add_(p.slotUpdates.get(i), new Scalar(-lr * p.run.rate() * trust));
    }
  }

  /** Clamped weight norm over update norm; 1 where either is 0. */
  static double trustRatio(double weightNorm, double updateNorm) {
    double weight = Math.min(weightNorm, MOST_WEIGHT_NORM);
    return weight == 0 || updateNorm == 0 ? 1 : weight / updateNorm;
  }

  @Override
  public long steps() {
    return moments.steps;
  }

  @Override
  public Map<String, Tensor> state() {
    return moments.state();
  }

  @Override
  public void resumeAt(long steps) {
    moments.steps = steps;
  }

  @Override
  public void close() {
    moments.close();
    owned.close();
    if (there != null) {
      there.close();
    }
  }
}
