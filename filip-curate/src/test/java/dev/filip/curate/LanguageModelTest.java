package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;
import org.junit.jupiter.api.Test;

/** Against the library itself. */
class LanguageModelTest {
  private static final String[] PIECES = {
    "a",
    "A",
    "h",
    "J",
    "ha",
    "HAHA",
    "e",
    "o",
    "x",
    "xp",
    "rt ",
    " RT:",
    "t",
    "r",
    "1",
    "22",
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\u0085",
    "\u2028",
    ":",
    ";-)",
    "@",
    "#tag",
    "http://a.b/c",
    "me@x.org",
    "s",
    "ss",
    "S",
    "ß",
    "İ",
    "K",
    "ф",
    "犬",
    "\uff21",
    "\ud83d\ude00",
    "\ud83d",
    "\udc00",
    "\0",
    "_",
    "-",
    "(",
    "\u00a0",
    "\u000b",
    "٣",
    "\u0001",
    "the ",
    "und "
  };

  static List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>(List.of("", " ", "7"));
    PersonsTest.lines("languages.tsv").forEach(line -> texts.add(line.substring(3)));
    PersonsTest.lines("persons.txt").forEach(texts::add);
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(14); n >= 0; n--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      texts.add(text.toString());
    }
    return texts;
  }

  @Test
  void textsAreNormalizedAsByTheLibrary() throws IOException {
    for (String text : texts()) {
      assertThat(LanguageText.of(text).toString())
          .as("%s", text)
          .isEqualTo(LanguageText.whole(text).toString());
    }
  }

  @Test
  void scoresAreTheLogarithmsOfTheLibrarysProbabilities() throws IOException {
    List<String> wanted = List.of("eng", "deu", "fra", "rus", "cmn", "jpn");
    LanguageModel model = LanguageModel.load(wanted);
    assertThat(model.languages()).containsExactly("cmn", "deu", "eng", "fra", "jpn", "rus");
    try (InputStream in = LanguageModel.class.getResourceAsStream("/langdetect-183.bin")) {
      LanguageDetectorME library = new LanguageDetectorME(new LanguageDetectorModel(in));
      for (String text : texts().subList(0, 2000)) {
        Map<String, Double> probabilities = new HashMap<>();
        for (Language language : library.predictLanguages(text)) {
          probabilities.put(language.getLang(), language.getConfidence());
        }
        double[] scores = model.scores(text);
        double english = probabilities.getOrDefault("eng", 0.0);
        for (int i = 0; i < scores.length; i++) {
          double p = probabilities.getOrDefault(model.languages().get(i), 0.0);
          assertThat(scores[i] - scores[2])
              .as("%s of %s", model.languages().get(i), text)
              .isCloseTo(Math.log(p) - Math.log(english), within(1e-9));
        }
      }
    }
  }
}
