package dev.filip.interop;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One tensor of another program, and the tensors of ours that hold the same numbers: a bijection.
 * Immutable; results of the conversions belong to the calling thread's scope.
 *
 * @param theirs the other program's name
 * @param ours our names: one, or those that are stacked, in order
 */
public record TensorRule(String theirs, List<String> ours, Form form) {
  /** How their numbers lie. */
  public enum Form {
    /** As ours. */
    SAME,
    /** A matrix with rows and columns exchanged. */
    TRANSPOSED,
    /** Several of ours of one shape, one under the other along the first dimension. */
    STACKED
  }

  public TensorRule {
    ours = List.copyOf(ours);
    if (ours.isEmpty() || (form != Form.STACKED && ours.size() != 1)) {
      throw new IllegalArgumentException(theirs + ": " + form + " of " + ours);
    }
  }

  /** The same numbers in the same order. */
  public static TensorRule same(String theirs, String ours) {
    return new TensorRule(theirs, List.of(ours), Form.SAME);
  }

  /** Our matrix, transposed. */
  public static TensorRule transposed(String theirs, String ours) {
    return new TensorRule(theirs, List.of(ours), Form.TRANSPOSED);
  }

  /** Several of ours in one of theirs. */
  public static TensorRule stacked(String theirs, List<String> ours) {
    return new TensorRule(theirs, ours, Form.STACKED);
  }

  /** The same numbers under another of their names. */
  public TensorRule renamed(String name) {
    return new TensorRule(name, ours, form);
  }

  /** Shape of their tensor, from the shapes of ours by name. */
  public long[] theirShape(Map<String, long[]> layout) {
    long[] own = layout.get(ours.getFirst());
    if (own == null) {
      throw new IllegalArgumentException("no tensor " + ours.getFirst());
    }
    long[] shape = own.clone();
    switch (form) {
      case SAME -> {}
      case TRANSPOSED -> {
        shape[0] = own[1];
        shape[1] = own[0];
      }
      case STACKED -> shape[0] = Math.multiplyExact(own[0], ours.size());
    }
    return shape;
  }

  /** Their tensor made of ours: contiguous, of the same type; for {@link Form#SAME} ours itself. */
  public Tensor toTheirs(Function<String, Tensor> source) {
    return switch (form) {
      case SAME -> source.apply(ours.getFirst());
      case TRANSPOSED -> source.apply(ours.getFirst()).t().contiguous();
      case STACKED ->
          torch.cat(new TensorVector(ours.stream().map(source).toArray(Tensor[]::new)), 0);
    };
  }

  /** One of ours taken out of theirs: contiguous, of the same type; may share theirs' memory. */
  public Tensor toOurs(String name, Tensor tensor) {
    int index = ours.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(theirs + " does not hold " + name);
    }
    return switch (form) {
      case SAME -> tensor;
      case TRANSPOSED -> tensor.t().contiguous();
      case STACKED -> {
        long rows = tensor.size(0) / ours.size();
        yield tensor.narrow(0, index * rows, rows).contiguous();
      }
    };
  }
}
