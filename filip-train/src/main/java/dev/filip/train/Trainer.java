package dev.filip.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigWriter;
import dev.filip.distributed.LostPeer;
import dev.filip.distributed.Ranks;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tensor.Natives;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Trains a model as a config says and writes it to a folder ({@link RunFolder}).
 *
 * <p>A run that was killed goes on from its newest checkpoint, bit-equal to one that never was
 * (same threads, same machine kind). Ctrl-C ends after the current step with a checkpoint. Several
 * runs may follow each other in one process, one at a time.
 */
public final class Trainer {
  private Trainer() {}

  /**
   * Runs it.
   *
   * @throws BadInput for what the user can mend: a config, a source, a folder in use
   * @throws TrainingStopped where it cannot go on: one line with step, last good checkpoint, cause
   */
  public static TrainResult run(RunConfig config, Path out, TrainOptions options) {
    try (Ranks alone = Ranks.alone()) {
      return run(config, out, options, alone);
    }
  }

  /**
   * One rank's part of it: the first writes the folder, evaluates and tells the listeners, the
   * others wait meanwhile. Only the first one's options about folder, log and evaluator count, but
   * all resume or none. {@code ranks} is borrowed.
   */
  public static TrainResult run(RunConfig config, Path out, TrainOptions options, Ranks ranks) {
    Natives.load();
    try {
      SourceFeeds.RankShare.requireDivides(config.batch(), ranks.world());
      try (FeedFactory data = SourceFeeds.open(config, options.log())) {
        return run(config, out, options, data, ranks);
      }
    } catch (IOException e) {
      TrainingStopped stopped =
          new TrainingStopped("cannot read training data: " + TrainingStopped.reason(e), e);
      ranks.fail(line(stopped));
      throw stopped;
    } catch (LostPeer e) {
      throw e;
    } catch (RuntimeException e) {
      ranks.fail(line(e));
      throw e;
    }
  }

  /** For the other ranks: libtorch's messages go on with a trace. */
  private static String line(RuntimeException e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    return message.lines().findFirst().orElse("internal error");
  }

  /** The same on data that is given, in one process. */
  static TrainResult run(RunConfig config, Path out, TrainOptions options, FeedFactory data) {
    try (Ranks alone = Ranks.alone()) {
      return run(config, out, options, data, alone);
    }
  }

  /** The same on data that is given. */
  static TrainResult run(
      RunConfig config, Path out, TrainOptions options, FeedFactory data, Ranks ranks) {
    RunFolder folder = ranks.isFirst() ? choose(out, options.existing()) : new RunFolder(out);
    try (var _ = ranks.isFirst() ? RunFolder.RunLock.take(folder.root()) : null;
        StopSignal stop = new StopSignal();
        Session session = session(config, folder, options, data, ranks)) {
      List<TrainListener> listeners = new ArrayList<>();
      if (ranks.isFirst()) {
        listeners.add(new MetricsListener(folder));
        listeners.addAll(options.listeners());
      }
      TrainLoop loop = new TrainLoop(session, options, listeners, stop::asked);
      TrainResult result = loop.run();
      if (!result.interrupted()) {
        ranks.first(
            () -> loop.write("model", () -> session.writeModel(folder.model(), result.steps())));
      }
      String skipped = session.feed().leftOut();
      if (!skipped.isEmpty()) {
        options.log().accept("left out: " + skipped);
      }
      ended(folder, result.interrupted() ? "interrupted" : "done", "", options, ranks);
      return result;
    } catch (TrainingStopped e) {
      String outcome = e instanceof TrainingStopped.Diverged ? "diverged" : "stopped";
      ended(folder, outcome, String.valueOf(e.getMessage()), options, ranks);
      throw e;
    } catch (LostPeer e) {
      LostPeer lost = ranks.explained(e);
      Checkpoints checkpoints = new Checkpoints(folder.checkpoints(), config.checkpoint().keep());
      throw new LostPeer(lost.what() + "; " + checkpoints.lastGood(), lost);
    }
  }

