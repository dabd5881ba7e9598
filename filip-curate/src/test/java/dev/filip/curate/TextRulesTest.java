package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextRulesTest {
  private static boolean takes(TextRule rule, String text) {
    return rule.apply(text).text() == null;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "img_0.jpg",
        "IMG_20200101_123456",
        "DSC_0042",
        "DSC00042.JPG",
        "_MG_1234",
        "P1010101",
        "100_0203",
        "GOPR0042",
        "PXL_20210304_101112",
        "Screenshot 2020-01-02 at 10.11.12",
        "WhatsApp Image 2020-01-02 at 10.11.12",
        "IMG-20200101-WA0001",
        "image 12",
        "Photo (3)",
        "OLYMPUS DIGITAL CAMERA",
        "KONICA MINOLTA DIGITAL CAMERA",
        "Canon EOS 5D Mark II",
        "iPhone 12 Pro",
        "beach_holiday_2004.png",
        "https://example.org/a/b?c=d",
        "www.example.org/page",
        "someone@example.org",
        "12345",
        "2010-05-06 12:00",
        "***",
        "a8f3k29dk2x7",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "untitled",
        "Photo",
        "image of a",
        "null",
      })
  void meaninglessTextsAreTaken(String text) {
    assertThat(takes(new MeaninglessRule(), text)).as(text).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a photo of a dog",
        "dog",
        "Canon",
        "my dog playing.jpg is what she called it",
        "Route 66",
        "7 swans in 2010",
        "iPhone 12 beside a cup of tea",
        "a screenshot of the game",
        "B-52 bomber",
        "T-shirt",
        "\u732b",
        "\u0441\u043e\u0431\u0430\u043a\u0430 12",
        "ox",
        "scan of an old letter, 1912",
        "photo by Anna",
        "face",
        "decade",
      })
  void textsWithAMeaningStay(String text) {
    assertThat(takes(new MeaninglessRule(), text)).as(text).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "a <b>red</b> fox &amp; a hen | a red fox & a hen",
        "a &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt; fox | a bold fox",
        "Sunset+at+the+pier%21 | Sunset at the pier!",
        "Sunset%20at%20sea | Sunset at sea",
        "50% off today | 50% off today",
        "100%+wool | 100%+wool",
        "C++ on a screen | C++ on a screen",
        "a fox https://flic.kr/p/1 in snow | a fox in snow",
        "Sunset at sea #sunset #sea, #canon | Sunset at sea",
        "a #fox in #snow | a fox in snow",
        "we are #1 in town | we are #1 in town",
        "3 < 4 and 5 > 2 | 3 < 4 and 5 > 2",
        "plain as it is | plain as it is",
      })
  void textsAreCleaned(String text, String expected) {
    CleanRule rule = new CleanRule(true, true, CleanRule.Hashtags.LISTS);
    assertThat(rule.apply(text).text()).isEqualTo(expected);
    assertThat(rule.apply(expected).text()).as("again").isEqualTo(expected);
  }

  @Test
  void aTextOfTagsAloneGoes() {
    CleanRule lists = new CleanRule(true, true, CleanRule.Hashtags.LISTS);
    assertThat(takes(lists, "#sunset #sea")).isTrue();
    assertThat(takes(lists, "<br/> &nbsp;")).isTrue();
    CleanRule words = new CleanRule(true, true, CleanRule.Hashtags.WORDS);
    assertThat(words.apply("#sunset #sea").text()).isEqualTo("sunset sea");
    CleanRule drop = new CleanRule(true, true, CleanRule.Hashtags.DROP);
    assertThat(drop.apply("a #fox in snow").text()).isEqualTo("a in snow");
    CleanRule nothing = new CleanRule(false, false, CleanRule.Hashtags.KEEP);
    assertThat(nothing.apply("a <b>#fox</b>  %20").text()).isEqualTo("a <b>#fox</b>  %20");
  }

  @Test
  void lengthCountsWordsAndCodePoints() {
    LengthRule rule = new LengthRule(2, 4, 5, 12);
    assertThat(takes(rule, "ab cd")).isFalse();
    assertThat(takes(rule, "abcde")).isTrue();
    assertThat(takes(rule, "a b c d e")).isTrue();
    assertThat(takes(rule, "a b")).isTrue();
    assertThat(takes(rule, "abcdef ghijk")).isFalse();
    assertThat(takes(rule, "abcdef ghijkl")).isTrue();
    assertThat(takes(rule, "\ud83d\ude00 \ud83d\ude00")).as("three code points").isTrue();
    assertThat(rule.apply("abcde").why()).isEqualTo("1 word, not in [2, 4]");
  }

  @Test
  void sensitiveWordsAreWholeWordsAndPhrases() {
    SensitiveRule rule = new SensitiveRule(WordList.builtIn(SensitiveRule.BUILT_IN));
    assertThat(rule.apply("A PORN star").why()).isEqualTo("holds \"porn\"");
    assertThat(takes(rule, "a sex-tape of them")).isTrue();
    assertThat(takes(rule, "popcorn")).isFalse();
    assertThat(takes(rule, "a tape about sex education")).isFalse();
    assertThat(takes(rule, "Scunthorpe")).isFalse();
  }

  /** No text makes a rule slow or overflow its stack. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "#a ",
        "1",
        "a1",
        "%20",
        "a+",
        "<",
        "&amp;",
        "img_1wa",
        "Dr. John ",
        "canon 1a-",
        "-1",
        "\n",
        "\ud83d"
      })
  @Timeout(20)
  void longTextsAreJudgedInTime(String piece) {
    String text = piece.repeat(100_000 / piece.length());
    for (TextRule rule :
        new TextRule[] {
          new MeaninglessRule(),
          new CleanRule(true, true, CleanRule.Hashtags.LISTS),
          new LengthRule(0, 10, 0, 10),
          new SensitiveRule(WordList.builtIn(SensitiveRule.BUILT_IN)),
          new PersonRule(new Persons())
        }) {
      assertThat(Objects.requireNonNullElse(rule.apply(text).text(), "").length())
          .isLessThanOrEqualTo(2 * text.length());
    }
  }

  @Test
  void wordsArePartedByWhatJavaTakesForWhiteSpace() {
    for (int c = 0; c <= Character.MAX_VALUE; c++) {
      int words = Character.isWhitespace((char) c) ? 2 : 1;
      assertThat(LengthRule.words("a" + (char) c + "b")).as("%x", c).isEqualTo(words);
    }
    assertThat(LengthRule.words("")).isZero();
    assertThat(LengthRule.words(" \t ")).isZero();
    assertThat(LengthRule.words(" a  b\nc ")).isEqualTo(3);
  }
}
