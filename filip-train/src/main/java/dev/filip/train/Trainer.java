package dev.filip.train;

import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigWriter;
import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import dev.filip.tensor.Natives;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    Natives.load();
    try (FeedFactory data = SourceFeeds.open(config, options.log())) {
      return run(config, out, options, data);
    } catch (IOException e) {
      throw new TrainingStopped("cannot read training data: " + Failures.reason(e), e);
    }
  }

  /** The same on data that is given. */
  static TrainResult run(RunConfig config, Path out, TrainOptions options, FeedFactory data) {
    RunFolder folder = choose(out, options.existing());
    try (var _ = RunLock.take(folder.root());
        StopSignal stop = new StopSignal();
        Session session = session(config, folder, options, data)) {
      List<TrainListener> listeners = new ArrayList<>(options.listeners());
      listeners.addFirst(new MetricsListener(folder));
      TrainLoop loop = new TrainLoop(session, options, listeners, stop);
      TrainResult result = loop.run();
      if (!result.interrupted()) {
        loop.write("model", () -> session.writeModel(folder.model(), result.steps()));
      }
      String skipped = session.feed().skipped();
      if (!skipped.isEmpty()) {
        options.log().accept("left out: " + skipped);
      }
      return result;
    }
  }

  private static RunFolder choose(Path out, TrainOptions.Existing existing) {
    RunFolder folder = new RunFolder(out);
    return switch (existing) {
      case REPLACE -> folder;
      case NEXT_FREE -> folder.used() ? new RunFolder(Outputs.nextFree(out)) : folder;
      case REFUSE -> {
        if (folder.used()) {
          throw new BadInput(
              "output folder "
                  + out
                  + " holds a run already: give --resume to go on, --force to replace it, or"
                  + " another name");
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
      RunConfig config, RunFolder folder, TrainOptions options, FeedFactory data) {
    SessionBuilder builder = new SessionBuilder(config, data, options.log());
    Checkpoints checkpoints = new Checkpoints(folder.checkpoints(), config.checkpoint().keep());
    try {
      if (options.existing() == TrainOptions.Existing.RESUME) {
        Optional<Path> latest = checkpoints.latest();
        if (latest.isPresent()) {
          return builder.resumed(folder, latest.get());
        }
        options.log().accept("no checkpoint in " + folder.root() + " yet: starting at step 1");
      }
      folder.clear();
      Files.createDirectories(folder.root());
      byte[] yaml = RunConfigWriter.yaml(config).getBytes(StandardCharsets.UTF_8);
      Outputs.file(folder.config(), yaml);
      return builder.fresh(folder);
    } catch (IOException | UncheckedIOException e) {
      throw new TrainingStopped(
          "cannot start a run in " + folder.root() + ": " + Failures.reason(Failures.cause(e)), e);
    }
  }
}
