package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilterParserTest {
  @TempDir static Path temp;
  private IndexEditor editor;

  @BeforeAll
  void make() throws IOException {
    Path index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), false);
    editor = IndexEditor.open(index);
    editor.add(
        List.of(
            Fixtures.item("a", Fixtures.json("{'tag': 'x', 'year': 2010, 'name': 'red ball'}")),
            Fixtures.item("b", Fixtures.json("{'tag': ['x', 'y'], 'year': 2011, 'name': 'red'}")),
            Fixtures.item("c", Fixtures.json("{'tag': 'y', 'year': -0.0, 'good': true}"))));
    editor.add(
        List.of(
            Fixtures.item(
                "d", Fixtures.json("{'year': [1, 2020.5], 'good': false, 'n': {'deep': 'q'}}")),
            Fixtures.item(
                "e/1",
                Fixtures.json(
                    "{'name': 'a:b AND \\'c\\'', 'long': '" + "w".repeat(40_000) + "'}"))));
  }

  @AfterAll
  void close() throws IOException {
    editor.close();
  }

  private List<String> found(String filter) throws IOException {
    SearchQuery query =
        SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(new Random(1), 2), Fixtures.D);
    return editor.now().search(query, 10, filter).stream().map(Hit::id).sorted().toList();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "tag:x | a b",
        "tag:X | ``",
        "tag=x AND year>2010 | b",
        "tag:x year>=2010 | a b",
        "tag:x OR year<1 | a b c",
        "tag:x AND NOT tag:y | a",
        "NOT (tag:x OR tag:y) | d e/1",
        "year:2010.0 | a",
        "year:0 | c",
        "year!=2010 | b c d e/1",
        "year>2020 AND year<2 | d",
        "year:* | a b c d",
        "name:\"red ball\" | a",
        "name:red | b",
        "name:re* | a b",
        "name:\"re*\" | ``",
        "good:true | c",
        "good!=true | a b d e/1",
        "n.deep:q | d",
        "id:\"e/1\" | e/1",
        "id:e* OR id=a | a e/1",
        "name:\"a:b AND \\\"c\\\"\" | e/1",
        "not tag:x and not tag:y or id:a | a d e/1",
        "year>=2010 AND (tag:y OR name:\"red ball\") | a b",
      })
  void filtersAreExact(String filter, String ids) throws IOException {
    assertThat(found(filter))
        .containsExactlyElementsOf(List.of(ids.isEmpty() ? new String[0] : ids.split(" ")));
  }

  @Test
  void textsLongerThanATermAreComparedWhole() throws IOException {
    assertThat(found("long:" + "w".repeat(40_000))).containsExactly("e/1");
    assertThat(found("long:" + "w".repeat(40_001))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "colour:x | has no field 'colour'; it has good, long, n.deep, name, tag, year",
        "tag>x | operator of tag must be : = or !=",
        "year:old | must be a number, got 'old'",
        "year>nan | must be a number",
        "good:maybe | must be true or false",
        "tag: | a value behind 'tag:', got its end",
        "tag:x AND | the name of a field, got its end",
        "tag:x ) | AND, OR or its end, got ')'",
        "(tag:x | a closing ), got its end",
        "tag x | one of : = != > >= < <= behind 'tag', got 'x'",
        "name:\"red | must close its quotes",
        "tag:x OR OR year>1 | the name of a field, got 'OR'",
        "`` | the name of a field, got its end",
      })
  void whatIsNoFilterIsSaidInOneLine(String filter, String message) {
    assertThatThrownBy(() -> found(filter))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message);
  }

  @Test
  void nestingHasALimit() {
    assertThatThrownBy(() -> found("(".repeat(5000) + "tag:x" + ")".repeat(5000)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("at most 100 deep");
  }
}
