package dev.filip.tensor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig.DeviceChoice;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.io.Json;
import dev.filip.kernel.Kernels;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * This machine as the program sees it, for {@code filip doctor}.
 *
 * @param fp32 GFLOP/s of a 1024 x 1024 x 1024 product on all threads, best of three; bf16 the same
 * @param fp32Library what multiplies fp32 for libtorch, {@code bf16Library} what bf16
 * @param towers of products of the model's own sizes, {@code towerSizes}
 * @param late what multiplies tokens of images with those of texts
 * @param memory physical memory in bytes; {@code heap} Java's limit
 */
public record DoctorInfo(
    String jdk,
    String os,
    CpuFeatures cpu,
    int cores,
    int torchThreads,
    String ompWaitPolicy,
    String capability,
    Devices.Chosen device,
    GpuInfo gpu,
    PrecisionChooser.Chosen precision,
    double fp32,
    double bf16,
    String fp32Library,
    String bf16Library,
    ProductSpeed towers,
    String towerSizes,
    String late,
    String libtorch,
    String openblas,
    Path cache,
    long memory,
    long freeMemory,
    long heap) {
  private static final int SIDE = 1024;

  /** Looks and measures: about a second on an idle machine. */
  public static DoctorInfo examine(ModelConfig config) {
    Natives.load();
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    Devices.Chosen device = Devices.choose(DeviceChoice.AUTO);
    double fp32 = gflops(ScalarType.Float);
    double bf16 = gflops(ScalarType.BFloat16);
    List<ProductSpeed.Size> sizes = ProductSpeed.towers(config);
    ProductSpeed towers =
        ProductSpeed.again(sizes); // a precision that a busy moment chose is mended
    return new DoctorInfo(
        System.getProperty("java.vendor") + " " + System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        CpuFeatures.here(),
        Runtime.getRuntime().availableProcessors(),
        torch.get_num_threads(),
        NativeEnvironment.get("OMP_WAIT_POLICY").orElse("not set"),
        readCapability(),
        device,
        GpuInfo.examine(),
        PrecisionChooser.choose(PrecisionChoice.AUTO, device.device(), config),
        fp32,
        bf16,
        Blas.name(),
        Blas.ofBf16(),
        towers,
        ProductSpeed.words(sizes),
        lateKernel(),
        Natives.version(),
        Natives.version("openblas"),
        Natives.cache(),
        system.getTotalMemorySize(),
        system.getFreeMemorySize(),
        Runtime.getRuntime().maxMemory());
  }

  private static String readCapability() {
    try (var text = torch.get_cpu_capability()) {
      return text.getString();
    }
  }

  private static String lateKernel() {
    Kernels.Form form = Kernels.active();
    String fp32 = form.name() + (form.vector() ? "" : " (" + form.reason() + ")");
    return Bf16Products.fast().isPresent()
        ? fp32 + ", features of bf16 by libtorch's block product"
        : fp32;
  }

  private static double gflops(ScalarType type) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor a = torch.ones(SIDE, SIDE).to(type);
      torch.matmul(a, a);
      double best = 0;
      for (int i = 0; i < 3; i++) {
        long start = System.nanoTime();
        torch.matmul(a, a);
        best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - start));
      }
      return best;
    }
  }

  /** All of it. */
  public ObjectNode toJson() {
    ObjectNode root = Json.object().put("jdk", jdk).put("os", os).put("cpu", cpu.model());
    cpu.flags().forEach(root.putArray("cpu_features")::add);
    root.put("cores", cores).put("torch_threads", torchThreads);
    root.put("omp_wait_policy", ompWaitPolicy).put("torch_cpu_capability", capability);
    root.put("device", device.device().name().toLowerCase(Locale.ROOT));
    root.put("device_why", device.why());
    root.set("gpu", gpu.toJson());
    root.put("precision", precision.precision().word()).put("precision_why", precision.why());
    root.putObject("gemm_gflops").put("fp32", Math.round(fp32)).put("bf16", Math.round(bf16));
    root.putObject("libraries").put("fp32", fp32Library).put("bf16", bf16Library);
    root.putObject("tower_products")
        .put("sizes", towerSizes)
        .put("fp32_gflops_a_core", Math.round(towers.fp32()))
        .put("bf16_gflops_a_core", Math.round(towers.bf16()));
    root.put("late_interaction", late);
    root.put("libtorch", libtorch).put("openblas", openblas);
    root.put("native_cache", cache.toString());
    return root.put("memory_bytes", memory)
        .put("memory_free_bytes", freeMemory)
        .put("heap_limit_bytes", heap);
  }

  /** A few lines for people. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    line(text, "JDK", jdk);
    line(text, "system", os);
    line(text, "CPU", cpu.model() + ", " + cores + " cores, " + String.join(" ", cpu.flags()));
    line(text, "threads", "libtorch " + torchThreads + ", OMP_WAIT_POLICY " + ompWaitPolicy);
    line(text, "libtorch", libtorch + ", kernels " + capability);
    line(text, "natives", cache);
    line(text, "device", device.why());
    line(text, "GPU", gpu.toText());
    line(text, "precision", precision.why());
    String speed =
        String.format(
            Locale.ROOT,
            "fp32 %.0f GFLOP/s by %s, bf16 %.0f GFLOP/s by %s (1024^3, all threads)",
            fp32,
            fp32Library,
            bf16,
            bf16Library);
    line(text, "products", speed);
    line(text, "towers", towers + " (" + towerSizes + ")");
    line(text, "late", late);
    String gib =
        String.format(
            Locale.ROOT,
            "%.1f GiB, %.1f free, Java heap at most %.1f",
            memory / 0x1p30,
            freeMemory / 0x1p30,
            heap / 0x1p30);
    line(text, "memory", gib);
    return text.toString();
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(String.format(Locale.ROOT, "%-10s %s%n", key, value));
  }
}
