package dev.filip.curate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Texts a second of the language rule alone, one thread: {@code LanguageBench FILE}, a text a line.
 * The best of several rounds; then how many decisions differ from those of the model's own weights.
 */
public final class LanguageBench {
  private static final int ROUNDS = 7;

  private LanguageBench() {}

  public static void main(String... arguments) throws IOException {
    List<String> texts = Files.readAllLines(Path.of(arguments[0]));
    LanguageRule english = new LanguageRule(List.of("eng"), LanguageRule.RATIO);
    long least = Long.MAX_VALUE;
    int kept = 0;
    for (int round = 0; round < ROUNDS; round++) {
      kept = 0;
      long begun = System.nanoTime();
      for (String text : texts) {
        kept += english.apply(text).text() == null ? 0 : 1;
      }
      least = Math.min(least, System.nanoTime() - begun);
    }
    int different = 0;
    for (String text : texts) {
      different += english.apply(text).equals(english.exact(text)) ? 0 : 1;
    }
    System.out.printf(
        Locale.ROOT,
        "%-10s %8.0f rows/s, %.3f English; %d of %d decided otherwise than by exact weights%n",
        "filip",
        texts.size() * 1e9 / least,
        kept / (double) texts.size(),
        different,
        texts.size());
  }
}
