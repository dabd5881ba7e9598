package dev.filip.onnx;

import dev.filip.io.ProtoBytes;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a graph as an ONNX file ({@code ModelProto}). Constants are streamed: no more than one is
 * in memory at a time. A protobuf message cannot pass 2 GB; beyond a limit the larger constants go
 * into a file beside, as ONNX's external data.
 */
final class OnnxFile {
  /** The operator set all our graphs need: the first with LayerNormalization. */
  static final int OPSET = 17;

  /** Bytes of constants up to which they lie inside. */
  static final long INSIDE = 2_000_000_000L;

  private static final int IR_VERSION = 8;
  private static final int SMALL = 1024;
  private static final int PAGE = 4096;

  private final OnnxGraph graph;
  private final Map<String, String> properties;

  /**
   * A file of one graph.
   *
   * @param properties {@code metadata_props}
   */
  OnnxFile(OnnxGraph graph, Map<String, String> properties) {
    this.graph = graph;
    this.properties = properties;
  }

  /**
   * Writes {@code file} and, where the constants have more bytes than {@code limit}, {@code
   * file.data} beside it.
   *
   * @return whether there is such a file
   */
  boolean write(Path file, long limit) throws IOException {
    boolean outside = graph.tensors().stream().mapToLong(OnnxGraph.OnnxTensor::bytes).sum() > limit;
    ProtoBytes small = new ProtoBytes();
    List<OnnxGraph.OnnxTensor> inside = new ArrayList<>(graph.tensors());
    if (outside) {
      Path data = file.resolveSibling(file.getFileName() + ".data");
      inside.removeIf(tensor -> tensor.bytes() < SMALL);
      writeData(data, inside, small);
      inside = graph.tensors().stream().filter(t -> t.bytes() < SMALL).toList();
    }
    try (FileChannel channel = create(file)) {
      writeModel(channel, small, inside);
      channel.force(true);
    }
    return outside;
  }

  private void writeModel(FileChannel channel, ProtoBytes small, List<OnnxGraph.OnnxTensor> inside)
      throws IOException {
    List<ProtoBytes> heads = new ArrayList<>();
    long length = (long) graph.message().size() + small.size();
    for (OnnxGraph.OnnxTensor tensor : inside) {
      ProtoBytes head = tensor.head().open(9, tensor.bytes());
      heads.add(new ProtoBytes().open(5, head.size() + tensor.bytes()));
      heads.add(head);
      length += heads.get(heads.size() - 2).size() + head.size() + tensor.bytes();
    }
    put(channel, model().open(7, length));
    put(channel, graph.message());
    put(channel, small);
    for (int i = 0; i < inside.size(); i++) {
      put(channel, heads.get(2 * i));
      put(channel, heads.get(2 * i + 1));
      inside.get(i).write(channel);
    }
  }

  private ProtoBytes model() {
    ProtoBytes model = new ProtoBytes().integer(1, IR_VERSION).text(2, "filip");
    model.message(8, new ProtoBytes().text(1, "").integer(2, OPSET));
    properties.forEach(
        (key, value) -> model.message(14, new ProtoBytes().text(1, key).text(2, value)));
    return model;
  }

  /** Writes {@code tensors} to a file of their own, each from a page's start. */
  private static void writeData(Path data, List<OnnxGraph.OnnxTensor> tensors, ProtoBytes graph)
      throws IOException {
    try (FileChannel channel = create(data)) {
      for (OnnxGraph.OnnxTensor tensor : tensors) {
        long at = (channel.position() + PAGE - 1) / PAGE * PAGE;
        channel.position(at);
        tensor.write(channel);
        ProtoBytes message = tensor.head();
        entry(message, "location", data.getFileName().toString());
        entry(message, "offset", Long.toString(at));
        entry(message, "length", Long.toString(tensor.bytes()));
        graph.message(5, message.integer(14, 1));
      }
      channel.force(true);
    }
  }

  private static void entry(ProtoBytes tensor, String key, String value) {
    tensor.message(13, new ProtoBytes().text(1, key).text(2, value));
  }

  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static void put(FileChannel channel, ProtoBytes bytes) throws IOException {
    Tensors.write(channel, ByteBuffer.wrap(bytes.array()));
  }
}
