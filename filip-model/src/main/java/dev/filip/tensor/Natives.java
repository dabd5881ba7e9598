package dev.filip.tensor;

import dev.filip.io.NativeCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Loads libtorch once per process, in a tuned process after setting what its libraries read when
 * they start.
 *
 * <p>Call {@link #load} before any other class of {@code org.bytedeco.pytorch} is touched. Where
 * {@code -Dfilip.tuneProcess=true} or {@link #tuneProcess} asked for it, it sets in the C
 * environment (Java's {@code System.getenv} does not show it): {@code OMP_WAIT_POLICY=PASSIVE},
 * without which small models run up to 70 times slower because idle OpenMP workers spin on the core
 * OpenBLAS wants (a user's own value is kept); and no {@code OPENBLAS_CORETYPE}, which would hold
 * OpenBLAS to an older CPU's kernels; and that MKL, where it is in OpenBLAS's place, has libtorch's
 * OpenMP. In Java: JavaCPP's cache folder and its {@code nopointergc} and {@code maxphysicalbytes}.
 * Else nothing of the process is changed, and where OpenMP's workers will spin then, one line on
 * standard error says so. Thread-safe.
 */
public final class Natives {
  private static final String TORCH = "org.bytedeco.pytorch.global.torch";

  private Natives() {}

  /** What loading came to: {@code cache} or {@code failure}. */
  private record Outcome(boolean tuned, @Nullable Path cache, @Nullable RuntimeException failure) {}

  /** Idempotent; throws with the reason when the natives cannot be unpacked or loaded. */
  public static void load() {
    cache();
  }

  /**
   * Asks for all that is set in a tuned process, and loads.
   *
   * @throws IllegalStateException when the libraries run already without it
   */
  public static void tuneProcess() {
    System.setProperty(NativeCache.TUNE, "true");
    cache();
    if (!Once.OUTCOME.tuned) {
      throw new IllegalStateException(
          "the native libraries are loaded already: tune the process before the first model is"
              + " opened");
    }
  }

  /** Where the libraries lie. */
  public static Path cache() {
    if (Once.OUTCOME.failure != null) {
      throw Once.OUTCOME.failure;
    }
    return Objects.requireNonNull(Once.OUTCOME.cache);
  }

  /** Version of the libtorch bindings, such as {@code 2.13.0-1.5.14}. */
  public static String version() {
    return version("pytorch");
  }

  /** Version of one of JavaCPP's jars ({@code pytorch}, {@code openblas}, {@code javacpp}). */
  public static String version(String artifact) {
    String name = "META-INF/maven/org.bytedeco/" + artifact + "/pom.properties";
    try (InputStream in = Natives.class.getClassLoader().getResourceAsStream(name)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The holder idiom: filled by the first {@link #load}. */
  private static final class Once {
    static final Outcome OUTCOME = tryToStart(NativeCache.isTuned());

    private static Outcome tryToStart(boolean tuned) {
      try {
        return new Outcome(tuned, start(tuned), null);
      } catch (RuntimeException e) {
        return new Outcome(tuned, null, e);
      }
    }

    private static Path start(boolean tuned) {
      if (tuned) {
        tune();
      } else if (workersWillSpin()) {
        System.err.println(
            "filip: OpenMP's idle workers will spin, which makes small models up to 70 times slower:"
                + " call Filip.tuneProcess() before the first model is opened, or set"
                + " OMP_WAIT_POLICY=PASSIVE");
      }
      String platform = platform();
      String bundle = "torch-" + version() + "-openblas-" + version("openblas") + "-" + platform;
      Path cache = NativeCache.ensure(bundle, List.of(TORCH), resources(platform));
      try {
        QuietLoad.torch();
      } catch (UnsatisfiedLinkError e) {
        throw NativeCache.unloadable(
            cache,
            new IllegalStateException(
                "cannot load the native libraries in "
                    + cache
                    + ": "
                    + e.getMessage()
                    + (platform.endsWith("-gpu")
                        ? ": CUDA's and cuDNN's libraries must be in LD_LIBRARY_PATH (docs/GPU.md)"
                        : ""),
                e));
      }
      if (tuned) {
        torch.initLogging(); // reads the level
      }
      return cache;
    }

    private static boolean workersWillSpin() {
      return Runtime.getRuntime().availableProcessors() > 1
          && NativeEnvironment.canSet()
          && !NativeEnvironment.get("OMP_WAIT_POLICY").orElse("").equalsIgnoreCase("passive")
          && NativeEnvironment.get("GOMP_SPINCOUNT").isEmpty()
          && NativeEnvironment.get("KMP_BLOCKTIME").isEmpty();
    }

    private static void tune() {
      NativeEnvironment.setDefault("OMP_WAIT_POLICY", "PASSIVE");
      NativeEnvironment.unset("OPENBLAS_CORETYPE");
      // MKL, where it is in OpenBLAS's place, shall share libtorch's OpenMP, not bring another
      NativeEnvironment.setDefault("MKL_THREADING_LAYER", "GNU");
      // c10d asks a name server who each peer is: a lost answer would stop a meeting for 5 s
      NativeEnvironment.setDefault("RES_OPTIONS", "timeout:1 attempts:3");
      // what c10d logs with a C++ stack is also thrown, and becomes one line
      NativeEnvironment.setDefault("TORCH_CPP_LOG_LEVEL", "FATAL");
      // the profiler says on standard error that it begins and ends
      NativeEnvironment.setDefault("KINETO_LOG_LEVEL", "99");
      defaultProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
      defaultProperty("org.bytedeco.javacpp.nopointergc", "true");
    }

    private static void defaultProperty(String key, String value) {
      if (System.getProperty(key) == null) {
        System.setProperty(key, value);
      }
    }

    /** JavaCPP's name of the platform with {@code -gpu} where the CUDA build is on the path. */
    private static String platform() {
      String platform = Loader.getPlatform();
      return present(torchLibrary(platform + "-gpu")) ? platform + "-gpu" : platform;
    }

    private static List<String> resources(String platform) {
      String plain = platform.replace("-gpu", "");
      List<String> wanted = new ArrayList<>();
      wanted.add("org/bytedeco/javacpp/Loader.class");
      wanted.add("org/bytedeco/openblas/global/openblas.class");
      wanted.add(torchLibrary(platform));
      for (String part : List.of("javacpp", "openblas")) {
        String file = System.mapLibraryName("jni" + part);
        wanted.add("org/bytedeco/" + part + "/" + plain + "/" + file);
      }
      return wanted;
    }

    private static String torchLibrary(String platform) {
      return "org/bytedeco/pytorch/" + platform + "/" + System.mapLibraryName("jnitorch");
    }

    private static boolean present(String resource) {
      return Natives.class.getClassLoader().getResource(resource) != null;
    }
  }
}
