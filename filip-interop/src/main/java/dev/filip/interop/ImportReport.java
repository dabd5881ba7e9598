package dev.filip.interop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.io.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an import did.
 *
 * @param kind what the source was
 * @param files its weights: name to SHA-256
 * @param read tensors in the source
 * @param used those that became ours
 * @param written ours
 * @param leftOut theirs that did not, with the reason
 * @param fresh ours that are newly initialised, with the reason
 * @param trained the interaction the weights were trained with
 * @param notes facts about the conversion
 * @param warnings what has to be done or doubted
 */
public record ImportReport(
    ImportedFrom source,
    String kind,
    Map<String, String> files,
    Path out,
    ModelConfig config,
    int read,
    int used,
    int written,
    Map<String, String> leftOut,
    Map<String, String> fresh,
    Interaction trained,
    List<String> notes,
    List<String> warnings) {

  /** All of it. */
  public ObjectNode toJson() {
    ObjectNode root = Json.object().put("source", source.said()).put("kind", kind);
    source.addTo(root);
    root.set("files", strings(files));
    root.put("out", out.toString());
    root.putObject("tensors")
        .put("read", read)
        .put("converted", used)
        .put("left_out", leftOut.size())
        .put("written", written)
        .put("new", fresh.size())
        .put("missing", 0)
        .put("unexpected", 0);
    root.set("left_out", strings(leftOut));
    root.set("new", strings(fresh));
    root.putObject("activation")
        .put("vision", ImportOptions.Said.word(config.vision().blocks().activation()))
        .put("text", ImportOptions.Said.word(config.text().blocks().activation()));
    root.putObject("heads")
        .put("vision", config.vision().heads())
        .put("text", config.text().heads());
    root.put("embed_dim", config.embedDim());
    root.put("interaction", ImportOptions.Said.word(config.interaction()));
    root.put("trained_as", ImportOptions.Said.word(trained));
    root.put("text", ImportOptions.Said.word(config.textBehaviour()));
    root.put("pixels", ImportOptions.Said.word(config.pixelBehaviour()));
    notes.forEach(root.putArray("notes")::add);
    warnings.forEach(root.putArray("warnings")::add);
    return root;
  }

  /** The provenance for the {@code filip} block. */
  ObjectNode provenance() {
    ObjectNode root = Json.object().put("imported_from", kind);
    root.put("file", source.name());
    source.addTo(root);
    root.set("sha256", strings(files));
    root.put("trained_as", ImportOptions.Said.word(trained));
    root.putObject("tensors").put("read", read).put("converted", used);
    root.set("left_out", strings(reasons(leftOut)));
    root.set("new", strings(reasons(fresh)));
    return root;
  }

  private static ObjectNode strings(Map<String, String> map) {
    ObjectNode node = Json.object();
    map.forEach(node::put);
    return node;
  }

  /** Reasons with how many tensors each has. */
  private static Map<String, String> reasons(Map<String, String> named) {
    Map<String, Integer> counts = new TreeMap<>();
    named.values().forEach(reason -> counts.merge(reason, 1, Integer::sum));
    Map<String, String> said = new TreeMap<>();
    counts.forEach(
        (reason, count) -> said.put(reason, count + (count == 1 ? " tensor" : " tensors")));
    return said;
  }

  /** Lines for people. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    line(text, "source", kind + ": " + source.said());
    source.origin().forEach((key, value) -> line(text, key, value));
    line(
        text,
        "image tower",
        sizes(
                config.vision().width(),
                config.vision().layers(),
                config.vision().heads(),
                config.vision().blocks())
            + ", "
            + config.vision().imageSize()
            + " px, "
            + config.vision().patchSize()
            + "-px patches");
    line(
        text,
        "text tower",
        sizes(
                config.text().width(),
                config.text().layers(),
                config.text().heads(),
                config.text().blocks())
            + ", "
            + config.text().context()
            + " tokens of "
            + config.text().vocabularySize());
    line(text, "shared width", config.embedDim());
    line(
        text,
        "interaction",
        ImportOptions.Said.word(config.interaction())
            + " (trained "
            + ImportOptions.Said.word(trained)
            + ")");
    line(
        text,
        "follows",
        "text "
            + ImportOptions.Said.word(config.textBehaviour())
            + ", pixels "
            + ImportOptions.Said.word(config.pixelBehaviour()));
    line(
        text,
        "tensors",
        read
            + " read, "
            + used
            + " converted to "
            + (written - fresh.size())
            + " of ours, "
            + leftOut.size()
            + " left out, "
            + fresh.size()
            + " new");
    reasons(leftOut).forEach((reason, count) -> line(text, "left out", count + ": " + reason));
    reasons(fresh).forEach((reason, count) -> line(text, "new", count + ": " + reason));
    notes.forEach(note -> line(text, "note", note));
    warnings.forEach(warning -> line(text, "warning", warning));
    line(text, "model folder", out);
    return text.toString().stripTrailing();
  }

  private static String sizes(int width, int layers, int heads, BlockForm form) {
    return String.format(
        Locale.ROOT,
        "width %d, %d layers, %d heads, MLP %d with %s",
        width,
        layers,
        heads,
        form.intermediateSize(),
        ImportOptions.Said.word(form.activation()));
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(String.format(Locale.ROOT, "%-14s %s%n", key, value));
  }
}
