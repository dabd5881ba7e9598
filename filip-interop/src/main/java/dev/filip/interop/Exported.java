package dev.filip.interop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What an export wrote.
 *
 * @param to the form, as {@code --to} spells it
 * @param files bytes by name, names in order
 * @param tensors in the weights' files
 * @param opset ONNX's operator set, for ONNX
 * @param leftOut what the form has no place for
 * @param note one line for the user: what it is, or how it is opened
 */
public record Exported(
    String to,
    Path path,
    Map<String, Long> files,
    int tensors,
    OptionalInt opset,
    List<LeftOut> leftOut,
    String note) {
  /** Something of the model that is not in the export as such. */
  public record LeftOut(String what, String why) {}

  /** Looks what lies in the finished folder. */
  static Exported of(
      String to, Path path, int tensors, OptionalInt opset, List<LeftOut> leftOut, String note)
      throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(path)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return new Exported(to, path, files, tensors, opset, List.copyOf(leftOut), note);
  }

  /** Bytes of all files. */
  public long bytes() {
    return files.values().stream().mapToLong(Long::longValue).sum();
  }

  /** All of it. */
  public ObjectNode toJson() {
    ObjectNode root = Json.object().put("to", to).put("path", path.toString());
    ObjectNode sizes = root.putObject("files");
    files.forEach(sizes::put);
    root.put("bytes", bytes()).put("tensors", tensors);
    opset.ifPresent(number -> root.put("opset", number));
    ArrayNode left = root.putArray("left_out");
    leftOut.forEach(one -> left.addObject().put("what", one.what()).put("why", one.why()));
    return root.put("note", note);
  }

  /** A few lines for people. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    files.forEach(
        (name, bytes) -> text.append(String.format(Locale.ROOT, "%,13d  %s%n", bytes, name)));
    leftOut.forEach(
        one -> text.append(String.format(Locale.ROOT, "%s: %s%n", one.what(), one.why())));
    text.append(
        String.format(Locale.ROOT, "%s: %,d tensors, %,d bytes: %s", to, tensors, bytes(), path));
    return text.toString();
  }
}
