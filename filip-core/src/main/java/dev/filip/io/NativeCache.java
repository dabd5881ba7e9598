package dev.filip.io;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where JavaCPP's native libraries are unpacked, safely: JavaCPP's own cache kills a process
 * (SIGBUS) that meets a half-written library of a sibling or of a killed predecessor.
 *
 * <p>A child process unpacks into a private folder under a file lock; its files are then renamed
 * into the cache and a marker is written last. A process that sees the marker never unpacks. All
 * bundles share one cache folder, since JavaCPP knows only one per process. Thread-safe.
 */
public final class NativeCache {
  /** JavaCPP's property that names the cache folder; when the user set it, it is the root. */
  private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

  /** The OpenBLAS preset's property: {@code mkl} where MKL's jars are on the class path. */
  private static final String BLAS = "org.bytedeco.openblas.load";

  /** A flag of the start: this process is ours to set up. */
  public static final String TUNE = "filip.tuneProcess";

  /** Folders of a killed unpacker are removed only when no child can still write to them. */
  private static final long STALE_MILLIS = 10 * 60_000L;

  private NativeCache() {}

  /**
   * Whether this process asked for what the {@code filip} command sets for its own ({@code
   * -Dfilip.tuneProcess=true}). Without it JavaCPP's own cache folder is used and its property left
   * alone, unless {@code FILIP_NATIVES} names a folder.
   */
  public static boolean isTuned() {
    return Boolean.getBoolean(TUNE);
  }

  /**
   * Makes sure that the natives of {@code bundle} are in the cache and points JavaCPP at it. Call
   * it before the first class of that bundle is initialised.
   *
   * @param bundle its name with version and platform, such as {@code torch-2.13.0-1.5.14-linux}
   * @param probes classes ({@code a.b.C}) to load in the child; their natives are what is unpacked
   * @param resources resources that lie in the jars the child needs beside those of the probes
   * @return the cache folder
   * @throws IllegalStateException when unpacking fails: disk full, folder not writable
   * @throws BadInput when the folder does not allow running code
   */
  public static Path ensure(String bundle, List<String> probes, List<String> resources) {
    Path root = root();
    ensure(root, bundle, probes, resources);
    if (isTuned() || named() != null || blas().isPresent()) {
      System.setProperty(PROPERTY, root.toString());
    }
    return root;
  }

