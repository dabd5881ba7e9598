package dev.filip.interop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.OwnFolder;
import dev.filip.io.Reasons;
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
  private static final OwnFolder OWN =
      new OwnFolder(
          "filip export or import",
          List.of("config.json", "open_clip_config.json"),
          List.of(
              "preprocessor_config.json",
              "tokenizer.json",
              "vocab.json",
              "merges.txt",
              "tokenizer_config.json",
              "special_tokens_map.json",
              "model*.safetensors",
              "model.safetensors.index.json",
              "open_clip_model.safetensors",
              "{image,text}.onnx",
              "{image,text}.onnx.data",
              "{README,LICENSE,LICENCE,NOTICE}*"));

  /** Something of the model that is not in the export as such. */
  public record LeftOut(String what, String why) {}

  /**
   * Refuses an output that an export or an import must not replace: what neither wrote, or the
   * model that is read.
   */
  public static void requireFree(Path out, Path from, boolean force) {
    OWN.requireFree(out, force);
    try {
      if (Files.exists(out) && Files.exists(from) && Files.isSameFile(out, from)) {
        throw new BadInput("output " + out + " is the model that is read: give another name");
      }
    } catch (IOException e) {
      throw new BadInput("cannot look at output " + out + ": " + Reasons.of(e), e);
    }
  }

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
