package dev.filip.tensor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * What the processor can do: its model name, its maker and the feature flags that matter to matrix
 * products, by Linux's names.
 *
 * @param vendor such as {@code AuthenticAMD}; empty where nothing tells it
 */
public record CpuFeatures(String model, String vendor, Set<String> flags) {
  private static final String AMD = "AuthenticAMD";

  private static final Set<String> INTERESTING =
      Set.of(
          "fma",
          "avx",
          "avx2",
          "avx_vnni",
          "avx512f",
          "avx512_bf16",
          "avx512_vnni",
          "avx512_fp16",
          "amx_bf16",
          "amx_int8",
          "amx_tile",
          "neon",
          "asimd",
          "asimdhp",
          "bf16",
          "i8mm",
          "sve");

  /** A processor whose maker is known by its name alone. */
  CpuFeatures(String model, Set<String> flags) {
    this(model, model.startsWith("AMD ") ? AMD : "", flags);
  }

  /** Reads this machine: {@code /proc/cpuinfo}, or {@code sysctl} on macOS, or nothing. */
  public static CpuFeatures here() {
    Path linux = Path.of("/proc/cpuinfo");
    try {
      if (Files.isReadable(linux)) {
        return parse(Files.readString(linux));
      }
      if (System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac")) {
        return parseSysctl(sysctl());
      }
    } catch (IOException e) {
      return new CpuFeatures("unknown (" + e.getMessage() + ")", Set.of());
    }
    return new CpuFeatures(System.getProperty("os.arch", "unknown"), Set.of());
  }

  /** Parses Linux's {@code /proc/cpuinfo}: the first processor counts. */
  static CpuFeatures parse(String cpuinfo) {
    String model = "unknown";
    String vendor = "";
    Set<String> flags = new TreeSet<>();
    for (String line : cpuinfo.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String key = line.substring(0, colon).strip();
      String value = line.substring(colon + 1).strip();
      if (key.equals("model name") && model.equals("unknown")) {
        model = value;
      } else if (key.equals("vendor_id") && vendor.isEmpty()) {
        vendor = value;
      } else if ((key.equals("flags") || key.equals("Features")) && flags.isEmpty()) {
        flags.addAll(Arrays.asList(value.split("\\s+")));
      }
    }
    flags.retainAll(INTERESTING);
    return vendor.isEmpty() ? new CpuFeatures(model, flags) : new CpuFeatures(model, vendor, flags);
  }

  /** Parses macOS's {@code sysctl machdep.cpu hw.optional}. */
  static CpuFeatures parseSysctl(String text) {
    String model = "unknown";
    Set<String> flags = new LinkedHashSet<>();
    for (String line : text.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String key = line.substring(0, colon).strip();
      String value = line.substring(colon + 1).strip();
      if (key.equals("machdep.cpu.brand_string")) {
        model = value;
      } else if (value.equals("1") && key.equals("hw.optional.arm.FEAT_BF16")) {
        flags.add("bf16");
      } else if (value.equals("1") && key.equals("hw.optional.AdvSIMD")) {
        flags.add("neon");
      }
    }
    return new CpuFeatures(model, flags);
  }

  private static String sysctl() throws IOException {
    Process process =
        new ProcessBuilder("sysctl", "machdep.cpu", "hw.optional")
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return text;
  }

  /** Whether libtorch's bf16 products run on instructions made for them. */
  public boolean fastBf16() {
    return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
  }

  /** What is known of a family of processors and libtorch's products of bf16. */
  enum Bf16 {
    /** AMX, or AMD's AVX512-BF16 (Zen 4 and later): two to three times fp32's rate. */
    FAST,
    /** No instructions for it: 10 to 30 times slower than fp32. */
    SLOW,
    /**
     * AVX512-BF16 without AMX, by other makers: the flag does not tell. On one of Intel's, as
     * virtual machines have them, bf16 ran at 84 GFLOP/s where fp32 ran at 234.
     */
    UNKNOWN
  }

  /** What is known of this processor's family. */
  Bf16 bf16() {
    if (!fastBf16()) {
      return Bf16.SLOW;
    }
    return flags.contains("amx_bf16") || vendor.equals(AMD) ? Bf16.FAST : Bf16.UNKNOWN;
  }
}
