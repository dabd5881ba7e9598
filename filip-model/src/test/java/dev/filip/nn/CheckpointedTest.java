package dev.filip.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.tensor.Census;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A chain of functions, checkpointed and plain; for a GPU libtorch runs hooks on its own thread.
 */
class CheckpointedTest {
  private static final int BLOCKS = 5;
  private static final long[] SHAPE = {7, 3};

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  /** {@code tanh(x w) + x}, w a parameter. */
  private static UnaryOperator<Tensor> block(Tensor w) {
    return x -> torch.tanh(x.matmul(w)).add(x);
  }

  private static Tensor parameter(int seed) {
    float[] values = new float[9];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(seed + 1.7 * i);
    }
    return Tensors.fromFloats(values, 3, 3).requires_grad_(true);
  }

  private static Tensor input() {
    float[] values = new float[21];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.cos(i);
    }
    return Tensors.fromFloats(values, SHAPE);
  }

  /** Gradients of all parameters, the backward pass run by {@code backward}. */
  private static List<float[]> gradients(boolean checkpointed, Backward backward) throws Exception {
    try (var _ = new StepScope()) {
      Checkpointed chain = new Checkpointed();
      List<Tensor> parameters = new ArrayList<>();
      Tensor y = input();
      for (int i = 0; i < BLOCKS; i++) {
        UnaryOperator<Tensor> block = block(parameter(i, parameters));
        y = checkpointed ? chain.forward(block, y) : block.apply(y);
      }
      Tensor dy = torch.ones(SHAPE).mul(new Scalar(0.5));
      Tensor last = y;
      BoolOptional keep = new BoolOptional();
      TensorArrayRefOptional all = new TensorArrayRefOptional();
      backward.run(() -> last.backward(dy, keep, false, all));
      List<float[]> gradients = new ArrayList<>();
      parameters.forEach(p -> gradients.add(Tensors.toFloats(p.grad())));
      return gradients;
    }
  }

  private static Tensor parameter(int seed, List<Tensor> into) {
    Tensor parameter = parameter(seed);
    into.add(parameter);
    return parameter;
  }

  private interface Backward {
    void run(Runnable pass) throws Exception;
  }

  /** As autograd's own thread: no scope is open there. */
  private static void withoutScope(Runnable pass) throws Exception {
    Throwable[] failure = new Throwable[1];
    long[] left = new long[1];
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                assertThat(PointerScope.getInnerScope()).isNull();
                long before = Pointer.totalCount();
                pass.run();
                left[0] = Pointer.totalCount() - before;
              } catch (Throwable e) {
                failure[0] = e;
              }
            });
    thread.join();
    if (failure[0] != null) {
      throw new IllegalStateException(failure[0]);
    }
    assertThat(left[0]).as("native objects that the backward pass leaves").isZero();
  }

  @Test
  void gradientsAreThePlainOnesBitForBitOnEitherThread() throws Exception {
    List<float[]> plain = gradients(false, Runnable::run);
    for (Backward backward : List.<Backward>of(Runnable::run, CheckpointedTest::withoutScope)) {
      List<float[]> again = gradients(true, backward);
      for (int i = 0; i < BLOCKS; i++) {
        assertThat(again.get(i)).isEqualTo(plain.get(i));
      }
    }
  }

  @Test
  void aThreadWithoutScopeKeepsNothingOverManySteps() throws Exception {
    assertThat(
            Census.left(() -> {
              for (int step = 0; step < 10; step++) {
                gradients(true, CheckpointedTest::withoutScope);
              }
            }))
        .isZero();
  }

  /** The scope of the step holds one gradient of a stack, however many blocks there are. */
  @Test
  void aStepHoldsNoGradientForEachBlock() throws Exception {
    long[] before = new long[1];
    gradients(
        true,
        pass -> {
          before[0] = Pointer.totalCount();
          pass.run();
          before[0] = Pointer.totalCount() - before[0];
        });
    assertThat(before[0]).isZero();
  }
}
