package dev.filip.curate;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts texts exactly in bounded memory: hashes are dealt to files by their first bits, and each
 * file is counted by itself. What is held in the end are the texts that come too often. Used by one
 * thread.
 */
final class TextCounts implements Closeable {
  private static final int BYTES = 16;

  private final Path folder;
  private final List<DataOutputStream> parts = new ArrayList<>();
  private final int bits;

  /**
   * @param folder to be made and, at the end, removed by the caller
   * @param texts about how many come
   * @param each texts counted at once; their hashes are held
   */
  TextCounts(Path folder, long texts, int each) throws IOException {
    this.folder = Files.createDirectories(folder);
    int wanted = Math.clamp(Math.ceilDiv(texts, (long) each), 1, 1 << 10);
    this.bits = 32 - Integer.numberOfLeadingZeros(wanted - 1);
    for (int i = 0; i < 1 << bits; i++) {
      parts.add(new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part(i)))));
    }
  }

  private Path part(int i) {
    return folder.resolve(i + ".texts");
  }

  /** Counts one occurrence. */
  void add(TextHash text) throws IOException {
    DataOutputStream out = parts.get(bits == 0 ? 0 : (int) (text.high() >>> 64 - bits));
    out.writeLong(text.high());
    out.writeLong(text.low());
  }

  /** The texts that came more than {@code most} times, with how often. */
  Map<TextHash, Integer> above(int most) throws IOException {
    close();
    Map<TextHash, Integer> above = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      count(part(i), most, above);
    }
    return above;
  }

  private static void count(Path part, int most, Map<TextHash, Integer> above) throws IOException {
    int size = Math.toIntExact(Files.size(part) / BYTES);
    TextHash[] all = new TextHash[size];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(part)))) {
      for (int i = 0; i < size; i++) {
        all[i] = new TextHash(in.readLong(), in.readLong());
      }
    }
    Arrays.sort(all);
    for (int from = 0; from < size; ) {
      int to = from;
      while (to < size && all[to].equals(all[from])) {
        to++;
      }
      if (to - from > most) {
        above.put(all[from], to - from);
      }
      from = to;
    }
  }

  @Override
  public void close() throws IOException {
    for (DataOutputStream part : parts) {
      part.close();
    }
  }
}
