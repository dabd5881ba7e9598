package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A safetensors file: u64 little-endian header length, JSON header padded with spaces to 8 bytes,
 * raw little-endian data. Opened by mapping, tensors are copied out; close it after. Reading is
 * thread-safe.
 */
public final class Safetensors implements AutoCloseable {
  private static final long MAX_HEADER = 100_000_000;

  private final Path file;
  private final SafetensorsHeader header;
  private final Arena arena;
  private final MemorySegment data;

  private Safetensors(Path file, SafetensorsHeader header, Arena arena, MemorySegment data) {
    this.file = file;
    this.header = header;
    this.arena = arena;
    this.data = data;
  }

  /** Opens and checks; anything wrong is {@link BadInput} naming file, tensor and reason. */
  @SuppressWarnings("MustBeClosedChecker") // the arena is closed with the file
  public static Safetensors open(Path file) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long length = headerLength(file, channel, size);
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      byte[] json = all.asSlice(8, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      MemorySegment data = all.asSlice(8 + length);
      SafetensorsHeader header = SafetensorsHeader.parse(file, json, data.byteSize());
      return new Safetensors(file, header, arena, data);
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

  /** Tensors by name, in the header's order. */
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(header.tensors());
  }

  /** The string map of the header. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** A copy of a tensor in its own dtype, on the CPU, owned by the calling thread's scope. */
  public Tensor tensor(String name) {
    TensorInfo info = header.tensors().get(name);
    if (info == null) {
      throw new BadInput(file + ": tensor " + name + ": it is missing");
    }
    Tensor tensor = Tensors.empty(info.dtype().type(), info.shape());
    long size = info.end() - info.begin();
    if (size > 0) {
      MemorySegment.copy(data, info.begin(), Tensors.bytes(tensor), 0, size);
    }
    return tensor;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }

  /**
   * Writes tensors (any device and stride) beside {@code file} and renames, so that a reader never
   * sees half of it. The larger number types come first, which keeps all data aligned.
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
    order.sort(Comparator.comparingInt(e -> -Dtype.of(e.getValue().scalar_type()).bytes()));
    Path fresh =
        file.resolveSibling("." + file.getFileName() + ".tmp-" + ProcessHandle.current().pid());
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        Tensors.write(channel, ByteBuffer.wrap(header(order, metadata)));
        for (Map.Entry<String, Tensor> entry : order) {
          Tensors.write(channel, entry.getValue());
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      Outputs.delete(fresh);
      throw e;
    }
  }

  private static byte[] header(
      List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) {
    ObjectNode root = Json.object();
    if (!metadata.isEmpty()) {
      ObjectNode node = root.putObject("__metadata__");
      metadata.forEach(node::put);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> entry : tensors) {
      Tensor tensor = entry.getValue();
      Dtype dtype = Dtype.of(tensor.scalar_type());
      long end = at + tensor.numel() * dtype.bytes();
      ObjectNode node = root.putObject(entry.getKey()).put("dtype", dtype.name());
      ArrayNode shape = node.putArray("shape");
      Arrays.stream(Tensors.shape(tensor)).forEach(shape::add);
      node.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] json = Json.line(root).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    byte[] bytes = new byte[8 + padded];
    Arrays.fill(bytes, (byte) ' ');
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    return bytes;
  }
}
