package dev.filip.data.known;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A table with a sample a line, of any size: the file is read once to count its rows, and then in
 * blocks of {@value #BLOCK}; of each only the place is kept. Of a packed file ({@code .gz}, {@code
 * .bz2}) blocks can be had one after the other; whoever goes back in it reads it from the start.
 * Thread-safe.
 */
final class LineTable implements Items {
  private static final int BLOCK = 256;

  private final Path root;
  private final Path file;
  private final Rows rows;
  private final Map<String, Integer> left = new TreeMap<>();
  private long[] offsets = new long[64];
  private long[] numbers = new long[64];
  private int size;
  private int blockNumber = -1;
  private List<Row> block = List.of();
  private @Nullable LineReader packed;
  private int packedRow;
  private long packedLine;

  /**
   * Counts its rows.
   *
   * @param root images of rows lie below
   */
  LineTable(Path root, Path file, Rows rows) {
    this.root = root;
    this.file = file;
    this.rows = rows;
    try (LineReader lines = open(0)) {
      count(lines);
    } catch (IOException e) {
      throw Places.unreadable(file, e);
    }
    if (size == 0) {
      throw new BadInput(file + ": has no row" + (left.isEmpty() ? "" : " of use: " + left()));
    }
  }

  /** What a line is. */
  interface Rows {
    /**
     * Reads a line. Thread-safe.
     *
     * @param number of the line, from 0
     */
    Row row(String line, long number);
  }

  /**
   * A line that was read.
   *
   * @param item null where it is left out
   * @param image where its image lies below the root, if it is there; empty for nowhere
   * @param why it is left out, in words for many
   */
  record Row(@Nullable Item item, String image, String why) {
    static Row of(Item item, String image) {
      return new Row(item, image, "");
    }

    static Row leftOut(String why) {
      return new Row(null, "", why);
    }
  }

  private boolean isPacked() {
    return file.toString().endsWith(".gz") || file.toString().endsWith(".bz2");
  }

  @SuppressWarnings("MustBeClosedChecker") // the reader closes it
  private LineReader open(long offset) throws IOException {
    InputStream in;
    if (isPacked()) {
      InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
      in =
          file.toString().endsWith(".gz")
              ? new GZIPInputStream(raw)
              : new BZip2CompressorInputStream(raw, true);
    } else {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      in = Channels.newInputStream(channel.position(offset));
    }
    return new LineReader(in, file.toString(), offset);
  }

  private void count(LineReader lines) throws IOException {
    long number = 0;
    long offset = 0;
    String line;
    while ((line = lines.next()) != null) {
      Row row = row(line, number);
      if (row.item() == null) {
        left.merge(row.why(), 1, Integer::sum);
      } else {
        if (size % BLOCK == 0) {
          remember(size / BLOCK, offset, number);
        }
        size++;
      }
      number++;
      offset = lines.offset();
    }
    left.remove("");
  }

  private Row row(String line, long number) {
    if (line.isBlank()) {
      return Row.leftOut("");
    }
    return rows.row(number == 0 && line.startsWith("\uFEFF") ? line.substring(1) : line, number);
  }

  private void remember(int index, long offset, long number) {
    if (index == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * index);
      numbers = Arrays.copyOf(numbers, 2 * index);
    }
    offsets[index] = offset;
    numbers[index] = number;
  }

  /** What was left out and how often, a line for each kind. */
  List<String> left() {
    return left.entrySet().stream()
        .map(e -> String.format(Locale.ROOT, "%,d %s left out", e.getValue(), e.getKey()))
        .toList();
  }

  @Override
  public int size() {
    return size;
  }

  private synchronized Row at(int index) throws IOException {
    int wanted = index / BLOCK;
    if (wanted != blockNumber) {
      block = isPacked() ? packedBlock(wanted) : plainBlock(wanted);
      blockNumber = wanted;
    }
    if (index % BLOCK >= block.size()) {
      throw new IOException(file + " has changed since it was counted");
    }
    return block.get(index % BLOCK);
  }

  private List<Row> plainBlock(int wanted) throws IOException {
    try (LineReader lines = open(offsets[wanted])) {
      long number = numbers[wanted];
      List<Row> read = new ArrayList<>();
      String line;
      while (read.size() < BLOCK && (line = lines.next()) != null) {
        Row row = row(line, number++);
        if (row.item() != null) {
          read.add(row);
        }
      }
      return read;
    }
  }

  private List<Row> packedBlock(int wanted) throws IOException {
    LineReader lines = packed;
    if (lines == null || packedRow > wanted * BLOCK) {
      if (lines != null) {
        lines.close();
      }
      lines = open(0);
      packed = lines;
      packedRow = 0;
      packedLine = 0;
    }
    List<Row> read = new ArrayList<>();
    String line;
    while (read.size() < BLOCK && (line = lines.next()) != null) {
      Row row = row(line, packedLine++);
      if (row.item() != null && packedRow++ >= wanted * BLOCK) {
        read.add(row);
      }
    }
    return read;
  }

  @Override
  public Item item(int index) throws IOException {
    if (at(index).item() instanceof Item item) {
      return item;
    }
    throw new IllegalStateException("a row of use without a sample");
  }

  @Override
  public byte[] image(int index) throws IOException {
    String image = at(index).image();
    if (image.isEmpty()) {
      throw new NoSuchFileException(item(index).key());
    }
    return Files.readAllBytes(root.resolve(image));
  }

  @Override
  public long bytes(int index) throws IOException {
    String image = at(index).image();
    Path place = root.resolve(image);
    return image.isEmpty() || !Files.exists(place) ? -1 : Files.size(place);
  }

  @Override
  public void shape(MessageDigest digest) throws IOException {
    Digests.add(digest, String.valueOf(file.getFileName()));
    Digests.add(digest, Long.toString(Files.size(file)));
    Digests.add(digest, Integer.toString(size));
  }
}
