package dev.filip.search;

import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes to an index without end and says each operation's number when it has returned: removals of
 * every third, then new items and a marker in one commit, then now and then a merge.
 */
final class KilledWriter {
  static final String MARKER = "marker";
  static final int EACH = 6;

  private KilledWriter() {}

  /**
   * @param arguments the index, the first operation's number
   */
  public static void main(String[] arguments) throws IOException {
    try (IndexEditor editor = IndexEditor.open(Path.of(arguments[0]))) {
      for (int i = Integer.parseInt(arguments[1]); ; i++) {
        operation(editor, i);
        System.out.println(i);
      }
    }
  }

  private static void operation(IndexEditor editor, int i) throws IOException {
    if (i % 3 == 2) {
      editor.remove(List.of(removed(i)));
    }
    List<Item> items = new ArrayList<>(Fixtures.items(i + "-", EACH));
    items.add(Fixtures.item(MARKER, Json.object().put("operation", i)));
    editor.add(items);
    if (i % 7 == 6) {
      editor.compact();
    }
  }

  static String removed(int i) {
    return (i - 2) + "-0";
  }
}
