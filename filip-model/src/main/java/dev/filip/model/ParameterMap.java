package dev.filip.model;

import dev.filip.nn.LowRank;
import dev.filip.nn.Weights;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a model by their Hugging Face names, in checkpoint order: fp32 leaf tensors,
 * owned here. All require gradients but those that are kept as they are ({@link #keep}); a kept
 * matrix may have an adapter that is trained in its place. Optimizers change them in place. Not
 * thread-safe.
 */
public final class ParameterMap implements Weights, AutoCloseable {
  private static final String WEIGHT = ".weight";

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, LowRank> adapters = new LinkedHashMap<>();
  private final Kept kept = new Kept();
  private @Nullable ParameterMap lender;
  private boolean closed;

  /** Takes {@code tensor} over as a leaf that requires gradients. */
  void add(String name, Tensor tensor) {
    tensors.put(name, leaf(tensor));
  }

  private Tensor leaf(Tensor tensor) {
    Tensor leaf = kept.add(tensor.detach());
    leaf.requires_grad_(true);
    return leaf;
  }

  /** Takes a parameter out of training. */
  void keep(String name) {
    get(name).requires_grad_(false);
  }

  /** Gives a kept matrix an adapter; takes {@code a} and {@code b} over. */
  void adapt(String name, Tensor a, Tensor b, double scale, ComputeDevice device) {
    adapters.put(name, new LowRank(leaf(a), leaf(b), kept.add(new Scalar(scale)), device));
  }

  /** A copy on another device. */
  ParameterMap on(ComputeDevice device) {
    return mapped(device, t -> t.detach().to(device.device(), t.scalar_type()));
  }

  /** The same leaves, borrowed, with an owner of its own for what is made of them. */
  ParameterMap view() {
    ParameterMap other = new ParameterMap();
    other.tensors.putAll(tensors);
    other.adapters.putAll(adapters);
    other.lender = this;
    return other;
  }

  /** Leaves of their own over the same weights; close both. */
  ParameterMap sharing() {
    return mapped(null, Tensor::detach);
  }

  private ParameterMap mapped(@Nullable ComputeDevice device, UnaryOperator<Tensor> copy) {
    requireOpen();
    ParameterMap other = new ParameterMap();
    try (var _ = new StepScope()) {
      tensors.forEach((name, t) -> {
        other.add(name, copy.apply(t));
        if (!t.requires_grad()) {
          other.keep(name);
        }
      });
      adapters.forEach((name, l) ->
          other.adapt(
              name,
              copy.apply(l.a()),
              copy.apply(l.b()),
              l.scale().toDouble(),
              device == null ? l.device() : device));
    } catch (RuntimeException | Error e) {
      other.close();
      throw e;
    }
    return other;
  }

  /**
   * Freed memory is not to be computed with.
   *
   * @throws IllegalStateException when these, or those they are a view of, are closed
   */
  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed: its weights are freed");
    }
    if (lender != null) {
      lender.requireOpen();
    }
  }

  @Override
  public Tensor get(String name) {
    requireOpen();
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return tensor;
  }

  @Override
  public @Nullable LowRank adapter(String name) {
    return adapters.get(name);
  }

  /** Matrix name to adapter; not to be changed. */
  public Map<String, LowRank> adapters() {
    return Collections.unmodifiableMap(adapters);
  }

  /** Name to leaf tensor, in order, adapters left out; not to be changed. */
  public Map<String, Tensor> map() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * The weights as a model without adapters has them, in order: {@code W + scale B A} (in the
   * caller's scope) where there is an adapter, else the leaf. The caller records no gradients.
   */
  public Map<String, Tensor> merged() {
    Map<String, Tensor> merged = new LinkedHashMap<>(tensors);
    adapters.forEach((name, adapter) -> merged.put(name, adapter.addedTo(get(name)).detach()));
    return merged;
  }

  /**
   * The leaves that training changes, in order: parameters that are not kept, and adapters ({@code
   * MODULE.lora_A.weight} {@code [rank,in]} and {@code MODULE.lora_B.weight} {@code [out,rank]}).
   */
  public Map<String, Tensor> trained() {
    Map<String, Tensor> trained = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> {
      if (tensor.requires_grad()) {
        trained.put(name, tensor);
      }
    });
    adapters.forEach((name, adapter) -> {
      trained.put(part(name, "lora_A"), adapter.a());
      trained.put(part(name, "lora_B"), adapter.b());
    });
    return trained;
  }

  /** {@code x.q_proj.weight} with {@code lora_A} to {@code x.q_proj.lora_A.weight}. */
  static String part(String matrix, String part) {
    return matrix.substring(0, matrix.length() - WEIGHT.length()) + "." + part + WEIGHT;
  }

  /**
   * What the merged weights do not tell: every adapted matrix without its change, and both parts of
   * its adapter, by name. Live tensors: copying into them restores a state.
   */
  public Map<String, Tensor> adapterState() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    adapters.forEach((name, adapter) -> {
      state.put(name, get(name));
      state.put(part(name, "lora_A"), adapter.a());
      state.put(part(name, "lora_B"), adapter.b());
    });
    return state;
  }

  @Override
  public boolean trains(String prefix) {
    return trained().keySet().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /** Names in order, adapters left out. */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** Numbers in all parameters whose name begins with {@code prefix}, adapters left out. */
  public long count(String prefix) {
    return count(tensors, prefix);
  }

  /** The same of those that training changes. */
  public long countTrained(String prefix) {
    return count(trained(), prefix);
  }

  private static long count(Map<String, Tensor> tensors, String prefix) {
    return tensors.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .mapToLong(e -> e.getValue().numel())
        .sum();
  }

  /** Drops all gradients: the next backward pass starts from none. */
  public void clearGradients() {
    for (Tensor tensor : trained().values()) {
      try (Tensor gradient = tensor.mutable_grad()) {
        gradient.reset();
      }
    }
  }

  @Override
  public Kept kept() {
    return kept;
  }

  /** Frees the tensors; the model is unusable afterwards. */
  @Override
  public void close() {
    closed = true;
    kept.close();
    tensors.clear();
    adapters.clear();
  }
}
