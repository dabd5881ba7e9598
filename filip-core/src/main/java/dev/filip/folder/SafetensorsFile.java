package dev.filip.folder;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file, mapped: u64 little-endian header length, JSON header, raw little-endian data.
 * Reading is thread-safe; after {@link #close} nothing of it may be read.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final long MAX_HEADER = 100_000_000;

  private static final ValueLayout.OfFloat FLOATS =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLES =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORTS =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final SafetensorsHeader header;
  private final Arena arena;
  private final MemorySegment data;
  private final @Nullable FileState state;

  private SafetensorsFile(
      Path file,
      SafetensorsHeader header,
      Arena arena,
      MemorySegment data,
      @Nullable FileState state) {
    this.file = file;
    this.state = state;
    this.header = header;
    this.arena = arena;
    this.data = data;
  }

  /** Opens and checks; anything wrong is {@link BadInput} naming file, tensor and reason. */
  @SuppressWarnings("MustBeClosedChecker") // the arena is closed with the file
  public static SafetensorsFile open(Path file) {
    Arena arena = Arena.ofShared();
    FileState before = FileState.of(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long length = headerLength(file, channel, size);
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      byte[] json = all.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
      MemorySegment data = all.asSlice(8 + length);
      SafetensorsHeader header = SafetensorsHeader.parse(file, json, data.byteSize());
      FileState state = Objects.equals(before, FileState.of(file)) ? before : null;
      return new SafetensorsFile(file, header, arena, data, state);
    } catch (NoSuchFileException e) {
      arena.close();
      throw new BadInput(file + ": there is no such file", e);
    } catch (IOException e) {
      arena.close();
      throw new BadInput("cannot read " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static long headerLength(Path file, FileChannel channel, long size) throws IOException {
    ByteBuffer first = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    if (size < 8 || channel.read(first, 0) < 8) {
      throw new BadInput(file + ": " + size + " bytes are no safetensors file");
    }
    long length = first.getLong(0);
    if (length < 2 || length > MAX_HEADER || length > size - 8) {
      throw new BadInput(
          file
              + ": a header of "
              + Long.toUnsignedString(length)
              + " bytes in a file of "
              + size
              + ": truncated or no safetensors file");
    }
    return length;
  }

  /** What was mapped, as the system told it before and after; null where that is not known. */
  @Nullable FileState state() {
    return state;
  }

  /** Tensors by name, in the header's order. */
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(header.tensors());
  }

  /** The string map of the header. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** What is known of a tensor; one that is not there is {@link BadInput}. */
  public TensorInfo info(String name) {
    TensorInfo info = header.tensors().get(name);
    if (info == null) {
      throw new BadInput(file + ": tensor " + name + ": it is missing");
    }
    return info;
  }

  /** The bytes of a tensor where they lie, read-only. */
  public MemorySegment bytes(TensorInfo info) {
    return data.asSlice(info.begin(), info.end() - info.begin());
  }

  /**
   * A copy of a tensor of a floating type as floats, row by row.
   *
   * @throws BadInput where it is missing, of another type, or holds a number that is not finite
   */
  public float[] floats(String name) {
    TensorInfo info = info(name);
    int count = Math.toIntExact(info.count());
    float[] values = new float[count];
    read(info, 0, values);
    return values;
  }

  /**
   * The same of a part: as many numbers as fit, from number {@code from} on.
   *
   * @param to filled
   */
  public void read(TensorInfo info, long from, float[] to) {
    MemorySegment bytes = bytes(info);
    switch (info.dtype()) {
      case F32 -> MemorySegment.copy(bytes, FLOATS, from * Float.BYTES, to, 0, to.length);
      case F64 -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = (float) bytes.getAtIndex(DOUBLES, from + i);
        }
      }
      case F16 -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = Float.float16ToFloat(bytes.getAtIndex(SHORTS, from + i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = Float.intBitsToFloat(bytes.getAtIndex(SHORTS, from + i) << 16);
        }
      }
      default ->
          throw new BadInput(
              file + ": tensor " + info.name() + ": must hold floats, got " + info.dtype());
    }
    for (float value : to) {
      if (!Float.isFinite(value)) {
        throw new BadInput(
            file + ": tensor " + info.name() + ": holds numbers that are not finite");
      }
    }
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }
}
