package dev.filip.curate;

import dev.filip.io.Digests;
import dev.filip.io.Outputs;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The perceptual hashes of an evaluation set, kept for a run; a file, which appears when it is
 * whole.
 *
 * @param file where they lie
 */
record LeakHashes(Path file) {
  /** One picture's. */
  record One(String key, long bits) {}

  /**
   * Those of a source in a folder.
   *
   * @param source its name and shape: another shape is another file
   */
  static LeakHashes of(Path folder, String source) {
    String name = Digests.sha256(source.getBytes(StandardCharsets.UTF_8));
    return new LeakHashes(folder.resolve(name + ".hashes"));
  }

  boolean isThere() {
    return Files.isRegularFile(file);
  }

  void write(List<One> hashes) throws IOException {
    Outputs.file(
        file,
        fresh -> {
          try (DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
            out.writeInt(hashes.size());
            for (One one : hashes) {
              byte[] key = one.key.getBytes(StandardCharsets.UTF_8);
              out.writeLong(one.bits);
              out.writeInt(key.length);
              out.write(key);
            }
          }
        });
  }

  /** In the source's order. */
  List<One> read() throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      int count = in.readInt();
      List<One> hashes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        long bits = in.readLong();
        byte[] key = in.readNBytes(in.readInt());
        hashes.add(new One(new String(key, StandardCharsets.UTF_8), bits));
      }
      return hashes;
    }
  }
}
