package dev.filip.optim;

import dev.filip.config.OptimizerConfig;
import dev.filip.optim.FlatParameters.Run;
import dev.filip.tensor.BoxedCall;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW (Loshchilov and Hutter 2019) as torch's: decoupled weight decay, bias correction.
 *
 * <p>One fused aten call per group of weight decay and rate over the flat buffers; {@code
 * ScalarOptimizers.adamw} is the oracle. The call is reached through the boxed dispatcher: the Java
 * bindings lack it.
 */
public final class AdamW implements Optimizer {
  private final OptimizerConfig settings;
  private final FlatParameters parameters;
  private final Moments moments;
  private final List<Run> groups;
  private final Kept owned = new Kept();
  private final Tensor stepCount;

  /** Moments start at 0. */
  public AdamW(FlatParameters parameters, OptimizerConfig settings) {
    this.parameters = parameters;
    this.settings = settings;
    this.moments = new Moments(parameters);
    this.groups = parameters.runs(Long.MAX_VALUE);
    try (var _ = new StepScope()) {
      stepCount = owned.add(torch.zeros(new long[0], parameters.values().options()));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public void step(double lr) {
    moments.steps++;
    try (var _ = new StepScope()) {
      stepCount.fill_(new Scalar((double) moments.steps)); // the fused call does not advance it
      OperatorHandle call =
          new OperatorHandle(Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", ""));
      for (Run group : groups) {
        call.callBoxed(arguments(group, lr));
      }
    }
  }

  private IValueVector arguments(Run group, double lr) {
    IValueVector stack = new IValueVector();
    stack.push_back(list(part(parameters.values(), group)));
    stack.push_back(list(part(parameters.gradients(), group)));
    stack.push_back(list(part(moments.first, group)));
    stack.push_back(list(part(moments.second, group)));
    stack.push_back(BoxedCall.list(List.of())); // no amsgrad
    stack.push_back(list(stepCount));
    stack.push_back(new IValue(lr * group.rate()));
    stack.push_back(new IValue(settings.betas().first()));
    stack.push_back(new IValue(settings.betas().second()));
    stack.push_back(new IValue(group.decay() ? settings.weightDecay() : 0.0));
    stack.push_back(new IValue(settings.eps()));
    stack.push_back(new IValue(false)); // amsgrad
    stack.push_back(new IValue(false)); // maximize
    stack.push_back(new IValue()); // grad_scale
    stack.push_back(new IValue()); // found_inf
    return stack;
  }

  private static Tensor part(Tensor buffer, Run run) {
    return buffer.narrow(0, run.offset(), run.size());
  }

  private static IValue list(Tensor only) {
    return BoxedCall.list(List.of(only));
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
  }
}
