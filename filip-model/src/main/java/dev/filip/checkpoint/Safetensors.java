package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.folder.Dtype;
import dev.filip.folder.SafetensorsFile;
import dev.filip.folder.TensorInfo;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A safetensors file as tensors: {@link SafetensorsFile} for reading, of which tensors are copied
 * out; close it after. Reading is thread-safe.
 */
public final class Safetensors implements AutoCloseable {
  private final SafetensorsFile file;

  private Safetensors(SafetensorsFile file) {
    this.file = file;
  }

  /** Opens and checks; anything wrong is {@link BadInput} naming file, tensor and reason. */
  @SuppressWarnings("MustBeClosedChecker") // closed with this
  public static Safetensors open(Path file) {
    return of(SafetensorsFile.open(file));
  }

  /** Of an open file, which is closed with it. */
  static Safetensors of(SafetensorsFile file) {
    return new Safetensors(file);
  }

  /** Tensors by name, in the header's order. */
  public Map<String, TensorInfo> tensors() {
    return file.tensors();
  }

  /** The string map of the header. */
  public Map<String, String> metadata() {
    return file.metadata();
  }

  /** A copy of a tensor in its own dtype, on the CPU, owned by the calling thread's scope. */
  public Tensor tensor(String name) {
    TensorInfo info = file.info(name);
    Tensor tensor = Tensors.empty(TorchTypes.of(info.dtype()), info.shape());
    MemorySegment bytes = file.bytes(info);
    if (bytes.byteSize() > 0) {
      MemorySegment.copy(bytes, 0, Tensors.bytes(tensor), 0, bytes.byteSize());
    }
    return tensor;
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    file.close();
  }

  /**
   * Writes tensors (any device and stride) beside {@code file} and renames, so that a reader never
   * sees half of it. The larger number types come first, which keeps all data aligned.
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
    order.sort(Comparator.comparingInt(e -> -TorchTypes.of(e.getValue().scalar_type()).bytes()));
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
      Dtype dtype = TorchTypes.of(tensor.scalar_type());
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
