package dev.filip.data.translate;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Any command that reads texts, one a line, and writes as many translations. It is started once a
 * batch, without a shell. Thread-safe.
 */
public final class CommandTranslator implements Translator {
  private static final Pattern WORD = Pattern.compile("((?:[^\\s\"']+|\"[^\"]*\"|'[^']*')+)|(\\S)");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"|'([^']*)'");

  private final String command;
  private final List<String> words;
  private final LineProcess process;

  /**
   * Takes a command.
   *
   * @param command words apart by spaces, quotes around those that hold some; {@code {from}} and
   *     {@code {to}} stand for the languages
   * @param limit how long one batch may take
   */
  public CommandTranslator(String command, Duration limit) {
    this.command = command;
    this.words = words(command);
    BadInput.require(!words.isEmpty(), "--command", "nothing", "a command with its arguments");
    BadInput.require(
        command.contains("{to}"),
        "--command",
        command,
        "a command with {to}, and {from} if need be");
    this.process = new LineProcess(limit);
  }

  static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(command);
    while (word.find()) {
      BadInput.require(word.group(1) != null, "--command", command, "without an open quote");
      words.add(
          QUOTED
              .matcher(word.group(1))
              .replaceAll(
                  m -> Matcher.quoteReplacement(m.group(1) != null ? m.group(1) : m.group(2))));
    }
    return words;
  }

  @Override
  public List<String> translate(List<String> texts, String from, String to) throws IOException {
    List<String> filled =
        words.stream().map(word -> word.replace("{from}", from).replace("{to}", to)).toList();
    List<String> lines = process.run(filled, texts);
    if (lines.size() != texts.size()) {
      throw LineProcess.failure(
          filled,
          "wrote " + lines.size() + " lines for " + texts.size(),
          "a translation a line is needed");
    }
    return lines;
  }

  @Override
  public String describe() {
    return "command: " + command;
  }
}
