package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PersonsTest {
  private final Persons persons = new Persons();

  static List<String> lines(String resource) throws IOException {
    try (InputStream in = Objects.requireNonNull(PersonsTest.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  /** Names are counted that are found whole; the figures stand in docs/CURATION.md. */
  @Test
  void theHandMadeSetHasThesePrecisionAndRecall() throws IOException {
    int right = 0;
    int found = 0;
    int wanted = 0;
    List<String> wrong = new ArrayList<>();
    for (String line : lines("persons.txt")) {
      List<Persons.Span> names = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      int from = 0;
      for (int i = 0; i < line.length(); i++) {
        switch (line.charAt(i)) {
          case '[' -> from = text.length();
          case ']' -> names.add(new Persons.Span(from, text.length()));
          default -> text.append(line.charAt(i));
        }
      }
      List<Persons.Span> told = persons.find(text.toString());
      int same = (int) told.stream().filter(names::contains).count();
      right += same;
      found += told.size();
      wanted += names.size();
      if (same < Math.max(told.size(), names.size())) {
        wrong.add(line + " -> " + persons.replace(text.toString()));
      }
    }
    assertThat(right / (double) found).as("precision: %s", wrong).isGreaterThanOrEqualTo(0.9);
    assertThat(right / (double) wanted).as("recall: %s", wrong).isGreaterThanOrEqualTo(0.9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Kate's hat | <person>'s hat",
        "a letter to Mr. Brown. | a letter to <person>.",
        "Tom and Anna at sea | <person> and <person> at sea",
        "nobody at all | nobody at all",
      })
  void whatStandsAroundANameStays(String text, String expected) {
    assertThat(persons.replace(text)).isEqualTo(expected);
    assertThat(persons.replace(expected)).as("again").isEqualTo(expected);
  }
}
