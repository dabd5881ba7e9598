package dev.filip.distributed;

import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which rank of how many a process is and where the ranks meet: torchrun's environment variables
 * (PyTorch, "torchrun", environment variables).
 *
 * @param rank 0 to world-1; rank 0 writes and shows progress
 * @param world processes of the run
 * @param localRank number on this machine: its GPU
 * @param localWorld processes on this machine, which share its cores
 * @param host where rank 0 (or the launcher) keeps the store
 * @param port of the store
 * @param agentStore the launcher itself keeps the store
 * @param attempt of the launcher to run this group, 0 for the first: groups do not mix
 */
public record RankEnvironment(
    int rank,
    int world,
    int localRank,
    int localWorld,
    String host,
    int port,
    boolean agentStore,
    int attempt) {
  public RankEnvironment {
    BadInput.require(world >= 1, "WORLD_SIZE", world, ">= 1");
    BadInput.require(
        rank >= 0 && rank < world, "RANK", rank, "in [0, " + (world - 1) + "] (WORLD_SIZE - 1)");
    BadInput.require(localRank >= 0, "LOCAL_RANK", localRank, ">= 0");
    BadInput.require(localWorld >= 1, "LOCAL_WORLD_SIZE", localWorld, ">= 1");
    BadInput.require(!host.isBlank(), "MASTER_ADDR", "an empty text", "a host name or address");
    BadInput.require(port >= 1 && port <= 65_535, "MASTER_PORT", port, "in [1, 65535]");
    BadInput.require(attempt >= 0, "TORCHELASTIC_RESTART_COUNT", attempt, ">= 0");
  }

  /** One of {@code world} processes on this machine that meet at a local port. */
  public static RankEnvironment local(int rank, int world, int port) {
    return new RankEnvironment(rank, world, rank, world, "127.0.0.1", port, false, 0);
  }

  /**
   * Reads the variables; empty where neither RANK nor WORLD_SIZE is set, which is a run of one
   * process.
   *
   * @throws BadInput where some are missing or no numbers, naming them
   */
  public static Optional<RankEnvironment> of(Map<String, String> environment) {
    if (!environment.containsKey("RANK") && !environment.containsKey("WORLD_SIZE")) {
      return Optional.empty();
    }
    List<String> missing = new ArrayList<>();
    for (String name : List.of("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")) {
      if (!environment.containsKey(name)) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty()) {
      throw new BadInput(
          "a rank needs RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT in its environment, missing: "
              + String.join(", ", missing));
    }
    return Optional.of(
        new RankEnvironment(
            number(environment, "RANK", 0),
            number(environment, "WORLD_SIZE", 1),
            number(environment, "LOCAL_RANK", 0),
            number(environment, "LOCAL_WORLD_SIZE", 1),
            environment.getOrDefault("MASTER_ADDR", ""),
            number(environment, "MASTER_PORT", 0),
            "True".equals(environment.get("TORCHELASTIC_USE_AGENT_STORE")),
            number(environment, "TORCHELASTIC_RESTART_COUNT", 0)));
  }

  private static int number(Map<String, String> environment, String name, int missing) {
    @Nullable String text = environment.get(name);
    if (text == null) {
      return missing;
    }
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw BadInput.of(name, "\"" + text + "\"", "a whole number");
    }
  }

  /** The variables, for a child process. */
  public Map<String, String> variables() {
    return Map.of(
        "RANK", Integer.toString(rank),
        "WORLD_SIZE", Integer.toString(world),
        "LOCAL_RANK", Integer.toString(localRank),
        "LOCAL_WORLD_SIZE", Integer.toString(localWorld),
        "MASTER_ADDR", host,
        "MASTER_PORT", Integer.toString(port));
  }

  /** Where the ranks meet, as errors name it. */
  public String meetingPlace() {
    return "MASTER_ADDR:MASTER_PORT " + host + ":" + port;
  }
}
