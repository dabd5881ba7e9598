package dev.filip.data.translate;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.TreeSet;

/**
 * Apertium as Debian packs it ({@code apertium}, {@code apertium-eng-spa}, {@code
 * apertium-eng-cat}): translation by rules, offline, without a model. Languages are named by two or
 * three letters. Thread-safe.
 */
public final class ApertiumTranslator implements Translator {
  private final String program;
  private final LineProcess process;

  /**
   * Looks for the program and for both directions of each language.
   *
   * @param limit how long one batch may take
   * @throws BadInput where one of them is not installed
   */
  public ApertiumTranslator(String from, List<String> via, Duration limit) throws IOException {
    this("apertium", from, via, limit);
  }

  ApertiumTranslator(String program, String from, List<String> via, Duration limit)
      throws IOException {
    this.program = program;
    this.process = new LineProcess(limit);
    TreeSet<String> there = new TreeSet<>(directions());
    for (String language : via) {
      for (String pair : List.of(pair(from, language), pair(language, from))) {
        BadInput.require(
            there.contains(pair),
            "--via",
            language + " (apertium's " + pair + ")",
            "installed: apt-get install apertium-LANG1-LANG2; there are " + there);
      }
    }
  }

  private List<String> directions() throws IOException {
    try {
      return process.run(List.of(program, "-l"), List.of()).stream().map(String::strip).toList();
    } catch (BadInput e) {
      throw new BadInput(
          "--engine apertium needs the program apertium on PATH: apt-get install apertium apertium-eng-spa",
          e);
    }
  }

  private static String pair(String from, String to) {
    return three(from) + "-" + three(to);
  }

  /** {@code spa} for {@code es}. */
  private static String three(String language) {
    try {
      String three = Locale.of(language).getISO3Language();
      return three.isEmpty() ? language : three;
    } catch (MissingResourceException e) {
      return language;
    }
  }

  /**
   * Words move over a line's end, but never over an empty line. A text that began small does so
   * afterwards: the empty line makes Apertium take it for a sentence.
   */
  @Override
  public List<String> translate(List<String> texts, String from, String to) throws IOException {
    List<String> apart = new ArrayList<>();
    texts.forEach(text -> apart.addAll(List.of(text, "")));
    List<String> command = List.of(program, "-u", pair(from, to));
    List<String> lines = process.run(command, apart);
    if (lines.size() < apart.size() - 1 || lines.size() > apart.size() + 1) {
      throw LineProcess.failure(
          command, "wrote " + lines.size() + " lines for " + apart.size(), "they must be as many");
    }
    List<String> translated = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      translated.add(begin(texts.get(i), lines.get(2 * i)));
    }
    return translated;
  }

  /** Without the marks of unknown words, which {@code -u} leaves out already in newer versions. */
  private static String begin(String text, String translated) {
    String plain = translated.replaceAll("(?<!\\S)\\*(?=\\p{L})", "");
    boolean small = !plain.isEmpty() && !text.isEmpty() && Character.isLowerCase(text.charAt(0));
    return small ? plain.substring(0, 1).toLowerCase(Locale.ROOT) + plain.substring(1) : plain;
  }

  @Override
  public String describe() {
    return "apertium";
  }
}
