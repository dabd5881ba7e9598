package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RuleBookTest {
  private static final Path FILE = Path.of("rules.yaml");

  static List<Path> shipped() throws IOException {
    Path configs = Path.of(System.getProperty("filip.root", ".."), "configs");
    try (Stream<Path> files = Files.list(configs)) {
      return files.filter(f -> f.getFileName().toString().startsWith("curate")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void theShippedRulesCanBeRead(Path file) {
    assertThat(RuleBook.read(file).size()).isGreaterThan(5);
  }

  @Test
  void thePapersThresholdsAreThose() {
    RuleBook book =
        RuleBook.read(Path.of(System.getProperty("filip.root", ".."), "configs/curate-paper.yaml"));
    assertThat(book.rules())
        .contains(
            new ImageRule.ShorterSide(200), new ImageRule.AspectRatio(3), new Rule.Repetition(10));
    assertThat(book.names()).contains("meaningless", "persons").doesNotContain("near_duplicates");
  }

  @Test
  void theOrderIsTheFilesAndOffIsOff() {
    RuleBook book =
        RuleBook.parse("length: {min_words: 2}\nclean: off\nfile_size: on\nmeaningless:\n", FILE);
    assertThat(book.names()).containsExactly("length", "file_size", "meaningless");
    assertThat(book.rules().get(1)).isEqualTo(new ImageRule.FileSize(1024));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shorter_sde: {min: 3} | shorter_sde is not a key; did you mean shorter_side?",
        "shorter_side: {mim: 3} | shorter_side.mim is not a key; did you mean shorter_side.min?",
        "shorter_side: {min: many} | shorter_side.min must be a whole number, got \"many\"",
        "shorter_side: {min: 0} | shorter_side.min must be >= 1, got 0",
        "shorter_side: 200 | shorter_side must be on or off, or a map with keys min, got 200",
        "aspect_ratio: {max: 0.5} | aspect_ratio.max must be >= 1, got 0.5",
        "near_duplicates: {distance: 12} | near_duplicates.distance must be in [0, 11], got 12",
        "length: {min_words: 5, max_words: 4} | length.max_words must be >= 5, got 4",
        "clean: {hashtags: some} | clean.hashtags must be one of lists, drop, words, keep",
        "sensitive: {words: nowhere.txt} | nowhere.txt",
        "meaningless: maybe | meaningless must be on or off, got \"maybe\"",
        "meaningless: off | rules must be at least one rule, got none",
        "- a | rules.yaml must be a map of rules",
        "a: [ | rules.yaml is not valid YAML",
      })
  void whatIsWrongIsSaidInOneLineWithItsKey(String text, String message) {
    assertThatThrownBy(() -> RuleBook.parse(text, FILE))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message.strip())
        .message()
        .doesNotContain("\n");
  }

  @Test
  void anotherOrderOrAnotherListIsAnotherRequest(@TempDir Path folder) throws IOException {
    Path rules = folder.resolve("r.yaml");
    Files.writeString(folder.resolve("words.txt"), "plum # a fruit\n");
    String text = "sensitive: {words: words.txt}\nclean: on\n";
    RuleBook one = RuleBook.parse(text, rules);
    assertThat(RuleBook.parse("clean: on\nsensitive: {words: words.txt}\n", rules).request())
        .isNotEqualTo(one.request());
    Files.writeString(folder.resolve("words.txt"), "pear\n");
    assertThat(RuleBook.parse(text, rules).request()).isNotEqualTo(one.request());
    assertThatThrownBy(() -> RuleBook.parse("", rules)).isInstanceOf(BadInput.class);
  }
}
