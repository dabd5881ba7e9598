package dev.filip.curate;

import dev.filip.text.HtmlText;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What YFCC100M's texts need, as people typed them into a web form: percent signs and plus signs of
 * URLs decoded, HTML taken out, web addresses dropped, hashtags dropped or made words. It changes
 * texts; one of which nothing remains is taken.
 *
 * @param html tags out, character references as what they stand for
 * @param url decode a text that is URL-encoded as a whole, and drop web addresses
 * @param hashtags what becomes of {@code #sunset}
 */
record CleanRule(boolean html, boolean url, Hashtags hashtags) implements TextRule {
  /** What becomes of hashtags. */
  enum Hashtags {
    /** Runs of two and more are a list of tags and go; one within a sentence is its word. */
    LISTS,
    /** All go. */
    DROP,
    /** All become their words. */
    WORDS,
    /** They stay as they are. */
    KEEP
  }

  /** References that were escaped again: {@code &amp;amp;}. */
  private static final int ROUNDS = 3;

  private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");
  private static final Pattern ADDRESS = Pattern.compile("(?i)\\b(?:https?://|www\\.)[^\\s<>\"]+");
  private static final Pattern TAG =
      Pattern.compile("(?<![\\w&/])#(?=[\\p{N}_]*\\p{L})([\\p{L}\\p{M}\\p{N}_]+)");
  private static final Pattern PLUS = Pattern.compile("\\p{L}\\+\\p{L}");
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}'.,;:!?+-]+");
  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}]+");

  @Override
  public Outcome apply(String caption) {
    String text = url ? decoded(caption) : caption;
    for (int i = 0; html && i < ROUNDS; i++) {
      String plain = HtmlText.plain(text);
      if (plain.equals(text)) {
        break;
      }
      text = plain;
    }
    if (url) {
      text = ADDRESS.matcher(text).replaceAll(" ");
    }
    text = tags(text);
    text = text.equals(caption) ? text : SPACE.matcher(text).replaceAll(" ").strip();
    return text.isBlank() ? Outcome.taken("nothing but markup and tags") : Outcome.kept(text);
  }

  /** Encoded as a whole: no white space, and an escape, or plus signs between words. */
  private static String decoded(String text) {
    boolean whole = text.chars().noneMatch(Character::isWhitespace);
    boolean escaped = ESCAPE.matcher(text).find();
    boolean plus = PLUS.matcher(text).find() && PLAIN.matcher(text).matches();
    if (!whole || !escaped && !plus || text.contains("://")) {
      return text;
    }
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) { // a percent sign that means itself
      return text.replace('+', ' ');
    }
  }

  private String tags(String text) {
    if (text.indexOf('#') < 0) {
      return text;
    }
    return switch (hashtags) {
      case KEEP -> text;
      case DROP -> TAG.matcher(text).replaceAll(" ");
      case WORDS -> TAG.matcher(text).replaceAll("$1");
      case LISTS -> TAG.matcher(withoutLists(text)).replaceAll("$1");
    };
  }

  /** Tags with nothing but white space and commas between them are left out. */
  private static String withoutLists(String text) {
    List<MatchResult> all = TAG.matcher(text).results().toList();
    StringBuilder out = new StringBuilder();
    int done = 0;
    for (int i = 0; i < all.size(); ) {
      int last = i;
      while (last + 1 < all.size() && isGap(text, all.get(last).end(), all.get(last + 1).start())) {
        last++;
      }
      if (last > i) {
        out.append(text, done, all.get(i).start()).append(' ');
        done = all.get(last).end();
      }
      i = last + 1;
    }
    return out.append(text.substring(done)).toString();
  }

  private static boolean isGap(String text, int from, int to) {
    return text.substring(from, to).chars().allMatch(c -> c == ',' || Character.isWhitespace(c));
  }
}
