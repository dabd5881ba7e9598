package dev.filip.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the zip that Maven Central takes: a repository's layout with each module's pom, jar,
 * sources and Javadoc, and md5, sha1, sha256 and sha512 of each. Signatures are added by whoever
 * holds the key.
 */
final class Bundle {
  private static final List<String> DIGESTS = List.of("MD5", "SHA-1", "SHA-256", "SHA-512");
  // of the zip's entries, so that the same files make the same bundle
  private static final long TIME = 1_767_225_600_000L;

  private Bundle() {}

  /** {@code Bundle ROOT ZIP}; throws with every rule that is broken. */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    Path zip = Path.of(args[1]);
    Path staged = zip.resolveSibling("bundle");
    delete(staged);
    List<Published> all = Published.of(root);
    check(all);
    for (Published one : all) {
      for (String part : one.parts()) {
        digest(one.copy(part, staged));
      }
    }
    zip(staged, zip);
    System.out.println(
        zip + ": " + all.size() + " artifacts, " + Files.size(zip) / 1024 + " KiB, not signed");
  }

  private static void check(List<Published> all) throws IOException {
    List<String> broken = new ArrayList<>();
    for (Published one : all) {
      for (String line : CentralRules.broken(one.pom())) {
        broken.add(one.artifact() + ": " + line);
      }
      if (!one.pomOnly()) {
        named(one, broken);
      }
    }
    if (!broken.isEmpty()) {
      throw new IOException("not to be published:\n  " + String.join("\n  ", broken));
    }
  }

  /** A jar must name its module, and the names must be valid. */
  private static void named(Published one, List<String> broken) throws IOException {
    Path file = one.target().resolve(one.artifact() + "-" + one.version() + ".jar");
    if (!Files.isRegularFile(file)) {
      broken.add(one.artifact() + ": " + file + " was not made");
      return;
    }
    try (JarFile jar = new JarFile(file.toFile())) {
      String name = jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name");
      if (name == null || !name.matches("dev\\.filip(\\.[a-z]+)+")) {
        broken.add(one.artifact() + ": Automatic-Module-Name is " + name);
      }
    }
  }

  private static void digest(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (String name : DIGESTS) {
      String end = name.replace("-", "").toLowerCase(Locale.ROOT);
      Files.writeString(file.resolveSibling(file.getFileName() + "." + end), hex(name, bytes));
    }
  }

  static String hex(String digest, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(digest).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void zip(Path folder, Path zip) throws IOException {
    Path part = zip.resolveSibling(zip.getFileName() + ".part");
    try (Stream<Path> walk = Files.walk(folder);
        OutputStream out = Files.newOutputStream(part);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        ZipEntry entry = new ZipEntry(folder.relativize(file).toString().replace('\\', '/'));
        entry.setTime(TIME);
        entries.putNextEntry(entry);
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
    Files.move(part, zip, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> walk = Files.walk(folder)) {
        for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
