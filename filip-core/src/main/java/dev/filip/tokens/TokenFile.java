package dev.filip.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.TokenHeader.Section;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Tokens in a file, mapped: rows, offsets, keys and, where the file has them, global rows. Opening
 * checks header, offsets, keys and provenance; rows are as they lie until {@link #verify} reads all
 * of them. The bytes are in docs/FORMATS.md, the writer is {@link TokenWriter}. A file is replaced,
 * never changed in place: cutting it while it is mapped would end the process. Safe for any thread
 * until closed; then its tokens cannot be read.
 */
public final class TokenFile implements Closeable {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** What items are. */
  public enum Kind {
    IMAGES,
    TEXTS
  }

  /**
   * What a file holds, and of which encoder: vectors of two encoders do not compare.
   *
   * @param d width
   * @param globals whether there is a global row an item
   * @param encoder SHA-256 in hex over all that makes the vectors
   * @param preprocessing SHA-256 in hex over how what is encoded is prepared
   */
  public record About(
      Kind kind, Tokens.Type type, int d, boolean globals, String encoder, String preprocessing) {
    public About {
      if (d < 1 || !encoder.matches("[0-9a-f]{64}") || !preprocessing.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "width must be at least 1 and fingerprints 64 hex digits, got "
                + d
                + ", "
                + encoder
                + ", "
                + preprocessing);
      }
    }

    /** Whether vectors of both may stand in one store, whatever their kind. */
    boolean fits(About other) {
      return new About(other.kind, type, d, globals, encoder, preprocessing).equals(other);
    }
  }

  private final Path file;
  private final Arena arena;
  private final MemorySegment all;
  private final TokenHeader header;
  private final Tokens tokens;
  private final @Nullable Tokens globals;
  private final JsonNode provenance;

  private TokenFile(Path file, Arena arena, MemorySegment all) {
    this.file = file;
    this.arena = arena;
    this.all = all;
    ByteBuffer first = ByteBuffer.allocate(TokenHeader.SIZE);
    long some = Math.min(all.byteSize(), TokenHeader.SIZE);
    MemorySegment.copy(all, 0, MemorySegment.ofBuffer(first), 0, some);
    header = TokenHeader.read(file, first.limit((int) some), all.byteSize());
    sums();
    check(Section.OFFSETS);
    check(Section.KEYS);
    check(Section.PROVENANCE);
    tokens = tokens();
    globals =
        header.globals()
            ? Tokens.uniform(section(Section.GLOBALS), header.type(), header.d(), 1, size())
            : null;
    byte[] json = section(Section.PROVENANCE).toArray(ValueLayout.JAVA_BYTE);
    provenance = Json.parse(new String(json, StandardCharsets.UTF_8));
  }

  /**
   * Maps a file.
   *
   * @throws BadInput for one that is damaged, cut off, of another version or no token file
   */
  @SuppressWarnings("MustBeClosedChecker") // the file closes the arena
  public static TokenFile open(Path file) throws IOException {
    requireLittleEndian();
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new TokenFile(file, arena, all);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  static void requireLittleEndian() {
    BadInput.require(
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
        "byte order of this machine",
        ByteOrder.nativeOrder(),
        "little endian, as token files are");
  }

  private MemorySegment section(Section section) {
    return all.asSlice(header.start(section), header.bytes(section));
  }

  private Tokens tokens() {
    MemorySegment offsets = section(Section.OFFSETS);
    int[] length = new int[(int) header.items()];
    for (int i = 0; i < length.length; i++) {
      long from = offsets.get(LONG, (long) i * Long.BYTES);
      long tokens = offsets.get(LONG, (i + 1L) * Long.BYTES) - from;
      if (tokens < 1 || tokens > Integer.MAX_VALUE || i == 0 && from != 0) {
        throw new BadInput(file + ": item " + i + " has " + tokens + " tokens from " + from);
      }
      length[i] = (int) tokens;
    }
    return Tokens.packed(section(Section.ROWS), header.type(), header.d(), length);
  }

  /** What it holds. */
  public About about() {
    return new About(
        header.kind(),
        header.type(),
        header.d(),
        header.globals(),
        header.encoder(),
        header.preprocessing());
  }

  /** Items. */
  public int size() {
    return (int) header.items();
  }

  /** Bytes on disk. */
  public long bytes() {
    return all.byteSize();
  }

  /** The rows where they lie. */
  public Tokens rows() {
    return tokens;
  }

  /** With the global rows, which the file must have. */
  public Encoded encoded() {
    if (globals == null) {
      throw new BadInput(file + " has no global rows");
    }
    return new Encoded(tokens, globals);
  }

  /** What the writer said beside. */
  public JsonNode provenance() {
    return provenance;
  }

  /** The name of item i. */
  public String key(int i) {
    long at = header.start(Section.KEYS) + (long) Objects.checkIndex(i, size()) * Long.BYTES;
    long text = header.start(Section.KEYS) + (size() + 1L) * Long.BYTES;
    long from = all.get(LONG, at);
    long length = all.get(LONG, at + Long.BYTES) - from;
    if (from < 0 || length < 0 || from + length > header.start(Section.PROVENANCE) - text) {
      throw new BadInput(file + ": key " + i + " is not where it must be");
    }
    byte[] key = all.asSlice(text + from, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(key, StandardCharsets.UTF_8);
  }

  /** All names, in order; made anew. */
  public List<String> keys() {
    return IntStream.range(0, size()).mapToObj(this::key).toList();
  }

  /**
   * Reads all of it against its sums.
   *
   * @throws BadInput that names the section and the offset, to a MiB, of what is not as written
   */
  public void verify() {
    for (Section section : Section.values()) {
      if (section != Section.SUMS) {
        check(section);
      }
    }
  }

  private void check(Section section) {
    long block = 0;
    for (int s = 0; s < section.ordinal(); s++) {
      block += TokenHeader.blocks(header.bytes(Section.values()[s]));
    }
    MemorySegment sums = section(Section.SUMS);
    long end = header.start(section) + header.bytes(section);
    for (long at = header.start(section); at < end; at += TokenHeader.BLOCK, block++) {
      long some = Math.min(TokenHeader.BLOCK, end - at);
      if (sum(at, some) != sums.get(INT, block * Integer.BYTES)) {
        throw damaged(section, at, some);
      }
    }
  }

  /** The sums have one of their own, in the header. */
  private void sums() {
    long start = header.start(Section.SUMS);
    long bytes = header.bytes(Section.SUMS);
    if (sum(start, bytes) != header.sums()) {
      throw damaged(Section.SUMS, start, bytes);
    }
  }

  private BadInput damaged(Section section, long at, long bytes) {
    return new BadInput(
        file
            + " is damaged: section "
            + TokenHeader.word(section)
            + ", offset "
            + at
            + " to "
            + (at + bytes - 1));
  }

  private int sum(long at, long bytes) {
    CRC32C sum = new CRC32C();
    for (long done = 0; done < bytes; done += TokenHeader.BLOCK) {
      long some = Math.min(TokenHeader.BLOCK, bytes - done);
      sum.update(all.asSlice(at + done, some).asByteBuffer());
    }
    return (int) sum.getValue();
  }

  /** Unmaps it. */
  @Override
  public void close() {
    arena.close();
  }
}
