package dev.filip.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.tensor.Census;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
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
import org.junit.jupiter.api.io.TempDir;

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
    var task =
        new FutureTask<>(
            Executors.callable(() -> {
              assertThat(PointerScope.getInnerScope()).isNull();
              pass.run();
            }));
    Thread.ofPlatform().start(task).join();
    task.get();
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
  void aBackwardPassLeavesNothingBehindOnEitherThread(@TempDir Path temp) throws Exception {
    assertThat(Census.left(Steps.class, temp))
        .hasSize(3)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
  }

  private static final class Steps implements Census.Scenarios {
    @Override
    public Map<String, Census.Work> in(Path folder) {
      return Map.of(
          "steps on one thread", () -> steps(Runnable::run),
          "steps whose backward pass has no scope", () -> steps(CheckpointedTest::withoutScope),
          "one gradient held for all blocks", Steps::holdsOne);
    }

    private static void steps(Backward backward) throws Exception {
      for (int step = 0; step < 10; step++) {
        gradients(true, backward);
      }
    }

    /** The step's scope gets nothing more from a backward pass, however many blocks there are. */
    private static void holdsOne() throws Exception {
      gradients(true, Runnable::run); // the first pass loads classes
      gradients(
          true,
          pass -> {
            long before = Pointer.totalCount();
            pass.run();
            assertThat(Pointer.totalCount()).isEqualTo(before);
          });
    }
  }
}
