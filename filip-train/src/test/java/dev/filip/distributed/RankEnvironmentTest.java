package dev.filip.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** torchrun's variables. */
class RankEnvironmentTest {
  @Test
  void withoutRankItIsARunOfOneProcess() {
    assertThat(RankEnvironment.of(Map.of("MASTER_PORT", "1", "LOCAL_RANK", "0"))).isEmpty();
  }

  @Test
  void everyVariableArrives() {
    Map<String, String> variables =
        Map.of(
            "RANK", "5",
            "WORLD_SIZE", "8",
            "LOCAL_RANK", "1",
            "LOCAL_WORLD_SIZE", "4",
            "MASTER_ADDR", "node-0",
            "MASTER_PORT", "45123",
            "TORCHELASTIC_USE_AGENT_STORE", "True",
            "TORCHELASTIC_RESTART_COUNT", "2");
    assertThat(RankEnvironment.of(variables))
        .contains(new RankEnvironment(5, 8, 1, 4, "node-0", 45_123, true, 2));
  }

  @Test
  void aChildGetsWhatItsParentMeant() {
    RankEnvironment local = RankEnvironment.local(1, 3, 4000);
    assertThat(RankEnvironment.of(local.variables())).contains(local);
  }

  @Test
  void whatIsMissingOrWrongIsNamed() {
    wrong(
        Map.of("RANK", "0", "WORLD_SIZE", "2"),
        "a rank needs RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT in its environment, missing:"
            + " MASTER_ADDR, MASTER_PORT");
    wrong(of("2", "2"), "RANK must be in [0, 1] (WORLD_SIZE - 1), got 2");
    wrong(of("x", "2"), "RANK must be a whole number, got \"x\"");
    wrong(of("0", "0"), "WORLD_SIZE must be >= 1, got 0");
  }

  private static Map<String, String> of(String rank, String world) {
    return Map.of("RANK", rank, "WORLD_SIZE", world, "MASTER_ADDR", "a", "MASTER_PORT", "1");
  }

  private static void wrong(Map<String, String> variables, String message) {
    assertThatThrownBy(() -> RankEnvironment.of(variables))
        .isInstanceOf(BadInput.class)
        .hasMessage(message);
  }
}
