package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.eval.Task;
import dev.filip.eval.Tasks;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class EvalCommandTest {
  @Test
  void everyTaskIsACommandWithItsOptions() {
    CommandLine eval = Objects.requireNonNull(Main.commandLine().getSubcommands().get("eval"));
    assertThat(eval.getSubcommands().keySet())
        .containsExactlyInAnyOrder(
            "zero-shot",
            "retrieval",
            "pointing",
            "binding",
            "probe",
            "suite",
            "prompts",
            "compare");
    for (Task<?> task : Tasks.ALL) {
      CommandLine command = Objects.requireNonNull(eval.getSubcommands().get(task.name()));
      for (Task.Option option : task.options()) {
        assertThat(command.getCommandSpec().optionsMap()).containsKey(option.name());
      }
    }
  }

  @Test
  void aWrongRankIsNamedBeforeAnythingIsOpened() {
    assertThat(error("eval", "retrieval", "no-model", "no-source", "--rank", "mean"))
        .isEqualTo("2 filip: --rank must be paper, text or sum, got mean");
    assertThat(error("eval", "retrieval", "no-model", "no-source", "--rank", "SUM", "--timings"))
        .startsWith("2 filip: ")
        .doesNotContain("--rank");
    assertThat(error("eval", "pointing", "no-model", "no-source", "--rank", "sum"))
        .contains("--rank");
  }

  private static String error(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine filip = Main.commandLine().setErr(new PrintWriter(err));
    int code = filip.execute(arguments);
    return code + " " + err.toString().strip();
  }
}
