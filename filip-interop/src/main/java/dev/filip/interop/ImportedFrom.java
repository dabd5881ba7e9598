package dev.filip.interop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the source of an import lies, and where it came from.
 *
 * @param path file or folder that is read
 * @param said the user's name for it
 * @param origin facts such as hub, model, revision and commit, in order; empty for what was local
 */
public record ImportedFrom(Path path, String said, Map<String, String> origin) {
  /** A local file or folder. */
  public static ImportedFrom of(Path path) {
    return new ImportedFrom(path, path.toString(), Map.of());
  }

  /** The last name of a local source, the whole name of another. */
  String name() {
    return origin.isEmpty() ? path.getFileName().toString() : said;
  }

  /** Puts the facts into a document, where there are any. */
  void addTo(ObjectNode root) {
    if (!origin.isEmpty()) {
      ObjectNode node = Json.object();
      origin.forEach(node::put);
      root.set("origin", node);
    }
  }
}
