package dev.filip.cli;

import dev.filip.io.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code --json} option: standard output is then exactly one JSON document. */
final class Answer {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--json",
      description = "Print the result as one JSON document on standard output.")
  private boolean json;

  boolean isJson() {
    return json;
  }

  /** Prints the result: as JSON, or as lines for people. */
  void print(com.fasterxml.jackson.databind.JsonNode result) {
    print(result, Plain.text(result));
  }

  /** Prints the result: as JSON, or as this text. */
  void print(Object result, String text) {
    if (spec == null) {
      throw new IllegalStateException("not attached to a command");
    }
    var out = spec.commandLine().getOut();
    out.println(json ? Json.pretty(result) : text);
    out.flush();
  }
}
