package dev.filip.tensor;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Which of libtorch's kernels a GPU's work may take, for the whole process: settled when the first
 * model goes there. Thread-safe.
 */
public final class CudaKernels {
  private static final AtomicBoolean TRIED = new AtomicBoolean();

  private CudaKernels() {}

  /**
   * Before a model computes on a GPU: fp32 is fp32 (by libtorch's default cuDNN's convolutions
   * round to TF32's 11 bits), and where cuDNN's attention refuses, another is taken and one line on
   * standard error says so. Nothing for the CPU.
   */
  public static void settle(Compute compute) {
    if (compute.device() != ComputeDevice.CUDA) {
      return;
    }
    exact(compute.precision());
    if (compute.precision() != Precision.FP32 && TRIED.compareAndSet(false, true)) {
      attention(new Here(compute)).ifPresent(line -> System.err.println("filip: " + line));
    }
  }

  /** Forbids TF32 where fp32 was asked for; 16-bit products know none. */
  static void exact(Precision precision) {
    if (precision == Precision.FP32) {
      torch.globalContext().setAllowTF32CuDNN(false);
      torch.globalContext().setAllowTF32CuBLAS(false);
    }
  }

  /** What attention can be made of. */
  interface Attention {
    /** Whether cuDNN's may be chosen. */
    boolean cudnn();

    /** Takes it out of the choice. */
    void withoutCudnn();

    /** Forward and backward, small, to the end. */
    void attend();

    /** Versions of cuDNN, as a clause. */
    String versions();
  }

  /**
   * Tries attention as it will be chosen; where that fails with cuDNN's in the choice, without it.
   *
   * @return what was changed and why, one line, or nothing
   * @throws RuntimeException where it fails without cuDNN's, too
   */
  static Optional<String> attention(Attention of) {
    try {
      of.attend();
      return Optional.empty();
    } catch (RuntimeException e) {
      if (!of.cudnn()) {
        throw e;
      }
      of.withoutCudnn();
      of.attend();
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
      return Optional.of(
          "attention: libtorch's own flash kernels, as cuDNN's refuse ("
              + reason
              + "; "
              + of.versions()
              + ")");
    }
  }

  /** cuDNN's number in words: 91900 is 9.19.0, 8907 is 8.9.7. */
  static String cudnn(long version) {
    long major = version >= 10_000 ? 10_000 : 1000;
    return version / major + "." + version % major / 100 + "." + version % 100;
  }

  /** CUDA's number in words: 13000 is 13.0. */
  static String cuda(long version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** This process's GPU. */
  private record Here(Compute compute) implements Attention {
    private static final long[] SHAPE = {2, 4, 50, 64};

    @Override
    public boolean cudnn() {
      return torch.globalContext().userEnabledCuDNNSDP();
    }

    @Override
    public void withoutCudnn() {
      torch.globalContext().setSDPUseCuDNN(false);
    }

    @Override
    public void attend() {
      try (var _ = new StepScope();
          var _ = GradMode.on()) {
        Tensor x = torch.ones(SHAPE).to(compute.device().device(), compute.precision().type());
        for (boolean causal : new boolean[] {false, true}) {
          Tensor q = x.detach().set_requires_grad(true);
          torch
              .scaled_dot_product_attention(
                  q, q, q, new TensorOptional(), 0.0, causal, new DoubleOptional(), false)
              .sum()
              .backward();
        }
        torch.cuda_synchronize();
      }
    }

    @Override
    public String versions() {
      return "cuDNN "
          + CudaKernels.cudnn(Context.versionRuntimeCuDNN())
          + " found, "
          + CudaKernels.cudnn(Context.versionCuDNN())
          + " compiled against";
    }
  }
}
