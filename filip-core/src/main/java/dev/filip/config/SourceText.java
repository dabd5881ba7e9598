package dev.filip.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A source as text; {@code {source: S, split: T}} is another way to write {@code S#T}. */
final class SourceText {
  /** Text, or the map. */
  static final Type<String> TYPE =
      Type.of(
          "source",
          (node, _) ->
              node.node().isObject()
                  ? joined(node, List.of("source")).required("source").text()
                  : node.text(),
          TextNode::valueOf);

  private SourceText() {}

  /** The map with the split as a part of its source. */
  static ConfigNode joined(ConfigNode map, List<String> keys) {
    List<String> allowed = Stream.concat(keys.stream(), Stream.of("split")).toList();
    Optional<ConfigNode> split = map.map(allowed).at("split");
    if (split.isEmpty()) {
      return map;
    }
    ObjectNode other = map.node().deepCopy();
    other.remove("split");
    other.put("source", map.required("source").text() + "#" + split.get().text());
    return new ConfigNode(map.path(), other);
  }
}
