package dev.filip.encode;

import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * A text and which of its words are the label: those that pictures show in red.
 *
 * <p>Braces mark them in the text itself ({@code a photo of a {electric locomotive}.}; the braces
 * are taken out), or a label is named and found in the text. Without either, the label is every
 * word but function words ({@code a}, {@code the}, {@code of}, {@code on} ...), punctuation, [BOS]
 * and [EOS].
 *
 * @param text without braces
 * @param from first characters of the label's parts; empty when no label was given
 * @param to one beyond their last
 */
public record LabelledText(String text, List<Integer> from, List<Integer> to) {
  private static final Set<String> FUNCTION_WORDS =
      Set.of(
          "a", "an", "the", "this", "that", "these", "those", "some", "my", "your", "his", "her",
          "its", "it", "is", "are", "was", "were", "be", "of", "on", "in", "at", "to", "by", "for",
          "from", "with", "without", "and", "or", "as", "into", "onto", "over", "under", "near",
          "beside", "above", "below", "between", "behind", "left", "right", "there", "photo",
          "picture", "image");

  public LabelledText {
    from = List.copyOf(from);
    to = List.copyOf(to);
  }

  /** Reads braces; text without a pair of them has no given label. */
  public static LabelledText parse(String marked) {
    StringBuilder text = new StringBuilder();
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    int at = 0;
    while (true) {
      int open = marked.indexOf('{', at);
      int close = open < 0 ? -1 : marked.indexOf('}', open);
      if (close < 0) {
        text.append(marked, at, marked.length());
        return new LabelledText(text.toString(), from, to);
      }
      text.append(marked, at, open);
      from.add(text.length());
      text.append(marked, open + 1, close);
      to.add(text.length());
      at = close + 1;
    }
  }

  /** With a named label: all its occurrences as whole words, in any case. */
  public static LabelledText of(String text, String label) {
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    BadInput.require(!label.isBlank(), "--label", "''", "a word of the text");
    int last = text.length() - label.length();
    for (int i = 0; i <= last; i++) {
      if (text.regionMatches(true, i, label, 0, label.length())
          && edge(text, i)
          && edge(text, i + label.length())) {
        from.add(i);
        to.add(i + label.length());
      }
    }
    BadInput.require(
        !from.isEmpty(), "--label", "'" + label + "'", "words of the text '" + text + "'");
    return new LabelledText(text, from, to);
  }

  private static boolean edge(String text, int at) {
    return at == 0
        || at == text.length()
        || !Character.isLetterOrDigit(text.charAt(at - 1))
        || !Character.isLetterOrDigit(text.charAt(at));
  }

  /** Indices of the label's tokens. */
  Set<Integer> tokens(Words words) {
    Set<Integer> out = new TreeSet<>();
    for (int i = 0; i < words.size(); i++) {
      if (from.isEmpty() ? isContent(words, i) : isMarked(words, i)) {
        out.add(i);
      }
    }
    return out;
  }

  /** Of each given part of the label its last token, where the model's context holds it. */
  List<Integer> heads(Words words) {
    List<Integer> out = new ArrayList<>();
    for (int part = 0; part < from.size(); part++) {
      int last = words.last(from.get(part), to.get(part));
      if (last >= 0) {
        out.add(last);
      }
    }
    return out;
  }

  private boolean isMarked(Words words, int i) {
    for (int part = 0; part < from.size(); part++) {
      if (words.touches(i, from.get(part), to.get(part))) {
        return true;
      }
    }
    return false;
  }

  /** The whole word decides, so that a piece {@code a} of {@code a-vocado} is not an article. */
  private boolean isContent(Words words, int i) {
    int begin = words.from()[i];
    int end = words.to()[i];
    if (begin >= end
        || text.substring(begin, end).codePoints().noneMatch(Character::isLetterOrDigit)) {
      return false;
    }
    while (begin > 0 && Character.isLetterOrDigit(text.charAt(begin - 1))) {
      begin--;
    }
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    return !FUNCTION_WORDS.contains(text.substring(begin, end).toLowerCase(Locale.ROOT));
  }
}
