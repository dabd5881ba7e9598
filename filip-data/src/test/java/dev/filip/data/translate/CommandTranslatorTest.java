package dev.filip.data.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are those of sh")
class CommandTranslatorTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  @TempDir Path folder;

  private List<String> run(String script, Duration limit, String... texts) throws IOException {
    Path file = folder.resolve("a script.sh");
    Files.writeString(file, script);
    try (var command = new CommandTranslator("sh '" + file + "' {from} {to}", limit)) {
      return command.translate(List.of(texts), "en", "de");
    }
  }

  @Test
  void textsGoInAndComeOutALineEach() throws IOException {
    assertThat(run("sed \"s/^/$1-$2 /\"", LONG, "a {to} \"q\" $x", "naïve — 木"))
        .containsExactly("en-de a {to} \"q\" $x", "en-de naïve — 木");
    assertThat(run("cat >/dev/null; printf 'one\\n\\n'", LONG, "a", "b"))
        .containsExactly("one", "");
    assertThat(run("cat >/dev/null; printf 'one\\ntwo'", LONG, "a", "b"))
        .containsExactly("one", "two");
  }

  @Test
  void whatIsLargerThanAPipeDoesNotBlock() throws IOException {
    String[] texts =
        IntStream.range(0, 20_000).mapToObj(i -> "text number " + i).toArray(String[]::new);
    assertThat(run("cat", LONG, texts)).containsExactly(texts);
    assertThat(run("cat >&2; echo one", LONG, "a")).containsExactly("one");
  }

  @Test
  void whatGoesWrongIsOneLineWithTheCommandsWords() {
    assertThatThrownBy(() -> run("echo 'no model\nfor de' >&2; exit 3", LONG, "a"))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(" en de ended with code 3: no model\\nfor de");
    assertThatThrownBy(() -> run("head -n 1", LONG, "a", "b"))
        .hasMessageContaining("wrote 1 lines for 2");
    assertThatThrownBy(() -> run("cat >/dev/null; printf '\\377\\n'", LONG, "a"))
        .hasMessageContaining("wrote no UTF-8");
  }

  @Test
  void aCommandThatHangsIsEndedWithItsChildren() {
    long begun = System.nanoTime();
    assertThatThrownBy(() -> run("sleep 60 & sleep 60", Duration.ofMillis(300), "a"))
        .hasMessageContaining("no answer within 0.3 s (--timeout)");
    assertThat(System.nanoTime() - begun).isLessThan(15_000_000_000L);
  }

  @Test
  void commandsAreChecked() {
    assertThat(CommandTranslator.words("a  'b c' \"d\"e {to}"))
        .containsExactly("a", "b c", "de", "{to}");
    assertThatThrownBy(() -> new CommandTranslator("cat 'x {to}", LONG))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("open quote");
    assertThatThrownBy(() -> new CommandTranslator("cat", LONG)).hasMessageContaining("{to}");
    try (var none = new CommandTranslator("no-such-program-here {to}", LONG)) {
      assertThatThrownBy(() -> none.translate(List.of("a"), "en", "de"))
          .isInstanceOf(BadInput.class)
          .hasMessage("cannot start no-such-program-here: no such command on PATH");
    }
  }

  @Test
  void apertiumThatIsMissingIsOneLine() {
    assertThatThrownBy(() -> new ApertiumTranslator("no-such-apertium", "en", List.of("es"), LONG))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("--engine apertium needs the program apertium on PATH");
  }

  /** A script that answers as apertium does: it marks what it does not know. */
  @Test
  void apertiumGetsEmptyLinesBetweenAndLosesItsMarks() throws IOException {
    Path program = folder.resolve("apertium");
    Files.writeString(
        program,
        """
        #!/bin/sh
        if [ "$1" = -l ]; then printf '  eng-spa\\n  spa-eng\\n'; exit; fi
        [ "$1 $2" = "-u eng-spa" ] || exit 4
        sed 's/^\\(.\\)/X\\1/; s/grue/*grue/'
        """);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    try (var apertium = new ApertiumTranslator(program.toString(), "en", List.of("es"), LONG)) {
      assertThat(apertium.translate(List.of("a grue", "Two * 3"), "en", "es"))
          .containsExactly("xa grue", "XTwo * 3");
    }
    assertThatThrownBy(() -> new ApertiumTranslator(program.toString(), "en", List.of("de"), LONG))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("deu")
        .hasMessageContaining("[eng-spa, spa-eng]");
  }

  @Test
  void theRealApertiumTranslatesThereAndBack() throws IOException {
    ApertiumTranslator real;
    try {
      real = new ApertiumTranslator("en", List.of("es"), LONG);
    } catch (BadInput missing) {
      Assumptions.abort("apertium with eng-spa is not installed");
      return;
    }
    try (real) {
      List<String> there =
          real.translate(List.of("a house", "a red car", "the frobnitz"), "en", "es");
      assertThat(there.get(0)).isEqualTo("una casa");
      assertThat(there.get(2)).contains("frobnitz").doesNotContain("*");
      assertThat(real.translate(there, "es", "en").subList(0, 2))
          .containsExactly("a house", "a red car");
    }
  }
}
