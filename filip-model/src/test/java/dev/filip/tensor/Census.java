package dev.filip.tensor;

import dev.filip.io.OwnJava;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Counts live native objects: what is left behind is lost, for nothing frees it. JavaCPP counts
 * them only where its garbage collection is on, which no process of ours has; so the counting is
 * done in a JVM of its own, whose heap is too large for a collection to hide anything.
 */
public final class Census {
  private static final String LINE = "left behind: ";

  private Census() {}

  /** What is counted over. */
  public interface Work {
    /** Does it; an exception fails the census. */
    void run() throws Exception;
  }

  /** Work by name, with all it needs in a folder; has a constructor without parameters. */
  public interface Scenarios {
    /** Makes it ready, uncounted. */
    Map<String, Work> in(Path folder) throws Exception;
  }

  /** Objects that each work's second run leaves; the first makes what stays for good. */
  public static Map<String, Long> left(Class<? extends Scenarios> scenarios, Path folder)
      throws Exception {
    List<String> flags =
        List.of("-Dorg.bytedeco.javacpp.nopointergc=false", "-XX:+UseSerialGC", "-Xmn2g");
    Path log = folder.resolve("census.log");
    Process child =
        new ProcessBuilder(
                OwnJava.command(
                    flags, Census.class.getName(), List.of(scenarios.getName(), folder.toString())))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!child.waitFor(120, TimeUnit.SECONDS) || child.exitValue() != 0) {
        throw new AssertionError("the census failed: " + Files.readString(log));
      }
    } finally {
      child.destroyForcibly();
    }
    Map<String, Long> left = new LinkedHashMap<>();
    for (String line : Files.readAllLines(log)) {
      if (line.startsWith(LINE)) {
        String[] said = line.substring(LINE.length()).split(" by ", 2);
        left.put(said[1], Long.parseLong(said[0]));
      }
    }
    return left;
  }

  /** The JVM of its own: the scenarios' class, their folder. */
  public static void main(String[] arguments) throws Exception {
    Natives.load();
    requireCounting();
    Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    Scenarios scenarios = (Scenarios) constructor.newInstance();
    int code = 0;
    for (Map.Entry<String, Work> one : scenarios.in(Path.of(arguments[1])).entrySet()) {
      System.out.println("now: " + one.getKey());
      try {
        one.getValue().run();
        long before = Pointer.totalCount();
        one.getValue().run();
        System.out.println(LINE + (Pointer.totalCount() - before) + " by " + one.getKey());
      } catch (Exception | AssertionError e) {
        e.printStackTrace(System.out);
        code = 1;
      }
    }
    System.exit(code); // whatever threads are left
  }

  private static void requireCounting() {
    long before = Pointer.totalCount();
    Tensor one = torch.ones(1);
    if (Pointer.totalCount() == before) {
      throw new IllegalStateException("JavaCPP does not count");
    }
    one.close();
    if (Pointer.totalCount() != before) {
      throw new IllegalStateException("making a tensor left " + (Pointer.totalCount() - before));
    }
  }
}
