package dev.filip.curate;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Words, or phrases of several, of a text file: one a line, {@code #} begins a comment. Found as
 * whole words, whatever their case. Immutable.
 *
 * @param name of the file, for messages
 * @param words in lower case
 * @param longest words of the longest phrase
 */
record WordList(String name, Set<String> words, int longest) {
  private static final int MOST_WORDS = 8;

  /** A list of the user's. */
  static WordList read(Path file) {
    return of(file.toString(), Texts.read(file));
  }

  /** A list that lies beside this class. */
  static WordList builtIn(String resource) {
    try (InputStream in = WordList.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing");
      }
      return of(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WordList of(String name, String text) {
    Set<String> words = new LinkedHashSet<>();
    int longest = 1;
    for (String line : text.split("\r?\n")) {
      int comment = line.indexOf('#');
      List<String> parts = words(comment < 0 ? line : line.substring(0, comment));
      if (!parts.isEmpty()) {
        BadInput.require(
            parts.size() <= MOST_WORDS,
            name + ": " + line.strip(),
            parts.size() + " words",
            "at most 8");
        words.add(String.join(" ", parts));
        longest = Math.max(longest, parts.size());
      }
    }
    BadInput.require(!words.isEmpty(), name, "no word", "a word or phrase a line");
    return new WordList(name, words, longest);
  }

  /** The first of the list in a text, or an empty one. */
  String found(String text) {
    List<String> parts = words(text);
    for (int from = 0; from < parts.size(); from++) {
      StringBuilder phrase = new StringBuilder();
      for (int i = from; i < Math.min(parts.size(), from + longest); i++) {
        phrase.append(i == from ? "" : " ").append(parts.get(i));
        if (words.contains(phrase.toString())) {
          return phrase.toString();
        }
      }
    }
    return "";
  }

  boolean contains(String word) {
    return words.contains(word.toLowerCase(Locale.ROOT));
  }

  /** SHA-256 over its words: what a run compares when it goes on. */
  String fingerprint() {
    var digest = Digests.sha256();
    words.forEach(word -> Digests.add(digest, word));
    return Digests.hex(digest);
  }

  /** Letters and digits, in lower case; an apostrophe within a word belongs to it. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    String lower = text.toLowerCase(Locale.ROOT);
    int from = -1;
    for (int i = 0; i <= lower.length(); i++) {
      int c = i < lower.length() ? lower.codePointAt(i) : ' ';
      boolean within =
          Character.isLetterOrDigit(c)
              || Character.getType(c) == Character.NON_SPACING_MARK
              || (c == '\'' || c == '\u2019') && from >= 0 && letterAt(lower, i + 1);
      if (within && from < 0) {
        from = i;
      } else if (!within && from >= 0) {
        words.add(lower.substring(from, i).replace('\u2019', '\''));
        from = -1;
      }
      i += Character.charCount(c) - 1;
    }
    return words;
  }

  private static boolean letterAt(String text, int i) {
    return i < text.length() && Character.isLetter(text.codePointAt(i));
  }
}
