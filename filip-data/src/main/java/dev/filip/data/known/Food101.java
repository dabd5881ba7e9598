package dev.filip.data.known;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Food-101: {@code food-101/images/CLASS/ID.jpg} by {@code meta/train.json} and {@code test.json},
 * in the order of these files; classes in plain order. {@code meta/labels.txt} has readable names.
 */
final class Food101 extends Layout {
  private static final String INNER = "food-101";

  Food101() {
    super("food101");
  }

  @Override
  List<String> splits() {
    return List.of("train", "test");
  }

  @Override
  String judged(Path root) {
    return "test";
  }

  @Override
  String trained(Path root) {
    return "train";
  }

  private static boolean isIt(Path folder) {
    return Files.exists(folder.resolve("meta/train.json"))
        || Files.exists(folder.resolve("meta/test.json"));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, Food101::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = Places.inner(name(), root, INNER, Food101::isIt, "meta/" + split + ".json");
    Path file = Places.file(name(), base.resolve("meta/" + split + ".json"), base);
    Path images = Places.folder(name(), base.resolve("images"), base);
    JsonNode lists = Json.read(file);
    BadInput.require(lists.isObject(), file.toString(), "something else", "a map of lists");
    List<String> classes = lists.propertyStream().map(Map.Entry::getKey).sorted().toList();
    Map<String, Integer> labels = new HashMap<>();
    classes.forEach(name -> labels.put(name, labels.size()));
    FileItems items = new FileItems(images, INNER + "/images/");
    for (Map.Entry<String, JsonNode> one : lists.properties()) {
      int label = labels.getOrDefault(one.getKey(), -1);
      for (JsonNode path : one.getValue()) {
        items.add(path.asText() + ".jpg", label);
      }
    }
    return new KnownSet(name(), split, readable(base, classes), classes, items);
  }

  /** {@code labels.txt}, a line for each of {@code classes.txt} or of the classes. */
  private static List<String> readable(Path base, List<String> classes) {
    Path file = base.resolve("meta/labels.txt");
    if (!Files.exists(file)) {
      return ClassNames.spaced(classes);
    }
    Path order = base.resolve("meta/classes.txt");
    List<String> raw = Files.exists(order) ? Places.lines(order) : classes;
    List<String> lines = Places.lines(file);
    BadInput.require(
        lines.size() == raw.size(),
        file.toString(),
        lines.size() + " lines",
        "a line for each of the " + raw.size() + " classes");
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < raw.size(); i++) {
      names.put(raw.get(i), lines.get(i));
    }
    return ClassNames.readable(names, classes);
  }
}
