package dev.filip.search;

import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query's words: {@code red^2 sofa -dog} is the text {@code red sofa}, in which {@code red}
 * counts twice, and the unwanted word {@code dog}. Immutable.
 *
 * @param text what is wanted, without marks; empty where all is unwanted
 * @param words of the text that have a weight of their own
 * @param unwanted words, each with its weight
 */
public record QueryText(String text, List<Weighted> words, List<Unwanted> unwanted) {
  private static final Pattern MARKED =
      Pattern.compile("(.+)\\^([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)");

  private static final float MOST = 1e9f;

  /**
   * Characters {@code [from, to)} of the text.
   *
   * @param weight what a word without a mark has 1 of
   */
  public record Weighted(int from, int to, float weight) {}

  /** A word, and how much it takes away. */
  public record Unwanted(String word, float weight) {}

  public QueryText {
    words = List.copyOf(words);
    unwanted = List.copyOf(unwanted);
  }

  /** A text as it is, whatever it holds. */
  public static QueryText literal(String text) {
    return new QueryText(text, List.of(), List.of());
  }

  /**
   * Reads the marks of words parted by white space: {@code ^} and a number at a word's end is its
   * weight, {@code -} at its beginning makes it unwanted.
   *
   * @throws BadInput for a text without words, or a weight below 0 or above a thousand million
   */
  public static QueryText parse(String text) {
    StringBuilder wanted = new StringBuilder();
    List<Weighted> weighted = new ArrayList<>();
    List<Unwanted> unwanted = new ArrayList<>();
    for (String raw : text.strip().split("\\s+")) {
      Matcher marked = MARKED.matcher(raw);
      String word = marked.matches() ? marked.group(1) : raw;
      float weight = marked.matches() ? weight(word, marked.group(2)) : 1;
      if (word.length() > 1 && word.startsWith("-")) {
        unwanted.add(new Unwanted(word.substring(1), weight));
        continue;
      }
      wanted.append(wanted.isEmpty() ? "" : " ");
      if (weight != 1) {
        weighted.add(new Weighted(wanted.length(), wanted.length() + word.length(), weight));
      }
      wanted.append(word);
    }
    BadInput.require(
        !wanted.isEmpty() || !unwanted.isEmpty(), "TEXT", "'" + text + "'", "at least one word");
    return new QueryText(wanted.toString(), weighted, unwanted);
  }

  private static float weight(String word, String number) {
    float weight = Float.parseFloat(number) + 0f; // -0 is 0
    BadInput.require(
        weight >= 0 && weight <= MOST,
        "TEXT: weight of " + word,
        number,
        "in 0..1e9 (the text is taken as it is where it is literal)");
    return weight;
  }
}
