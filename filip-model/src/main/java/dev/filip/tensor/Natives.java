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
 * Loads libtorch once per process, after setting what its libraries read when they start.
 *
 * <p>Call {@link #load} before any other class of {@code org.bytedeco.pytorch} is touched. What it
 * sets in the C environment (Java's {@code System.getenv} does not show it): {@code
 * OMP_WAIT_POLICY=PASSIVE}, without which small models run up to 70 times slower because idle
 * OpenMP workers spin on the core OpenBLAS wants (a user's own value is kept); and no {@code
 * OPENBLAS_CORETYPE}, which would hold OpenBLAS to an older CPU's kernels. In Java: JavaCPP's cache
 * folder and its {@code nopointergc} and {@code maxphysicalbytes}. A process that belongs to
 * another program calls {@link #loadAsGuest} first, and none of it is set unless {@link
 * #tuneProcess} or {@code -Dfilip.tuneProcess=true} asked for it. Thread-safe.
 */
public final class Natives {
  private static final String TORCH = "org.bytedeco.pytorch.global.torch";

  private static boolean asked = Boolean.getBoolean("filip.tuneProcess");
  private static boolean guest;
  private static @Nullable Outcome outcome;

  private Natives() {}

  /** What loading came to: one of the two. */
  private record Outcome(@Nullable Path cache, @Nullable RuntimeException failure) {}

  /** Idempotent; throws with the reason when the natives cannot be unpacked or loaded. */
  public static void load() {
    cache();
  }

  /**
   * As {@link #load}, but changes nothing of this process unless it was asked to; where OpenMP's
   * idle workers will spin then, one line on standard error says so, once.
   */
  public static synchronized void loadAsGuest() {
    if (outcome == null && !asked) {
      guest = true;
      NativeCache.asGuest();
      if (workersWillSpin()) {
        System.err.println(
            "filip: OpenMP's idle workers will spin, which makes small models up to 70 times slower:"
                + " call Filip.tuneProcess() before the first model is opened, or set"
                + " OMP_WAIT_POLICY=PASSIVE");
      }
    }
    cache();
  }

  /**
   * Asks for all that {@link #load} sets, before anything is loaded.
   *
   * @throws IllegalStateException when the libraries run already without it
   */
  public static synchronized void tuneProcess() {
    if (guest) {
      throw new IllegalStateException(
          "the native libraries are loaded already: tune the process before the first model is"
              + " opened");
    }
    asked = true;
  }

  /** Where the libraries lie. */
  public static synchronized Path cache() {
    Outcome known = outcome;
    if (known == null) {
      known = tryToStart(!guest);
      outcome = known;
    }
    if (known.failure != null) {
      throw known.failure;
    }
    return Objects.requireNonNull(known.cache);
  }

  private static Outcome tryToStart(boolean tune) {
    try {
      return new Outcome(Start.run(tune), null);
    } catch (RuntimeException e) {
      return new Outcome(null, e);
    }
  }

  private static boolean workersWillSpin() {
    return Runtime.getRuntime().availableProcessors() > 1
        && NativeEnvironment.canSet()
        && !NativeEnvironment.get("OMP_WAIT_POLICY").orElse("").equalsIgnoreCase("passive")
        && NativeEnvironment.get("GOMP_SPINCOUNT").isEmpty()
        && NativeEnvironment.get("KMP_BLOCKTIME").isEmpty();
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

  /** Apart, so that asking for less touches no class of JavaCPP. */
  private static final class Start {
    static Path run(boolean tune) {
      if (tune) {
        tune();
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
                "cannot load the native libraries in " + cache + ": " + e.getMessage(), e));
      }
      if (tune) {
        torch.initLogging(); // reads the level
      }
      return cache;
    }

    private static void tune() {
      NativeEnvironment.setDefault("OMP_WAIT_POLICY", "PASSIVE");
      NativeEnvironment.unset("OPENBLAS_CORETYPE");
      // c10d asks a name server who each peer is: a lost answer would stop a meeting for 5 s
      NativeEnvironment.setDefault("RES_OPTIONS", "timeout:1 attempts:3");
      // what c10d logs with a C++ stack is also thrown, and becomes one line
      NativeEnvironment.setDefault("TORCH_CPP_LOG_LEVEL", "FATAL");
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
