package dev.filip.optim;

import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * All parameters of a model in one buffer, their gradients in another: clipping is one norm, AdamW
 * one call a group, and no per-tensor Java work is left in a step of a small model.
 *
 * <p>Construction moves the leaves: each keeps its identity and its values but becomes a view of
 * {@link #values}; its {@code grad()} is a view of {@link #gradients}, into which backward passes
 * add. Parameters with weight decay come first, and within these two halves the higher learning
 * rates, so each group is one slice.
 *
 * <p>Owns both buffers until {@link #close}; the leaves keep the storage alive beyond that. Not
 * thread-safe.
 */
public final class FlatParameters implements AutoCloseable {
  /**
   * One parameter's place: elements {@code offset} to {@code offset + size} of the buffers.
   *
   * @param rate what multiplies its learning rate
   */
  public record Slot(String name, long offset, long size, boolean decay, double rate) {
    boolean sharesGroup(Slot other) {
      return decay == other.decay && rate == other.rate;
    }
  }

  /** A run of neighbours that share weight decay and rate. */
  public record Run(long offset, long size, boolean decay, double rate, List<Slot> slots) {}

  private final Kept owned = new Kept();
  private final Map<String, Tensor> leaves;
  private final List<Slot> slots;
  private final Tensor values;
  private final Tensor gradients;
  private final List<Tensor> replicas = new ArrayList<>();

  /**
   * Moves {@code parameters} (name to fp32 leaf, all on one device) into the buffers.
   *
   * @throws IllegalArgumentException where no rule of {@code groups} covers a parameter
   */
  public FlatParameters(Map<String, Tensor> parameters, ParameterGroups groups) {
    leaves = new LinkedHashMap<>(parameters);
    slots = place(leaves, groups);
    Slot last = slots.getLast();
    try (var _ = new StepScope()) {
      Tensor first = leaf(slots.getFirst().name()).detach();
      values = owned.add(torch.zeros(new long[] {last.offset() + last.size()}, first.options()));
      gradients = owned.add(torch.zeros_like(values));
      slots.forEach(this::move);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private static List<Slot> place(Map<String, Tensor> leaves, ParameterGroups groups) {
    List<String> names = new ArrayList<>(leaves.keySet());
    names.sort( // stable: decayed ones first, then by rate
        Comparator.<String, Boolean>comparing(name -> !groups.decays(name))
            .thenComparing(name -> -groups.rate(name)));
    List<Slot> slots = new ArrayList<>();
    long offset = 0;
    for (String name : names) {
      long size = Objects.requireNonNull(leaves.get(name)).numel();
      slots.add(new Slot(name, offset, size, groups.decays(name), groups.rate(name)));
      offset += size;
    }
    return List.copyOf(slots);
  }

  private void move(Slot slot) {
    Tensor leaf = leaf(slot.name());
    long[] shape = Tensors.shape(leaf);
    Tensor view = part(values, slot).view(shape);
    view.copy_(leaf.detach());
    leaf.__dispatch_set_data(view);
    leaf.mutable_grad().put(part(gradients, slot).view(shape));
  }

  /** The whole buffer of weights, {@code [parameters]}; borrowed. */
  public Tensor values() {
    return values;
  }

  /** The whole buffer of gradients, {@code [parameters]}; borrowed. */
  public Tensor gradients() {
    return gradients;
  }

  /** Every parameter's place, decayed ones first. */
  public List<Slot> slots() {
    return slots;
  }

  /** Number of weights. */
  public long size() {
    return values.numel();
  }

  /** A slot's flat view of a buffer of this layout; a new tensor in the caller's scope. */
  public static Tensor part(Tensor buffer, Slot slot) {
    return buffer.narrow(0, slot.offset(), slot.size());
  }

  /** A parameter's leaf. */
  public Tensor leaf(String name) {
    return Objects.requireNonNull(leaves.get(name), name);
  }

  /**
   * Neighbours with the same decay and rate, up to {@code most} weights a run (one slot at least).
   */
  List<Run> runs(long most) {
    List<Run> runs = new ArrayList<>();
    List<Slot> open = new ArrayList<>();
    for (Slot slot : slots) {
      if (!open.isEmpty()
          && (!open.getFirst().sharesGroup(slot)
              || slot.offset() + slot.size() - open.getFirst().offset() > most)) {
        runs.add(run(open));
        open.clear();
      }
      open.add(slot);
    }
    runs.add(run(open));
    return runs;
  }

  private static Run run(List<Slot> slots) {
    Slot first = slots.getFirst();
    Slot last = slots.getLast();
    long size = last.offset() + last.size() - first.offset();
    return new Run(first.offset(), size, first.decay(), first.rate(), List.copyOf(slots));
  }

  /**
   * Gives leaves that share these weights a gradient buffer of their own, so that several threads
   * can run backward passes at once.
   *
   * @param sharing name to leaf, the same names
   */
  public void addReplica(Map<String, Tensor> sharing) {
    try (var _ = new StepScope()) {
      Tensor own = owned.add(torch.zeros_like(values));
      replicas.add(own);
      for (Slot slot : slots) {
        Tensor leaf = Objects.requireNonNull(sharing.get(slot.name()), slot.name());
        leaf.mutable_grad().put(part(own, slot).view(Tensors.shape(leaf)));
      }
    }
  }

  /**
   * Adds elements {@code from} to {@code from + count} of the replicas' gradients to {@link
   * #gradients}, in the order the replicas were added.
   */
  public void addReplicaGradients(long from, long count) {
    try (var _ = new StepScope()) {
      Tensor sum = gradients.narrow(0, from, count);
      replicas.forEach(replica -> sum.add_(replica.narrow(0, from, count)));
    }
  }

  /** Sets all gradients to 0; call before a backward pass. */
  public void zeroGradients() {
    try (var _ = new StepScope()) {
      gradients.zero_();
      replicas.forEach(Tensor::zero_);
    }
  }

  /** L2 norm of all gradients; not finite when any of them is not. */
  public double gradientNorm() {
    return Norms.of(gradients);
  }

  /** L2 norm of all weights. */
  public double valueNorm() {
    return Norms.of(values);
  }

  /**
   * Scales the gradients so that their norm is at most {@code most}, as torch's {@code
   * clip_grad_norm_}.
   *
   * @return the norm before
   */
  public double clipGradients(double most) {
    double norm = gradientNorm();
    if (norm > most) {
      try (var _ = new StepScope()) {
        gradients.mul_(new Scalar(most / (norm + 1e-6)));
      }
    }
    return norm;
  }

  /**
   * The same where the gradients are, with no number read. Where the norm is not finite, finite
   * gradients become 0 and the others NaN, so that the bad ones are still told from the rest.
   *
   * @return the norm before, fp64 {@code []}, in the caller's scope
   */
  public Tensor clipGradientsUnread(double most) {
    try (StepScope scope = new StepScope()) {
      Tensor norm = Norms.there(gradients);
      Tensor inverse = norm.add(new Scalar(1e-6)).reciprocal().nan_to_num();
      Tensor factor = inverse.mul(new Scalar(most)).clamp_max(new Scalar(1.0));
      gradients.mul_(factor.to(gradients.scalar_type()));
      return scope.up(norm);
    }
  }

  /** The name of the first parameter with a gradient that is not finite, or null. */
  public @Nullable String firstBadGradient() {
    for (Slot slot : slots) {
      try (var _ = new StepScope()) {
        if (!Double.isFinite(Norms.of(part(gradients, slot)))) {
          return slot.name();
        }
      }
    }
    return null;
  }

  @Override
  public void close() {
    owned.close();
  }
}
