package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * Help is documentation: every command says what it does and shows one real example; every option
 * has a long name and a text.
 */
class HelpTest {
  static List<CommandLine> everyCommand() {
    List<CommandLine> all = new ArrayList<>();
    collect(Main.commandLine(), all);
    return all;
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(sub -> collect(sub, all));
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void showsAnExampleThatParses(CommandLine command) {
    String help = command.getUsageMessage();
    assertThat(help).contains("Example:").contains("filip ");
    String example =
        help.substring(help.indexOf("Example:") + 8).strip().lines().findFirst().orElse("");
    assertThat(example).startsWith(command.getCommandSpec().qualifiedName());
    Main.commandLine().parseArgs(words(example.substring("filip ".length())));
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void everyOptionIsNamedAndExplained(CommandLine command) {
    for (var option : command.getCommandSpec().options()) {
      assertThat(option.names())
          .as("%s", (Object) option.longestName())
          .anyMatch(name -> name.startsWith("--"));
      assertThat(option.description())
          .as("%s %s", command.getCommandSpec().qualifiedName(), option.longestName())
          .isNotEmpty();
    }
  }

  /** Only the branch that is named is built: what is said must not tell the difference. */
  @ParameterizedTest
  @MethodSource("everyCommand")
  void aCommandBuiltAloneSaysTheSame(CommandLine command) {
    List<String> path = List.of(command.getCommandSpec().qualifiedName().split(" "));
    CommandLine alone = Main.commandLine(path::contains);
    assertThat(alone.getSubcommands()).hasSize(Main.commandLine().getSubcommands().size());
    for (String name : path.subList(1, path.size())) {
      alone = Objects.requireNonNull(alone.getSubcommands().get(name));
    }
    assertThat(alone.getUsageMessage()).isEqualTo(command.getUsageMessage());
  }

  @Test
  void aDownloadsTableMayLieInAStore() {
    CommandLine data = Objects.requireNonNull(Main.commandLine().getSubcommands().get("data"));
    CommandLine download = Objects.requireNonNull(data.getSubcommands().get("download"));
    assertThat(download.getUsageMessage().replaceAll("\\s+", " "))
        .contains("https://, s3:// and hdfs://")
        .contains("--split", "--shard-size");
    assertThat(Main.run("data", "download", "urls.txt", "--out", "out", "--resize-mode", "wide"))
        .isEqualTo(2);
  }

  private static String[] words(String line) {
    List<String> words = new ArrayList<>();
    var matcher = java.util.regex.Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(line);
    while (matcher.find()) {
      words.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
    return words.toArray(String[]::new);
  }
}
