package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchQueryTest {
  @TempDir Path temp;
  private final Fixtures.AxisEncoder encoder = new Fixtures.AxisEncoder();

  private Map<String, Float> scores(SearchQuery query) throws IOException {
    Path index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), true);
    Map<String, Float> scores = new TreeMap<>();
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(
          List.of(
              Fixtures.item(
                  "red-sofa", encoder.image("red", "sofa", "wall"), Fixtures.json("{}"), null),
              Fixtures.item("red-dog", encoder.image("red", "dog"), Fixtures.json("{}"), null),
              Fixtures.item(
                  "sofa-dog", encoder.image("sofa", "dog", "dog"), Fixtures.json("{}"), null)));
      editor.now().search(query, 5, null).forEach(hit -> scores.put(hit.id(), hit.score()));
    }
    return scores;
  }

  private SearchQuery text(String text) {
    return SearchQuery.text(QueryText.parse(text), encoder);
  }

  /** Four tokens, of which [BOS] and [EOS] match nothing here. */
  @Test
  void aTextIsTheMeanOfItsTokensMaxima() throws IOException {
    assertThat(scores(text("red sofa")))
        .isEqualTo(Map.of("red-sofa", 0.5f, "red-dog", 0.25f, "sofa-dog", 0.25f));
  }

  @Test
  void aWordsWeightCountsInSumAndDivisor() throws IOException {
    Map<String, Float> scores = scores(text("red^2 sofa"));
    assertThat(scores.get("red-sofa")).isCloseTo(3 / 5f, within(1e-6f));
    assertThat(scores.get("red-dog")).isCloseTo(2 / 5f, within(1e-6f));
    assertThat(scores.get("sofa-dog")).isCloseTo(1 / 5f, within(1e-6f));
  }

  @Test
  void anUnwantedWordTakesAway() throws IOException {
    Map<String, Float> scores = scores(text("red sofa -dog"));
    assertThat(scores.get("red-sofa")).isCloseTo(0.5f, within(1e-6f));
    assertThat(scores.get("red-dog")).isCloseTo(0.25f - 1, within(1e-6f));
    assertThat(scores(text("-dog^0.5")).get("red-dog")).isCloseTo(-0.5f, within(1e-6f));
  }

  @Test
  void anImageIsTheMeanOverItsRowsAndPartsCountHalf() throws IOException {
    SearchQuery image =
        SearchQuery.image(
            Fixtures.ENCODER, encoder.image("dog", "dog", "sofa", "tree"), Fixtures.D);
    assertThat(scores(image).get("sofa-dog")).isCloseTo(0.75f, within(1e-6f));
    assertThat(scores(text("red sofa").and(image)).get("sofa-dog"))
        .isCloseTo((0.25f + 0.75f) / 2, within(1e-6f));
  }

  @Test
  void marksAreReadAtTheEndsOfWordsOnly() {
    assertThat(QueryText.parse("  red^2   a-b ^_^ - x^y c^0.25 -dog^3 -cat "))
        .isEqualTo(
            new QueryText(
                "red a-b ^_^ - x^y c",
                List.of(new QueryText.Weighted(0, 3, 2), new QueryText.Weighted(18, 19, 0.25f)),
                List.of(new QueryText.Unwanted("dog", 3), new QueryText.Unwanted("cat", 1))));
    assertThat(QueryText.literal("red^2 -dog").text()).isEqualTo("red^2 -dog");
    assertThat(QueryText.parse("a^.5 b^2. c^1e2 d^+3 e^-0 ^2 f^ g^NaN").words())
        .extracting(QueryText.Weighted::weight)
        .containsExactly(0.5f, 2f, 100f, 3f, 0f);
    assertThatThrownBy(() -> QueryText.parse("  "))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("at least one word");
  }

  /** A weight that cannot be is no part of a word: it would change the query without a sign. */
  @ParameterizedTest
  @ValueSource(strings = {"red^-1", "-dog^-2", "red^1e400", "red^9999999999", "red^2^-3"})
  void weightsThatCannotBeAreRefused(String text) {
    assertThatThrownBy(() -> QueryText.parse(text))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("must be in 0..1e9")
        .hasMessageContaining("literal");
    assertThat(QueryText.literal(text).text()).isEqualTo(text);
  }
}
