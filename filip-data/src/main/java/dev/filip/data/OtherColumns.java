package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Columns of a text table beside image and caption, by image, packed; of several rows of one image
 * the first counts. A column all of whose values are numbers has numbers, one of true and false
 * booleans; an empty field is none. Reading is thread-safe once nothing is added.
 */
final class OtherColumns {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
  private static final Pattern BOOLEAN = Pattern.compile("(?i)true|false");

  private final List<String> names = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();
  private final PackedTexts rows = new PackedTexts();
  private final boolean[] numbers;
  private final boolean[] booleans;

  /**
   * @param image the column that is not one of these, as is {@code caption}
   */
  OtherColumns(List<String> header, int image, int caption) {
    for (int i = 0; i < header.size(); i++) {
      if (i != image && i != caption && !header.get(i).isEmpty()) {
        names.add(header.get(i));
        places.add(i);
      }
    }
    numbers = new boolean[names.size()];
    booleans = new boolean[names.size()];
    Arrays.fill(numbers, true);
    Arrays.fill(booleans, true);
  }

  /** The row of a new image; images come in order. */
  void add(List<String> row) {
    List<String> values = places.stream().map(row::get).toList();
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      numbers[i] &= value.isEmpty() || NUMBER.matcher(value).matches();
      booleans[i] &= value.isEmpty() || BOOLEAN.matcher(value).matches();
    }
    rows.add(Json.line(values));
  }

  /** Images so far. */
  int size() {
    return rows.size();
  }

  ObjectNode metadata(int index) {
    JsonNode values = Json.parse(rows.get(index));
    ObjectNode json = Json.object();
    for (int i = 0; i < names.size(); i++) {
      String value = values.get(i).asText();
      if (value.isEmpty()) {
        json.putNull(names.get(i));
      } else if (booleans[i]) {
        json.put(names.get(i), value.toLowerCase(Locale.ROOT).equals("true"));
      } else if (numbers[i]) {
        number(json, names.get(i), value);
      } else {
        json.put(names.get(i), value);
      }
    }
    return json;
  }

  private static void number(ObjectNode json, String name, String value) {
    double number = Double.parseDouble(value);
    if (number == Math.rint(number) && Math.abs(number) < 1L << 53) {
      json.put(name, (long) number);
    } else {
      json.put(name, number);
    }
  }
}
