package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanguageRuleTest {
  private static final Path FILE = Path.of("rules.yaml");

  private static TextRule rule(String settings) {
    return (TextRule) RuleBook.parse("language: " + settings, FILE).rules().getFirst();
  }

  /** The figures stand in docs/DEPENDENCIES.md. */
  @Test
  void shortCaptionsAreToldApart() throws IOException {
    TextRule english = rule("on");
    int right = 0;
    int told = 0;
    int wanted = 0;
    List<String> wrong = new ArrayList<>();
    for (String line : PersonsTest.lines("languages.tsv")) {
      boolean is = line.startsWith("en\t");
      boolean kept = english.apply(line.substring(3)).text() != null;
      right += is && kept ? 1 : 0;
      told += kept ? 1 : 0;
      wanted += is ? 1 : 0;
      if (is != kept) {
        wrong.add(line);
      }
    }
    assertThat(right / (double) told).as("precision: %s", wrong).isGreaterThanOrEqualTo(0.97);
    assertThat(right / (double) wanted).as("recall: %s", wrong).isGreaterThanOrEqualTo(0.92);
  }

  @Test
  void otherLanguagesCanBeKept() {
    TextRule both = rule("{keep: [en, de], ratio: 1}");
    assertThat(both.apply("Zwei Kinder spielen Fußball im Park").text()).isNotNull();
    assertThat(rule("{keep: deu}")).isEqualTo(rule("{keep: de}"));
    TextRule english = rule("on");
    assertThat(english.apply("собака на пляже").why()).startsWith("looks like ");
    assertThatThrownBy(() -> rule("{keep: klingon}"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("language.keep must be one of eng,");
    assertThatThrownBy(() -> rule("{ratio: 2}"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("language.ratio must be in (0, 1], got 2.0");
  }
}
