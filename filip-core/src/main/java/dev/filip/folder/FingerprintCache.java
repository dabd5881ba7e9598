package dev.filip.folder;

import dev.filip.io.Digests;
import dev.filip.io.NativeCache;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fingerprints of weights that were read before, so that a short command need not read them again.
 * One is taken only for the very file as it was then ({@link FileState}), with the same config,
 * tokenizer and arithmetic; one of a file that changed in the last seconds is not kept, since a
 * further change might not show. The folder must be the user's own and closed to others. Whatever
 * is not so, or cannot be read or written, means reading the weights. Safe for any thread and
 * process.
 */
final class FingerprintCache {
  private static final String FORMAT = "filip-fingerprint/1";
  private static final int MOST = 256;

  private final Path folder;

  FingerprintCache(Path folder) {
    this.folder = folder;
  }

  /** The user's; none in a process that is not the command's own. */
  static Optional<FingerprintCache> ofUser() {
    return NativeCache.isTuned()
        ? Optional.of(
            new FingerprintCache(NativeCache.userCache().resolve("filip").resolve("fingerprints")))
        : Optional.empty();
  }

  /**
   * The fingerprint of a file.
   *
   * @param state as it was when it was mapped; null where that is not known
   * @param head names all else that counts
   * @param read reads the weights
   */
  String of(@Nullable FileState state, String head, Supplier<String> read) {
    if (state == null) {
      return read.get();
    }
    Path entry = folder.resolve(Digests.sha256(state.path() + "\n" + head) + ".txt");
    String first = FORMAT + " " + head + " " + state;
    String known = known(entry, first);
    if (known != null) {
      return known;
    }
    Instant begun = Instant.now();
    String fingerprint = read.get();
    if (state.isSettled(begun) && state.equals(FileState.of(state.path()))) {
      keep(entry, first, fingerprint);
    }
    return fingerprint;
  }

  private @Nullable String known(Path entry, String first) {
    try {
      if (!isOwn()) {
        return null;
      }
      List<String> lines = Files.readAllLines(entry);
      boolean whole =
          lines.size() == 3
              && lines.get(0).equals(first)
              && lines.get(2).equals(sum(first, lines.get(1)));
      return whole ? lines.get(1) : null;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private void keep(Path entry, String first, String fingerprint) {
    try {
      if (!Files.exists(folder)) {
        Files.createDirectories(folder.getParent());
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (isOwn()) {
        makeRoom();
        String text = first + "\n" + fingerprint + "\n" + sum(first, fingerprint) + "\n";
        Outputs.file(entry, text.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException | RuntimeException e) {
      return; // the next command reads the weights again
    }
  }

  private static String sum(String first, String fingerprint) {
    return Digests.sha256(first + "\n" + fingerprint);
  }

  /** Someone else's folder could name a fingerprint that is not the weights'. */
  private boolean isOwn() throws IOException {
    PosixFileAttributes said =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String open = PosixFilePermissions.toString(said.permissions()).substring(3);
    return said.isDirectory()
        && said.owner().getName().equals(System.getProperty("user.name"))
        && !open.contains("w");
  }

  private void makeRoom() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(folder)) {
      all = files.toList();
    }
    if (all.size() >= MOST) {
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    }
  }
}
