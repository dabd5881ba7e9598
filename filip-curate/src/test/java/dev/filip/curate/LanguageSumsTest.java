package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the model itself. */
class LanguageSumsTest {
  private static final int CAPTIONS = 100_000;

  private static final String[] ENDS = {"", ".", "!", ", ", "'s", " - ", " 12", " 4x4", "…", " ☃"};

  private static List<String> texts() throws IOException {
    List<String> texts = LanguageModelTest.texts();
    List<String> words = new ArrayList<>();
    for (String line : PersonsTest.lines("languages.tsv")) {
      words.addAll(List.of(line.substring(3).split(" ")));
    }
    Random random = new Random(2);
    for (int i = 0; i < CAPTIONS; i++) {
      // neighbours are mostly of one language, so that many texts are nearly English
      int from = random.nextInt(words.size());
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        boolean near = random.nextInt(4) > 0;
        int at = near ? (from + random.nextInt(40)) % words.size() : random.nextInt(words.size());
        text.append(words.get(at)).append(n > 0 ? " " : ENDS[random.nextInt(ENDS.length)]);
      }
      texts.add(text.toString());
    }
    texts.add("a".repeat(3000));
    texts.add(String.join(" ", texts.subList(texts.size() - 400, texts.size())));
    return texts;
  }

  @Test
  void decisionsAreThoseOfTheModel() throws IOException {
    LanguageRule english = new LanguageRule(List.of("eng"), LanguageRule.RATIO);
    LanguageRule several = new LanguageRule(List.of("deu", "eng", "rus"), 1);
    int taken = 0;
    for (String text : texts()) {
      TextRule.Outcome outcome = english.apply(text);
      assertThat(outcome).as("%s", text).isEqualTo(english.exact(text));
      assertThat(several.apply(text)).as("%s", text).isEqualTo(several.exact(text));
      taken += outcome.text() == null ? 1 : 0;
    }
    assertThat(taken).isBetween(CAPTIONS / 5, CAPTIONS);
  }

  /** It says of most texts, and of none wrongly, whatever is kept. */
  @Test
  void aLeadIsOneByTheModelToo() throws IOException {
    List<String> codes =
        "eng deu fra nld dan nob swe spa ita por pol rus ell cmn jpn vie tur fin"
            .concat(" hun ces slk ron hrv slv lav lit est isl sqi tgl ind msa kor tha ben tel")
            .transform(all -> List.of(all.split(" ")));
    LanguageModel model = LanguageModel.load(codes);
    LanguageSums sums = new LanguageSums(model);
    List<String> some = texts().subList(10_000, 40_000); // a third made of odd pieces
    int english = model.languages().indexOf("eng");
    for (long own : new long[] {1L << english, 1L << english | 2 | 16, 1, 0xFFFF}) {
      LanguageLead lead = LanguageLead.of(sums, own);
      int told = 0;
      int really = 0;
      for (String text : some) {
        double[] scores = model.scores(text);
        double kept = Double.NEGATIVE_INFINITY;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
          if ((own >>> i & 1) != 0) {
            kept = Math.max(kept, scores[i]);
          } else {
            best = Math.max(best, scores[i]);
          }
        }
        for (double behind : new double[] {0, -0.3, 0.4}) {
          boolean above = sums.noted(text).isAbove(lead, behind / sums.step());
          told += above ? 1 : 0;
          really += kept - best >= behind ? 1 : 0;
          assertThat(!above || kept - best >= behind - 1e-9)
              .as("%s, %s less %s, kept %x", text, kept, best, own)
              .isTrue();
        }
      }
      assertThat(told).as("of %d", really).isGreaterThan(really / 4);
    }
  }

  @Test
  void sumsAreWithinTheErrorThatIsTold() throws IOException {
    LanguageModel model =
        LanguageModel.load(List.of("eng", "deu", "nld", "rus", "ell", "cmn", "jpn", "vie"));
    LanguageSums sums = new LanguageSums(model);
    assertThat(sums.step()).isLessThan(1e-4);
    double most = 0;
    for (String text : texts()) {
      double[] scores = model.scores(text);
      LanguageSums.Text rounded = sums.of(text);
      double error = rounded.error() * sums.step() + 1e-12;
      for (int i = 1; i < scores.length; i++) {
        double difference = (rounded.sum(i) - rounded.sum(0)) * sums.step();
        assertThat(difference).as("%s", text).isCloseTo(scores[i] - scores[0], within(error));
        most = Math.max(most, Math.abs(difference - (scores[i] - scores[0])));
      }
    }
    assertThat(most).isPositive();
  }

  @Test
  void plainTextsAreReadInOnePass() throws IOException {
    int plain = 0;
    for (String text : texts()) {
      char[] out = text.toCharArray();
      byte[] codes = new byte[out.length];
      int told = LanguageText.plain(out, out.length, codes);
      if (told != LanguageText.NOT_PLAIN) {
        plain++;
        int length = told < 0 ? ~told : told;
        for (int i = 0; i < length; i++) {
          assertThat(codes[i]).as("%s", text).isEqualTo((byte) LanguageText.code(out[i]));
          boolean coded = codes[i] > 0 && codes[i] < LanguageText.OTHER_CODE;
          assertThat(coded || told < 0).as("%s", text).isTrue();
        }
        String stripped = new String(out, 0, length).replaceAll("^[\\x00- ]+|[\\x00- ]+$", "");
        assertThat(stripped).as("%s", text).isEqualTo(LanguageText.whole(text).toString());
      }
    }
    assertThat(plain).isGreaterThan(CAPTIONS / 4);
    char[] laugh = "ha ha, HaJ".toCharArray();
    assertThat(LanguageText.plain(laugh, laugh.length, new byte[laugh.length]))
        .isEqualTo(LanguageText.NOT_PLAIN);
  }
}
