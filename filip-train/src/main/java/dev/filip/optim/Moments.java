package dev.filip.optim;

import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** First and second moments in the layout of a {@link FlatParameters}, and the count of updates. */
final class Moments implements AutoCloseable {
  private final Kept owned = new Kept();
  private final FlatParameters parameters;
  final Tensor first;
  final Tensor second;
  long steps;

  Moments(FlatParameters parameters) {
    this.parameters = parameters;
    try (var _ = new StepScope()) {
      first = owned.add(torch.zeros_like(parameters.values()));
      second = owned.add(torch.zeros_like(parameters.values()));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (FlatParameters.Slot slot : parameters.slots()) {
      state.put("exp_avg." + slot.name(), FlatParameters.part(first, slot));
      state.put("exp_avg_sq." + slot.name(), FlatParameters.part(second, slot));
    }
    return state;
  }

  @Override
  public void close() {
    owned.close();
  }
}
