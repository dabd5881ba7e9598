package dev.filip.generate;

import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Debian packages, fetched by the user's own {@code apt-get download} and read without dpkg: an
 * {@code ar} archive that holds {@code control.tar.xz} and {@code data.tar.xz} (or {@code .gz}).
 */
final class DebPackage {
  private static final int MEMORY_KIB = 512 << 10;

  private DebPackage() {}

  /**
   * The package file: one of the given files when it is this package, else the one in the cache,
   * else fetched into the cache.
   *
   * @throws BadInput when it is not there and apt-get is missing
   * @throws IOException when apt-get fails
   */
  static Path locate(String name, List<Path> given, Path cache, String apt) throws IOException {
    for (Path file : given) {
      if (name.equals(nameOf(file))) {
        return file;
      }
    }
    Optional<Path> cached = find(cache, name);
    return cached.isPresent() ? cached.get() : fetch(name, cache, apt);
  }

  /** The {@code Package:} of a package file. */
  static String nameOf(Path deb) {
    BadInput.require(Files.isRegularFile(deb), "package file", deb, "an existing .deb");
    String[] name = {""};
    visit(
        deb,
        "control.tar",
        (file, content) -> {
          if (file.equals("./control") || file.equals("control")) {
            String control = new String(Archives.bounded(file, content), StandardCharsets.UTF_8);
            name[0] =
                control
                    .lines()
                    .filter(line -> line.startsWith("Package:"))
                    .findFirst()
                    .map(line -> line.substring("Package:".length()).strip())
                    .orElse("");
          }
        });
    return name[0];
  }

  /** Sees every regular file of the package's data. */
  static void files(Path deb, Archives.Visitor visitor) {
    visit(deb, "data.tar", visitor);
  }

  private static void visit(Path deb, String member, Archives.Visitor visitor) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(deb), 1 << 16)) {
      ArArchiveInputStream ar = new ArArchiveInputStream(in);
      for (ArArchiveEntry e = ar.getNextEntry(); e != null; e = ar.getNextEntry()) {
        if (e.getName().startsWith(member)) {
          Archives.visitTar(unpacked(e.getName(), ar), visitor);
          return;
        }
      }
      throw new IOException("it holds no " + member);
    } catch (IOException e) {
      throw new BadInput(deb + " cannot be read as .deb: " + e.getMessage(), e);
    }
  }

  private static InputStream unpacked(String name, InputStream in) throws IOException {
    if (name.endsWith(".xz")) {
      return new XZInputStream(in, MEMORY_KIB);
    }
    if (name.endsWith(".gz")) {
      return new GZIPInputStream(in, 1 << 16);
    }
    if (name.endsWith(".tar")) {
      return in;
    }
    throw new IOException(name + " is packed in a way not known here (xz and gz are)");
  }

  private static Optional<Path> find(Path folder, String name) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(name + "_"))
          .filter(f -> f.getFileName().toString().endsWith(".deb"))
          .sorted()
          .findFirst();
    }
  }

  private static Path fetch(String name, Path cache, String apt) throws IOException {
    Files.createDirectories(cache);
    Path fresh = Files.createTempDirectory(cache, ".apt-");
    try {
      Path log = fresh.resolve("apt.log");
      String problem =
          UserCommand.run(List.of(apt, "download", name), fresh, log)
              .orElseThrow(() ->
                  new BadInput(
                      "apt-get was not found (looked for "
                          + apt
                          + "): download the Debian packages openclipart-png and"
                          + " openclipart-svg elsewhere and give both .deb files with"
                          + " --deb FILE"));
      Optional<Path> deb = find(fresh, name);
      if (deb.isEmpty()) {
        throw new IOException(apt + " download " + name + " failed: " + problem);
      }
      Path cached = cache.resolve(deb.get().getFileName());
      Files.move(
          deb.get(), cached, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return cached;
    } finally {
      Outputs.delete(fresh);
    }
  }
}
