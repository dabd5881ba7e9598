package dev.filip.curate;

import dev.filip.io.BadInput;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Texts in other languages. Apache OpenNLP's model tells 183 apart; short captions are taken for
 * rare ones by chance, so only common ones are compared, and a text stays where one of those to be
 * kept is nearly as probable as the best. The paper names no detector; how this one was chosen is
 * in docs/DEPENDENCIES.md. Thread-safe.
 */
final class LanguageRule implements TextRule {
  /** Chosen on half of the captions of the test's set. */
  static final double RATIO = 0.95;

  /** More than sums of doubles are rounded by. */
  private static final double ROUNDED = 1e-9;

  private static final List<String> COMMON =
      List.of(
          ("eng deu fra spa ita por nld swe dan nob nno pol ces slk hun ron tur ind msa fin hrv srp bul rus ukr ell heb"
                  + " ara fas hin ben tam tel tha vie kor jpn cmn lit lav est slv sqi tgl isl")
              .split(" "));

  private final List<String> keep;
  private final double ratio;

  /** Read while whoever has the rule opens his data; the first text that is judged waits for it. */
  private final Future<Keeping> keeping;

  /**
   * @param keep ISO 639-3 codes, such as {@code eng}
   * @param ratio least probability of one of them, as a share of the best one's, in (0, 1]
   */
  LanguageRule(List<String> keep, double ratio) {
    this.keep = List.copyOf(keep);
    this.ratio = ratio;
    FutureTask<Keeping> task = new FutureTask<>(this::open);
    Thread.ofPlatform().daemon().name("filip-languages").start(task);
    this.keeping = task;
  }

  /** As it stands in a run's request. */
  @Override
  public String toString() {
    return "LanguageRule[keep=" + keep + ", ratio=" + ratio + "]";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LanguageRule rule && rule.keep.equals(keep) && rule.ratio == ratio;
  }

  @Override
  public int hashCode() {
    return keep.hashCode() + Double.hashCode(ratio);
  }

  /** Those of {@link #COMMON}, once for all rules. */
  private static final class Shared {
    private static final List<String> CODES = COMMON.stream().sorted().toList();
    private static final Map<Long, LanguageLead> LEADS = new ConcurrentHashMap<>();
    private static final LanguageModel MODEL;
    private static final LanguageSums SUMS;

    static {
      TableFile.Reader kept = TableFile.open("languages", about());
      if (kept == null) {
        MODEL = LanguageModel.load(COMMON);
        SUMS = new LanguageSums(MODEL);
        TableFile.Writer out = new TableFile.Writer();
        MODEL.write(out);
        SUMS.write(out);
        out.keep("languages", about());
      } else {
        MODEL = new LanguageModel(CODES, kept);
        SUMS = new LanguageSums(MODEL, kept);
      }
    }

    private static @Nullable String about() {
      String model = LanguageModel.print();
      return model == null ? null : model + " " + CODES;
    }

    private static LanguageLead lead(long own) {
      String model = about();
      String about = model == null ? null : model + " " + Long.toHexString(own);
      String name = "languages-" + Long.toHexString(own);
      TableFile.Reader kept = TableFile.open(name, about);
      if (kept != null) {
        return LanguageLead.read(kept);
      }
      LanguageLead lead = LanguageLead.of(SUMS, own);
      TableFile.Writer out = new TableFile.Writer();
      lead.write(out);
      out.keep(name, about);
      return lead;
    }

    private Shared() {}
  }

  /**
   * What a rule has of the shared model.
   *
   * @param own places of the languages to be kept, bit by bit
   * @param lead null where they are too many for it
   */
  private record Keeping(
      LanguageModel model, LanguageSums sums, long own, @Nullable LanguageLead lead) {}

  private Keeping open() {
    long own = 0;
    for (String code : keep) {
      own |= 1L << Collections.binarySearch(Shared.MODEL.languages(), code);
    }
    boolean few = Long.bitCount(own) <= LanguageLead.MOST_KEPT;
    return new Keeping(
        Shared.MODEL,
        Shared.SUMS,
        own,
        few ? Shared.LEADS.computeIfAbsent(own, Shared::lead) : null);
  }

  private Keeping keeping() {
    try {
      return keeping.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the model of languages is read", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the model of languages cannot be read", e.getCause());
    }
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
    Keeping known = keeping();
    LanguageSums.Text text = known.sums.noted(caption);
    // what is kept may be behind by so many steps
    double behind = (ROUNDED + Math.log(ratio)) / known.sums.step();
    if (known.lead != null && text.isAbove(known.lead, behind)) {
      return Outcome.kept(caption);
    }
    known.sums.sum(text);
    return bySums(known, text, caption);
  }

  private Outcome bySums(Keeping known, LanguageSums.Text sums, String caption) {
    int kept = Integer.MIN_VALUE;
    int best = Integer.MIN_VALUE;
    int second = Integer.MIN_VALUE;
    int first = 0;
    for (int i = 0; i < known.sums.languages(); i++) {
      int sum = sums.sum(i);
      if ((known.own >>> i & 1) != 0) {
        kept = Math.max(kept, sum);
        continue;
      }
      second = Math.max(second, Math.min(best, sum));
      first = sum > best ? i : first;
      best = Math.max(best, sum);
    }
    double step = known.sums.step();
    double ahead = ((double) kept - best) * step - Math.log(ratio);
    double error = sums.error() * step + ROUNDED;
    if (ahead > error) {
      return Outcome.kept(caption);
    }
    return ahead < -error && (double) best - second > sums.error()
        ? Outcome.taken("looks like " + known.model.languages().get(first))
        : exact(caption);
  }

  /** By the model's own weights. */
  Outcome exact(String caption) {
    LanguageModel model = keeping().model;
    List<String> languages = model.languages();
    double[] scores = model.scores(caption);
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
