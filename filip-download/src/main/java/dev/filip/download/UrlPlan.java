package dev.filip.download;

import dev.filip.data.UrlTable;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The rows of a table, counted, and which of them repeat a URL of an earlier one: one bit a row is
 * held. Exact: URLs are compared by 128 bits of their SHA-256, which are dealt to files by their
 * first bits, and each file is looked through by itself. Immutable once made.
 */
final class UrlPlan {
  private static final int BUCKETS = 256;
  private static final int BYTES = 24;
  private static final int MAGIC = 0x46555031;

  private final List<Integer> rows;
  private final List<BitSet> repeated;

  private UrlPlan(List<Integer> rows, List<BitSet> repeated) {
    this.rows = List.copyOf(rows);
    this.repeated = List.copyOf(repeated);
  }

  /** Rows of a part. */
  int rows(int part) {
    return rows.get(part);
  }

  /** Rows of all parts. */
  long rows() {
    return rows.stream().mapToLong(Integer::longValue).sum();
  }

  /** Whether an earlier row has the same URL. */
  boolean repeats(int part, int row) {
    return repeated.get(part).get(row);
  }

  /** Rows that repeat a URL. */
  long repeated() {
    return repeated.stream().mapToLong(BitSet::cardinality).sum();
  }

  /**
   * Reads a table once.
   *
   * @param scratch a folder to be made and removed: 24 bytes a row
   */
  static UrlPlan of(UrlTable table, Path scratch, Progress progress) throws IOException {
    Outputs.delete(scratch);
    List<Integer> rows = new ArrayList<>();
    List<BitSet> repeated = new ArrayList<>();
    try (Buckets buckets = new Buckets(scratch)) {
      for (int part = 0; part < table.parts().size(); part++) {
        int at = part;
        int[] count = {0};
        table.each(
            part,
            row -> {
              if (row.url() != null) {
                buckets.add(row.url(), at, count[0]);
              }
              count[0] = Math.addExact(count[0], 1);
              progress.step();
            });
        rows.add(count[0]);
        repeated.add(new BitSet());
      }
      buckets.mark(repeated);
    } finally {
      Outputs.delete(scratch);
    }
    UrlPlan plan = new UrlPlan(rows, repeated);
    BadInput.require(plan.rows() > 0, "table " + table.describe(), "no rows", "at least one");
    return plan;
  }

  /** Keeps it. */
  void write(Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeInt(rows.size());
    for (int part = 0; part < rows.size(); part++) {
      byte[] bits = repeated.get(part).toByteArray();
      out.writeInt(rows.get(part));
      out.writeInt(bits.length);
      out.write(bits);
    }
    Outputs.file(file, bytes.toByteArray());
  }

  /** Reads what {@link #write} kept. */
  static UrlPlan read(Path file) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)));
    BadInput.require(
        in.readInt() == MAGIC, file.toString(), "another file", "a plan of a download");
    int parts = in.readInt();
    List<Integer> rows = new ArrayList<>();
    List<BitSet> repeated = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      rows.add(in.readInt());
      repeated.add(BitSet.valueOf(in.readNBytes(in.readInt())));
    }
    return new UrlPlan(rows, repeated);
  }

  /** Hashes by their first byte, in files. */
  private static final class Buckets implements Closeable {
    private final Path folder;
    private final List<DataOutputStream> outs = new ArrayList<>();

    Buckets(Path folder) throws IOException {
      this.folder = Files.createDirectories(folder);
      for (int i = 0; i < BUCKETS; i++) {
        outs.add(new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file(i)))));
      }
    }

    private Path file(int i) {
      return folder.resolve(i + ".urls");
    }

    void add(String url, int part, int row) throws IOException {
      byte[] hash = Digests.sha256().digest(url.getBytes(StandardCharsets.UTF_8));
      DataOutputStream out = outs.get(hash[0] & 0xFF);
      out.write(hash, 0, 16);
      out.writeInt(part);
      out.writeInt(row);
    }

    void mark(List<BitSet> repeated) throws IOException {
      close();
      for (int i = 0; i < BUCKETS; i++) {
        mark(file(i), repeated);
        Files.delete(file(i));
      }
    }

    private static void mark(Path file, List<BitSet> repeated) throws IOException {
      int size = Math.toIntExact(Files.size(file) / BYTES);
      Seen seen = new Seen(size);
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
        byte[] record = new byte[BYTES];
        for (int i = 0; i < size; i++) {
          in.readFully(record);
          ByteBuffer fields = ByteBuffer.wrap(record);
          if (!seen.add(fields.getLong(), fields.getLong())) {
            repeated.get(fields.getInt()).set(fields.getInt());
          }
        }
      }
    }

    @Override
    public void close() throws IOException {
      for (DataOutputStream out : outs) {
        out.close();
      }
    }
  }

  /** A set of 128-bit values; no value is all zeros. */
  private static final class Seen {
    private final long[] high;
    private final long[] low;
    private final int mask;

    Seen(int most) {
      int slots = Integer.highestOneBit(Math.max(8, most)) << 2;
      this.high = new long[slots];
      this.low = new long[slots];
      this.mask = slots - 1;
    }

    /** Whether it was not there. */
    boolean add(long one, long other) {
      int at = (int) (one ^ other) & mask;
      while (high[at] != 0 || low[at] != 0) {
        if (high[at] == one && low[at] == other) {
          return false;
        }
        at = at + 1 & mask;
      }
      high[at] = one;
      low[at] = other;
      return true;
    }
  }
}
