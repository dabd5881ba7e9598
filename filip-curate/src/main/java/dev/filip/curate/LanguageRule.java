package dev.filip.curate;

import dev.filip.io.BadInput;
import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;

/**
 * Texts in other languages. Apache OpenNLP's model tells 183 apart; short captions are taken for
 * rare ones by chance, so only common ones are compared, and a text stays where one of those to be
 * kept is nearly as probable as the best. The paper names no detector; how this one was chosen is
 * in docs/DEPENDENCIES.md.
 *
 * @param keep ISO 639-3 codes, such as {@code eng}
 * @param ratio least probability of one of them, as a share of the best one's, in (0, 1]
 */
record LanguageRule(List<String> keep, double ratio) implements TextRule {
  /** Chosen on half of the captions of the test's set. */
  static final double RATIO = 0.95;

  private static final List<String> COMMON =
      List.of(
          ("eng deu fra spa ita por nld swe dan nob nno pol ces slk hun ron tur ind msa fin hrv srp bul rus ukr ell heb"
                  + " ara fas hin ben tam tel tha vie kor jpn cmn lit lav est slv sqi tgl isl")
              .split(" "));

  LanguageRule {
    keep = List.copyOf(keep);
  }

  /** Read when the first text is judged. */
  private static final class Model {
    private static final LanguageModel SHARED = LanguageModel.load(COMMON);

    private Model() {}
  }

  /** A code of two or three letters as the model names the language. */
  static String code(String key, String given) {
    String code = iso3(given);
    BadInput.require(
        COMMON.contains(code),
        key,
        given,
        "one of " + String.join(", ", COMMON) + ", or its code of two letters");
    return code;
  }

  private static String iso3(String two) {
    String code = two.equals("zh") ? "cmn" : two.equals("no") ? "nob" : two;
    try {
      return code.length() == 3 ? code : Locale.of(code).getISO3Language();
    } catch (MissingResourceException e) {
      return "";
    }
  }

  @Override
  public Outcome apply(String caption) {
    List<String> languages = Model.SHARED.languages();
    double[] scores = Model.SHARED.scores(caption);
    double kept = Double.NEGATIVE_INFINITY;
    double best = Double.NEGATIVE_INFINITY;
    String first = "";
    for (int i = 0; i < scores.length; i++) {
      kept = keep.contains(languages.get(i)) ? Math.max(kept, scores[i]) : kept;
      if (scores[i] > best) {
        best = scores[i];
        first = languages.get(i);
      }
    }
    return kept >= best + Math.log(ratio)
        ? Outcome.kept(caption)
        : Outcome.taken("looks like " + first);
  }
}