  /** Another library in OpenBLAS's place, by the preset's own property. */
  private static Optional<String> blas() {
    String name = System.getProperty(BLAS, "").strip();
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  /**
   * The cache folder: {@code FILIP_NATIVES}, the user's JavaCPP property, or the user's cache (in a
   * process that is not tuned, JavaCPP's own). With another library in OpenBLAS's place a folder in
   * it, since the links from libtorch to its BLAS lie there, too.
   */
  public static Path root() {
    Path root = common();
    return blas()
        .map(name -> "blas-" + name.replaceAll("\\W+", "-"))
        .filter(name -> !root.endsWith(name)) // the property may hold our own answer
        .map(root::resolve)
        .orElse(root);
  }

  private static Path common() {
    String chosen = named();
    if (chosen == null) {
      chosen = System.getProperty(PROPERTY);
    }
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen).toAbsolutePath();
    }
    return isTuned() ? userCache().resolve("filip").resolve("natives") : javacppCache();
  }

  private static @Nullable String named() {
    String named = System.getProperty("filip.natives", System.getenv("FILIP_NATIVES"));
    return named == null || named.isBlank() ? null : named;
  }

  /** Where JavaCPP's Loader looks when nothing names a folder. */
  private static Path javacppCache() {
    Path home = Path.of(System.getProperty("user.home", ""));
    if (Files.isWritable(home)) {
      return home.resolve(".javacpp").resolve("cache");
    }
    String user = System.getProperty("user.name", "nobody");
    return Path.of(System.getProperty("java.io.tmpdir", "."), ".javacpp-" + user, "cache");
  }

  /**
   * What to throw where libraries of a folder cannot be loaded: the folder itself, where it does
   * not allow running code, else {@code otherwise}.
   */
  public static RuntimeException unloadable(Path folder, RuntimeException otherwise) {
    return allowsCode(folder) ? otherwise : noCode(folder);
  }

  static BadInput noCode(Path folder) {
    return new BadInput(
        folder
            + " does not allow running code (mounted noexec?): name another folder for the native"
            + " libraries in FILIP_NATIVES");
  }

  /** Whether a file there may be run: the operating system says no on a noexec mount. */
  static boolean allowsCode(Path folder) {
    try {
      Path probe = Files.createTempFile(folder, "probe-", ".tmp");
      try {
        return !probe.toFile().setExecutable(true) || Files.isExecutable(probe);
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      return true; // not writable is another matter
    }
  }

  /** The user's folder for what can be made again, by the rules of the system. */
  public static Path userCache() {
    String home = System.getProperty("user.home", "");
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String xdg = System.getenv(os.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
    if (xdg != null && !xdg.isBlank()) {
      return Path.of(xdg);
    }
    if (home.isBlank() || !Files.isWritable(Path.of(home))) {
      String user = System.getProperty("user.name", "nobody");
      return Path.of(System.getProperty("java.io.tmpdir", "."), "cache-" + user);
    }
    return Path.of(home, os.startsWith("mac") ? "Library/Caches" : ".cache");
  }

  static synchronized void ensure(
      Path root, String bundle, List<String> probes, List<String> resources) {
    Path marker = root.resolve(bundle + ".complete");
    if (Files.exists(marker)) {
      return;
    }
    try {
      Files.createDirectories(root);
      try (FileChannel channel =
              FileChannel.open(
                  root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !Files.exists(marker)) {
          fill(root, marker, probes, resources);
        }
      }
    } catch (IOException e) {
      throw unloadable(
          root,
          new IllegalStateException(
              "cannot unpack the native libraries into " + root + ": " + e.getMessage(), e));
    }
  }

  private static void fill(Path root, Path marker, List<String> probes, List<String> resources)
      throws IOException {
    removeStale(root);
    Path fresh = Files.createTempDirectory(root, "unpacking-");
    try {
      unpack(fresh, probes, resources);
      Files.walkFileTree(fresh, new Publisher(fresh, root));
      Outputs.file(marker, (String.join("\n", probes) + "\n").getBytes(StandardCharsets.UTF_8));
    } finally {
      Outputs.delete(fresh);
    }
  }

  private static void removeStale(Path root) throws IOException {
    List<Path> old = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(root, "unpacking-*")) {
      for (Path entry : entries) {
        long age = System.currentTimeMillis() - Files.getLastModifiedTime(entry).toMillis();
        if (age > STALE_MILLIS) {
          old.add(entry);
        }
      }
    }
    old.forEach(Outputs::delete);
  }

  private static void unpack(Path into, List<String> probes, List<String> resources)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-D" + PROPERTY + "=" + into);
    blas().ifPresent(name -> command.add("-D" + BLAS + "=" + name));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Xmx512m");
    command.add("-cp");
    command.add(classPath(probes, resources));
    command.add(NativeUnpacker.class.getName());
    command.addAll(probes);
    Path log = into.resolve("unpack.log");
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      int code = child.waitFor();
      String said = Files.readString(log).strip();
      Files.delete(log);
      if (code != 0) {
        throw new IOException("the unpacking process ended with " + code + ": " + lastLine(said));
      }
    } catch (InterruptedException e) {
      child.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while unpacking", e);
    }
  }

  private static String lastLine(String text) {
    return text.substring(text.lastIndexOf('\n') + 1);
  }

  private static String classPath(List<String> probes, List<String> resources) throws IOException {
    Set<String> parts = new LinkedHashSet<>();
    List<String> wanted = new ArrayList<>(resources);
    probes.forEach(p -> wanted.add(p.replace('.', '/') + ".class"));
    wanted.add(NativeUnpacker.class.getName().replace('.', '/') + ".class");
    for (String name : wanted) {
      URL url = NativeCache.class.getClassLoader().getResource(name);
      if (url == null) {
        throw new IOException(
            name + " is not on the class path (is the jar for this platform there?)");
      }
      parts.add(container(url, name));
    }
    parts.addAll(List.of(System.getProperty("java.class.path", "").split(File.pathSeparator)));
    return String.join(File.pathSeparator, parts);
  }

  /** The jar or folder that holds {@code name}. */
  private static String container(URL url, String name) throws IOException {
    String text = url.toString();
    try {
      if (text.startsWith("jar:")) {
        URL jar = java.net.URI.create(text.substring(4, text.indexOf("!/"))).toURL();
        return Path.of(jar.toURI()).toString();
      }
      String file = Path.of(url.toURI()).toString();
      return file.substring(0, file.length() - name.length() - 1);
    } catch (URISyntaxException e) {
      throw new IOException("odd class path entry " + url, e);
    }
  }

  /** Renames every file that the cache does not hold yet; whole files only, so readers are safe. */
  private static final class Publisher extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    Publisher(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      Files.createDirectories(to.resolve(from.relativize(folder)));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path target = to.resolve(from.relativize(file));
      boolean javacppLock = file.getFileName().toString().equals(".lock");
      if (javacppLock || Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        return FileVisitResult.CONTINUE;
      }
      if (Files.isSymbolicLink(file)) {
        Path goal = Files.readSymbolicLink(file);
        Files.createSymbolicLink(
            target, goal.startsWith(from) ? to.resolve(from.relativize(goal)) : goal);
      } else {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
