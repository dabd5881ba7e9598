package dev.filip.tensor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * This machine's GPU as the program sees it, and what is in its way.
 *
 * @param card as its driver says; null where no driver answers
 * @param speed null where libtorch cannot use it
 * @param problem one line, or empty
 */
public record GpuInfo(
    Nvml.@Nullable Card card, Libraries libraries, @Nullable Speed speed, String problem) {
  /**
   * CUDA's libraries by version, empty where there are none.
   *
   * @param cuda what libtorch was compiled against; {@code cudaFound} what is loaded
   * @param cudnn the same of cuDNN
   */
  public record Libraries(
      boolean build, String cuda, String cudaFound, String cudnn, String cudnnFound) {}

  /** TFLOP/s of a product of 4096 x 4096 x 4096, best of three. */
  public record Speed(double fp32, double bf16) {}

  /** What can be asked. */
  interface Probe {
    Optional<Nvml.Card> card();

    Libraries libraries();

    /** Whether a GPU answers to libtorch. */
    boolean answers();

    /** What {@code CUDA_VISIBLE_DEVICES} leaves of the cards, or null where it is not set. */
    @Nullable String visible();

    Speed speed();
  }

  /** Of this machine. */
  static GpuInfo examine() {
    return examine(new Here());
  }

  static GpuInfo examine(Probe probe) {
    Nvml.Card card = probe.card().orElse(null);
    Libraries libraries = probe.libraries();
    boolean answers = libraries.build && probe.answers();
    String problem = answers ? older(libraries) : why(card, libraries, probe.visible());
    if (!answers) {
      return new GpuInfo(card, libraries, null, problem);
    }
    try {
      return new GpuInfo(card, libraries, probe.speed(), problem);
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
      return new GpuInfo(card, libraries, null, "a product on it fails: " + reason);
    }
  }

  /** Why no GPU answers; nothing where none was expected to. */
  private static String why(
      Nvml.@Nullable Card card, Libraries libraries, @Nullable String visible) {
    if (card == null) {
      return libraries.build
          ? "these are CUDA natives, but no NVIDIA driver answers: install one, or start without"
              + " FILIP_GPU=1"
          : "";
    }
    if (!libraries.build) {
      return "these are the CPU's natives: start with FILIP_GPU=1 to use it";
    }
    if (visible != null && (visible.isBlank() || visible.strip().startsWith("-"))) {
      return "CUDA_VISIBLE_DEVICES=" + visible + " hides it";
    }
    if (card.cuda() > 0
        && !libraries.cuda.isEmpty()
        && card.cuda() / 1000 < Integer.parseInt(libraries.cuda.replaceFirst("\\..*", ""))) {
      return "driver "
          + card.driver()
          + " knows CUDA up to "
          + CudaKernels.cuda(card.cuda())
          + ", libtorch needs "
          + libraries.cuda
          + ": install a newer driver";
    }
    return "the driver answers, libtorch finds no GPU: are its CUDA "
        + libraries.cuda
        + " libraries in LD_LIBRARY_PATH (docs/GPU.md)?";
  }

  private static String older(Libraries libraries) {
    boolean silent = libraries.cudnn.isEmpty() || libraries.cudnnFound.isEmpty();
    return silent || compare(libraries.cudnnFound, libraries.cudnn) >= 0
        ? ""
        : "cuDNN "
            + libraries.cudnnFound
            + " is older than "
            + libraries.cudnn
            + ", which libtorch was compiled against: where its attention refuses, flash kernels"
            + " take its place";
  }

  /** Versions by their numbers. */
  private static int compare(String found, String wanted) {
    String[] a = found.split("\\.");
    String[] b = wanted.split("\\.");
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      int order = Integer.compare(Integer.parseInt(a[i]), Integer.parseInt(b[i]));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object();
    if (card != null) {
      json.put("name", card.name()).put("cards", card.cards()).put("driver", card.driver());
      json.put("driver_cuda", CudaKernels.cuda(card.cuda()));
      json.put("memory_bytes", card.memory()).put("memory_free_bytes", card.free());
    }
    json.put("cuda_natives", libraries.build);
    if (libraries.build) {
      json.putObject("cuda").put("compiled", libraries.cuda).put("found", libraries.cudaFound);
      json.putObject("cudnn").put("compiled", libraries.cudnn).put("found", libraries.cudnnFound);
    }
    if (speed != null) {
      json.putObject("tflops")
          .put("fp32", Math.round(10 * speed.fp32) / 10.0)
          .put("bf16", Math.round(10 * speed.bf16) / 10.0);
    }
    return json.put("problem", problem);
  }

  /** A line or two. */
  String toText() {
    String what = card == null ? "none: no NVIDIA driver answers" : cardText(card);
    if (libraries.build) {
      what +=
          String.format(
              Locale.ROOT,
              "; CUDA %s compiled against, %s found; cuDNN %s compiled against, %s found",
              libraries.cuda,
              libraries.cudaFound,
              libraries.cudnn,
              libraries.cudnnFound);
    }
    if (speed != null) {
      what +=
          String.format(
              Locale.ROOT,
              "; fp32 %.1f TFLOP/s, bf16 %.1f TFLOP/s (4096^3)",
              speed.fp32,
              speed.bf16);
    }
    return problem.isEmpty() ? what : what + "; " + problem;
  }

  private static String cardText(Nvml.Card card) {
    return String.format(
        Locale.ROOT,
        "%s%s, driver %s (CUDA up to %s), %.1f GiB, %.1f free",
        card.cards() > 1 ? card.cards() + " cards, the first " : "",
        card.name(),
        card.driver(),
        CudaKernels.cuda(card.cuda()),
        card.memory() / 0x1p30,
        card.free() / 0x1p30);
  }

  /** This process. */
  private static final class Here implements Probe {
    private static final int SIDE = 4096;

    @Override
    public Optional<Nvml.Card> card() {
      return Nvml.card();
    }

    @Override
    public Libraries libraries() {
      if (!Context.hasCUDA() && compiled("CUDA").isEmpty()) {
        return new Libraries(false, "", "", "", "");
      }
      return new Libraries(
          true,
          compiled("CUDA"),
          asked(() -> CudaKernels.cuda(Context.versionCUDART())),
          asked(() -> CudaKernels.cudnn(Context.versionCuDNN())),
          asked(() -> CudaKernels.cudnn(Context.versionRuntimeCuDNN())));
    }

    /** From the words that libtorch was configured with. */
    private static String compiled(String what) {
      try (var words = torch.show_config()) {
        Matcher found = Pattern.compile(what + "_VERSION=([0-9.]+)").matcher(words.getString());
        return found.find() ? found.group(1) : "";
      }
    }

    private interface Asked {
      String get();
    }

    /** Some builds refuse to tell. */
    private static String asked(Asked question) {
      try {
        return question.get();
      } catch (RuntimeException e) {
        return "";
      }
    }

    @Override
    public boolean answers() {
      return torch.cuda_is_available();
    }

    @Override
    public @Nullable String visible() {
      return NativeEnvironment.get("CUDA_VISIBLE_DEVICES").orElse(null);
    }

    @Override
    public Speed speed() {
      return new Speed(teraflops(ScalarType.Float), teraflops(ScalarType.BFloat16));
    }

    private static double teraflops(ScalarType type) {
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        Tensor a = torch.ones(SIDE, SIDE).to(ComputeDevice.CUDA.device(), type);
        torch.matmul(a, a);
        double best = 0;
        for (int i = 0; i < 3; i++) {
          torch.cuda_synchronize();
          long start = System.nanoTime();
          torch.matmul(a, a);
          torch.cuda_synchronize();
          best = Math.max(best, 2e-3 * SIDE * SIDE * SIDE / (System.nanoTime() - start));
        }
        return best;
      }
    }
  }
}
