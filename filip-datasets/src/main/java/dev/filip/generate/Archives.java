package dev.filip.generate;

import dev.filip.io.BadInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads files out of archives into memory; nothing is ever unpacked to a disk. */
final class Archives {
  private static final int LARGEST_FILE = 64 << 20;
  private static final long LARGEST_SUM = 1L << 30;

  private Archives() {}

  /** Sees each file of an archive. */
  interface Visitor {
    void file(String name, InputStream content) throws IOException;

    /** A symbolic link; by default not looked at. */
    default void link(String name, String target) {}
  }

  /** The wanted regular files of a {@code .tgz} by name, in its order. */
  static SequencedMap<String, byte[]> readTgz(Path tgz, Predicate<String> wanted) {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    try (InputStream in =
        new GZIPInputStream(new BufferedInputStream(Files.newInputStream(tgz)), 1 << 16)) {
      long[] sum = {0};
      visitTar(
          in,
          (name, content) -> {
            if (wanted.test(name)) {
              byte[] bytes = bounded(name, content);
              sum[0] += bytes.length;
              if (sum[0] > LARGEST_SUM) {
                throw new IOException("holds more than 1 GiB of wanted files");
              }
              files.put(name, bytes);
            }
          });
    } catch (IOException e) {
      throw new BadInput(tgz + " cannot be read as .tgz: " + e.getMessage(), e);
    }
    return files;
  }

  /** Each regular file and symbolic link of an uncompressed tar. */
  static void visitTar(InputStream tar, Visitor visitor) throws IOException {
    TarArchiveInputStream in = new TarArchiveInputStream(tar);
    for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
      if (entry.isSymbolicLink()) {
        visitor.link(entry.getName(), entry.getLinkName());
      } else if (entry.isFile() && !entry.isLink()) {
        visitor.file(entry.getName(), in);
      }
    }
  }

  /** All of a file, which must not be larger than 64 MiB. */
  static byte[] bounded(String name, InputStream content) throws IOException {
    byte[] bytes = content.readNBytes(LARGEST_FILE + 1);
    if (bytes.length > LARGEST_FILE) {
      throw new IOException(name + " is larger than 64 MiB");
    }
    return bytes;
  }
}
