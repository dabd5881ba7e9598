package dev.filip.curate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of persons in English captions become {@code <person>}, by word lists and rules: a first
 * name with the family names behind it, or a title with a name. The paper names no tool. Immutable.
 *
 * <p>Where it says nothing else a name is written with a capital. Words that are names of things,
 * places and months, too ({@code Rose, Paris, May}), need a family name of the list behind them; so
 * does every first name in a caption without capitals, and in one where every word has one.
 */
final class Persons {
  /** What stands in a name's place. */
  static final String PERSON = "<person>";

  private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{M}][\\p{L}\\p{M}'\u2019-]*\\.?");

  /** Go with the name. */
  private static final Set<String> TITLES =
      Set.of(
          "mr", "mrs", "ms", "miss", "dr", "sir", "prof", "sgt", "capt", "lt", "col", "gen", "rev",
          "sen", "gov", "rep", "st");

  /** Stay before the name: they tell what is to be seen. */
  private static final Set<String> ROLES =
      Set.of(
          ("president senator governor mayor minister chancellor secretary congressman congresswoman king queen prince"
                  + " princess duke duchess lord lady pope bishop cardinal general captain colonel sergeant professor doctor"
                  + " coach actor actress singer author director judge justice detective officer")
              .split(" "));

  private static final Set<String> PARTICLES =
      Set.of(
          "van", "von", "de", "der", "den", "del", "della", "la", "le", "da", "di", "dos", "bin",
          "al", "el", "ten", "ter");

  /** Written small in captions that have a capital everywhere else. */
  private static final Set<String> SMALL =
      Set.of("a an and as at but by for from in into is of on or the to vs with".split(" "));

  private final WordList first = WordList.builtIn("first-names.txt");
  private final WordList doubtful = WordList.builtIn("doubtful-names.txt");
  private final WordList family = WordList.builtIn("family-names.txt");
  private final WordList places = WordList.builtIn("not-names.txt");

  /** A word with its place in the caption. */
  private record Token(String text, int from, int to) {
    boolean capital() {
      return Character.isUpperCase(text.codePointAt(0));
    }

    /** Without a final point or a possessive. */
    String bare() {
      String plain = text.replace('\u2019', '\'');
      plain = plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
      return plain.endsWith("'s") ? plain.substring(0, plain.length() - 2) : plain;
    }

    String lower() {
      return bare().toLowerCase(Locale.ROOT);
    }

    boolean initial() {
      return text.length() <= 2 && capital() && (text.endsWith(".") || text.length() == 1);
    }

    boolean possessive() {
      return text.endsWith("'s") || text.endsWith("\u2019s");
    }
  }

  /** A caption's words, and how it uses capitals. */
  private record Caption(String text, List<Token> tokens, boolean capitalsTell) {
    static Caption of(String text) {
      List<Token> tokens = new ArrayList<>();
      Matcher words = TOKEN.matcher(text);
      while (words.find()) {
        tokens.add(new Token(words.group(), words.start(), words.end()));
      }
      long capitals = tokens.stream().filter(Token::capital).count();
      boolean small = tokens.stream().anyMatch(t -> !t.capital() && !SMALL.contains(t.lower()));
      return new Caption(text, tokens, capitals > 0 && (small || tokens.size() <= 3));
    }

    /** Whether nothing but one space lies between a word and the next. */
    boolean joined(int i) {
      if (i + 1 >= tokens.size()) {
        return false;
      }
      boolean point = tokens.get(i).text.endsWith(".");
      boolean abbreviated = tokens.get(i).initial() || TITLES.contains(tokens.get(i).lower());
      return text.substring(tokens.get(i).to, tokens.get(i + 1).from).equals(" ")
          && (!point || abbreviated)
          && !tokens.get(i).possessive();
    }
  }

  /** A name's characters, the end outside. */
  record Span(int from, int to) {}

  /** The caption with its names replaced; the same object where it has none. */
  String replace(String text) {
    List<Span> names = find(text);
    StringBuilder out = new StringBuilder();
    int done = 0;
    for (Span name : names) {
      out.append(text, done, name.from).append(PERSON);
      done = name.to;
    }
    return names.isEmpty() ? text : out.append(text.substring(done)).toString();
  }

  /** Where the names are, in order. */
  List<Span> find(String text) {
    Caption caption = Caption.of(text);
    List<Span> names = new ArrayList<>();
    for (int i = 0; i < caption.tokens.size(); i++) {
      int start = start(caption, i);
      if (start >= 0) {
        int end = end(caption, start, i);
        Token last = caption.tokens.get(end - 1);
        int tail = last.possessive() ? 2 : last.text.endsWith(".") && !last.initial() ? 1 : 0;
        names.add(new Span(caption.tokens.get(i).from, last.to - tail));
        i = end - 1;
      }
    }
    return names;
  }

  /**
   * Where the name itself begins that begins at token {@code i}, a title before it; -1 for none.
   */
  private int start(Caption caption, int i) {
    Token token = caption.tokens.get(i);
    boolean titled = TITLES.contains(token.lower()) && caption.joined(i);
    if (titled) {
      Token next = caption.tokens.get(i + 1);
      boolean street = token.lower().equals("st");
      boolean name = next.capital() && !street || isFirst(next) || family.contains(next.bare());
      return name && (token.capital() || isFirst(next)) ? i + 1 : -1;
    }
    boolean role =
        i > 0 && ROLES.contains(caption.tokens.get(i - 1).lower()) && caption.joined(i - 1);
    if (role && token.capital() && caption.capitalsTell && named(token)) {
      return i;
    }
    boolean sure = first.contains(token.bare());
    boolean followed = caption.joined(i) && isFamily(caption, i + 1);
    if (sure && caption.capitalsTell && token.capital()) {
      return i;
    }
    return (sure || doubtful.contains(token.bare())) && followed ? i : -1;
  }

  private boolean named(Token token) {
    return isFirst(token) || family.contains(token.bare());
  }

  private boolean isFirst(Token token) {
    return first.contains(token.bare()) || doubtful.contains(token.bare());
  }

  /** A family name of the list at {@code i}, perhaps behind an initial. */
  private boolean isFamily(Caption caption, int i) {
    Token token = caption.tokens.get(i);
    if (token.initial() && caption.joined(i)) {
      return isFamily(caption, i + 1);
    }
    return family.contains(token.bare());
  }

  /** Behind the last token of a name that begins at {@code start}, its title at {@code from}. */
  private int end(Caption caption, int start, int from) {
    int end = start + 1;
    boolean free = caption.capitalsTell || start > from;
    while (end - start < 5 && caption.joined(end - 1)) {
      Token token = caption.tokens.get(end);
      boolean particle =
          PARTICLES.contains(token.lower())
              && end + 1 < caption.tokens.size()
              && caption.joined(end)
              && caption.tokens.get(end + 1).capital();
      boolean more =
          token.initial() && caption.joined(end)
              || family.contains(token.bare())
              || first.contains(token.bare()) && token.capital()
              || free
                  && token.capital()
                  && !places.contains(token.bare())
                  && token.text.length() > 2;
      if (!particle && !more) {
        break;
      }
      end++;
    }
    return end;
  }
}