  /** Says in the folder how the run ended, for whoever started it and reads no log. */
  private static void ended(
      RunFolder folder, String outcome, String reason, TrainOptions options, Ranks ranks) {
    if (!ranks.isFirst()) {
      return;
    }
    ObjectNode json = Json.object().put("outcome", outcome).put("reason", reason);
    try {
      Outputs.file(folder.ended(), (Json.pretty(json) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      options.log().accept("cannot write " + folder.ended() + ": " + TrainingStopped.reason(e));
    }
  }

  private static RunFolder choose(Path out, TrainOptions.Existing existing) {
    RunFolder folder = new RunFolder(out);
    folder.requireFolder();
    return switch (existing) {
      case REPLACE -> {
        folder.requireOwn();
        yield folder;
      }
      case NEXT_FREE -> folder.used() ? new RunFolder(Outputs.nextFree(out)) : folder;
      case REFUSE -> {
        folder.requireOwn();
        if (folder.worthKeeping()) {
          throw new BadInput("output folder " + out + folder.inTheWay());
        }
        yield folder;
      }
      case RESUME -> {
        if (!folder.used()) {
          throw new BadInput("--resume: there is no run in " + out);
        }
        yield folder;
      }
    };
  }

  private static Session session(
      RunConfig config, RunFolder folder, TrainOptions options, FeedFactory data, Ranks ranks) {
    try {
      Agreement.requireSameOnRanks(ranks, "run", facts(config, data));
      if (ranks.isFirst()) {
        clearLeftovers(folder, options);
      }
      Optional<Path> checkpoint = checkpoint(config, folder, options, ranks);
      Arithmetic arithmetic =
          checkpoint.isPresent()
              ? Arithmetic.of(checkpoint.get())
              : Arithmetic.choose(config, ranks, options.log());
      RunConfig whole = arithmetic.in(config);
      SessionBuilder builder = new SessionBuilder(whole, data, options.log(), ranks);
      if (checkpoint.isPresent()) {
        options.log().accept(arithmetic.goesOn());
        ranks.first(() -> goesOn(folder));
        return builder.resumed(folder, checkpoint.get());
      }
      ranks.first(() -> begin(whole, folder));
      return builder.fresh(folder);
    } catch (IOException | UncheckedIOException e) {
      throw cannotStart(folder, TrainingStopped.cause(e));
    }
  }

  private static TrainingStopped cannotStart(RunFolder folder, IOException e) {
    return new TrainingStopped(
        "cannot start a run in " + folder.root() + ": " + TrainingStopped.reason(e), e);
  }

  private static void begin(RunConfig config, RunFolder folder) {
    try {
      folder.clear();
      Files.createDirectories(folder.root());
      byte[] yaml = RunConfigWriter.yaml(config).getBytes(StandardCharsets.UTF_8);
      Outputs.file(folder.config(), yaml);
    } catch (IOException e) {
      throw cannotStart(folder, e);
    }
  }

  private static void clearLeftovers(RunFolder folder, TrainOptions options) throws IOException {
    List<Path> unfinished = folder.clearLeftovers();
    if (!unfinished.isEmpty()) {
      options
          .log()
          .accept(
              "removed what a killed run left unfinished in "
                  + folder.root()
                  + ": "
                  + unfinished.stream()
                      .map(path -> String.valueOf(path.getFileName()))
                      .collect(Collectors.joining(", ")));
    }
  }

  private static void goesOn(RunFolder folder) {
    try {
      Files.deleteIfExists(folder.ended());
    } catch (IOException e) {
      throw cannotStart(folder, e);
    }
  }

  /** The checkpoint that the first rank finds, for all; empty for a run from its first step. */
  private static Optional<Path> checkpoint(
      RunConfig config, RunFolder folder, TrainOptions options, Ranks ranks) {
    String found = "";
    if (ranks.isFirst() && options.existing() == TrainOptions.Existing.RESUME) {
      found =
          new Checkpoints(folder.checkpoints(), config.checkpoint().keep())
              .newestWhole(options.log())
              .map(Path::toString)
              .orElse("");
      if (found.isEmpty()) {
        options.log().accept("no checkpoint in " + folder.root() + " yet: starting at step 1");
      }
    }
    found = ranks.notes("checkpoint", found, Duration.ofMinutes(10))[0];
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (!Files.isDirectory(Path.of(found))) {
      throw new BadInput(
          "rank "
              + ranks.rank()
              + " does not see "
              + found
              + ": to resume, the run folder must be there for every rank");
    }
    return Optional.of(Path.of(found));
  }

  private static ObjectNode facts(RunConfig config, FeedFactory data) throws IOException {
    ObjectNode facts = Json.object().put("libtorch", Natives.version());
    facts.set("config", RunConfigWriter.json(config));
    facts.set("data", data.shape());
    return facts;
  }

  /**
   * Ctrl-C and a polite kill: the loop is asked to stop after its step, and the process waits for
   * its last checkpoint.
   */
  private static final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "filip-stop");
    private volatile boolean asked;

    StopSignal() {
      Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the loop shall end. */
    boolean asked() {
      return asked;
    }

    private void stop() {
      asked = true;
      try {
        if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          asked = true; // the process ends without its last checkpoint; earlier ones are whole
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      finished.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        // the hook is running: it ends now
      }
    }
  }
}
