package dev.filip.curate;

import dev.filip.io.BadInput;
import java.util.Collections;
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

  /** More than sums of doubles are rounded by. */
  private static final double ROUNDED = 1e-9;

  private static final List<String> COMMON =
      List.of(
          ("eng deu fra spa ita por nld swe dan nob nno pol ces slk hun ron tur ind msa fin hrv srp bul rus ukr ell heb"
                  + " ara fas hin ben tam tel tha vie kor jpn cmn lit lav est slv sqi tgl isl")
              .split(" "));

  LanguageRule {
    keep = List.copyOf(keep);
    Thread.ofPlatform().daemon().name("filip-languages").start(Model::begin);
  }

  /** Read while whoever has the rule opens his data; the first text that is judged waits for it. */
  private static final class Model {
    private static final LanguageModel SHARED = LanguageModel.load(COMMON);
    private static final LanguageSums SUMS = new LanguageSums(SHARED);

    private Model() {}

    /** What begins is the class itself. */
    static void begin() {}
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
    LanguageSums.Text sums = Model.SUMS.of(caption);
    int kept = Integer.MIN_VALUE;
    long own = 0;
    for (String code : keep) {
      int place = Collections.binarySearch(languages, code);
      own |= 1L << place;
      kept = Math.max(kept, sums.sum(place));
    }
    int best = Integer.MIN_VALUE;
    int second = Integer.MIN_VALUE;
    int first = 0;
    for (int i = 0; i < languages.size(); i++) {
      int sum = (own >>> i & 1) == 0 ? sums.sum(i) : Integer.MIN_VALUE;
      second = Math.max(second, Math.min(best, sum));
      first = sum > best ? i : first;
      best = Math.max(best, sum);
    }
    double ahead = ((double) kept - best) * Model.SUMS.step() - Math.log(ratio);
    double error = sums.error() * Model.SUMS.step() + ROUNDED;
    if (ahead > error) {
      return Outcome.kept(caption);
    }
    return ahead < -error && (double) best - second > sums.error()
        ? Outcome.taken("looks like " + languages.get(first))
        : exact(caption);
  }

  /** By the model's own weights. */
  Outcome exact(String caption) {
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
