package dev.filip.tensor;

import dev.filip.io.NativeCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch once per process, after setting what its libraries read when they start.
 *
 * <p>Call {@link #load} before any other class of {@code org.bytedeco.pytorch} is touched. What it
 * sets in the C environment (Java's {@code System.getenv} does not show it): {@code
 * OMP_WAIT_POLICY=PASSIVE}, without which small models run up to 70 times slower because idle
 * OpenMP workers spin on the core OpenBLAS wants (a user's own value is kept); and no {@code
 * OPENBLAS_CORETYPE}, which would hold OpenBLAS to an older CPU's kernels. Thread-safe.
 */
public final class Natives {
  private static final String TORCH = "org.bytedeco.pytorch.global.torch";

  private Natives() {}

  /** Idempotent; throws with the reason when the natives cannot be unpacked or loaded. */
  public static void load() {
    cache();
  }

  /** Where the libraries lie. */
  public static Path cache() {
    return Once.CACHE;
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
    static final Path CACHE = start();

    private static Path start() {
      NativeEnvironment.setDefault("OMP_WAIT_POLICY", "PASSIVE");
      NativeEnvironment.unset("OPENBLAS_CORETYPE");
      // c10d asks a name server who each peer is: a lost answer would stop a meeting for 5 s
      NativeEnvironment.setDefault("RES_OPTIONS", "timeout:1 attempts:3");
      // what c10d logs with a C++ stack is also thrown, and becomes one line
      NativeEnvironment.setDefault("TORCH_CPP_LOG_LEVEL", "FATAL");
      defaultProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
      defaultProperty("org.bytedeco.javacpp.nopointergc", "true");
      String platform = platform();
      String bundle = "torch-" + version() + "-openblas-" + version("openblas") + "-" + platform;
      Path cache = NativeCache.ensure(bundle, List.of(TORCH), resources(platform));
      QuietLoad.torch();
      torch.initLogging(); // reads the level
      return cache;
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
