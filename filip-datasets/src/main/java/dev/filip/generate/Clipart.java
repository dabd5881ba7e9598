package dev.filip.generate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One picture of the collection with what can be said of it.
 *
 * @param path within the collection, without extension, such as {@code animals/bugs/wasp_01}
 * @param title cleaned
 * @param category words of its folder, or empty
 * @param keywords cleaned, without the title
 * @param author as written, or empty
 */
record Clipart(String path, String title, String category, List<String> keywords, String author) {
  Clipart {
    keywords = List.copyOf(keywords);
  }

  /** Up to five captions: the title alone, then with folder and keywords. */
  List<String> captions(Dice dice) {
    Set<String> all = new LinkedHashSet<>();
    all.add(title);
    all.add("a picture of " + title);
    String base = category.isEmpty() || category.equals(title) ? title : title + ", " + category;
    all.add(with(base, 3, dice));
    all.add(with(base, 1, dice));
    all.add(with(title, 3, dice));
    return List.copyOf(all);
  }

  private String with(String base, int most, Dice dice) {
    StringBuilder caption = new StringBuilder(base);
    int[] order = dice.order(keywords.size());
    for (int i = 0, told = 0; i < order.length && told < most; i++) {
      String keyword = keywords.get(order[i]);
      if (!keyword.equals(category)) {
        caption.append(", ").append(keyword);
        told++;
      }
    }
    return caption.toString();
  }
}
