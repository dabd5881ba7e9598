package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SourceOptions;
import dev.filip.indexing.Added;
import dev.filip.indexing.FolderFollower;
import dev.filip.indexing.IndexModel;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The {@code --watch} option: following a folder until Ctrl-C. */
final class WatchOptions {
  /** For what is being committed when Ctrl-C comes. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Option(
      names = "--watch",
      description =
          "Then follow the folder: what comes, changes or goes there does so in the index within seconds, until Ctrl-C.")
  private boolean on;

  @Mixin private RescanOption rescan;

  boolean isOn() {
    return on;
  }

  /** Refuses what cannot be followed. */
  void check(String source, LimitOption limit, ColumnOptions columns) {
    rescan.check();
    BadInput.require(limit.samples() == 0, "--watch", "with --limit", "given without it");
    BadInput.require(
        columns.options().equals(SourceOptions.DEFAULT),
        "--watch",
        "with --split or a column's name",
        "given without them");
    RescanOption.requireFolder(source, "given with a folder of images");
  }

  void follow(Path index, String source, IndexModel model, Answer answer) throws IOException {
    FolderFollower follower =
        new FolderFollower(index, source, model, rescan.pace(), new Lines(answer, source));
    Thread hook = new Thread(() -> end(follower), "filip-watch-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      follower.run();
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException ending) {
        // the hook is running: it ends the process
      }
    }
  }

  /** Ctrl-C and a polite kill are how it ends: exit code 0. */
  private static void end(FolderFollower follower) {
    try {
      follower.stop(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** A line a change; what keeps it from following goes to standard error. */
  private static final class Lines implements FolderFollower.Listener {
    private final Answer answer;
    private final String source;
    private boolean begun;

    Lines(Answer answer, String source) {
      this.answer = answer;
      this.source = source;
    }

    @Override
    public void changed(Added added, long items) {
      ObjectNode json = added.toJson();
      json.put("removed", added.done().removed()).put("items", items);
      answer.line(json, added.line(items));
      if (!begun) {
        begun = true;
        said("watching " + source + " (Ctrl-C ends)");
      }
    }

    @Override
    public void said(String line) {
      System.err.println("filip: " + line);
    }
  }
}
