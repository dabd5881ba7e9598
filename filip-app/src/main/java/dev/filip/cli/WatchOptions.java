package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SourceOptions;
import dev.filip.indexing.Added;
import dev.filip.indexing.FolderFollower;
import dev.filip.indexing.IndexModel;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The {@code --watch} option: following a folder until Ctrl-C. */
final class WatchOptions {
  private static final Duration SETTLE = Duration.ofMillis(700);

  /** For what is being committed when Ctrl-C comes. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Option(
      names = "--watch",
      description =
          "Then follow the folder: what comes, changes or goes there does so in the index within seconds, until Ctrl-C.")
  private boolean on;

  @Option(
      names = "--rescan",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "With --watch: look at all of it so often, whatever the system tells of changes (network file systems tell nothing). Default: ${DEFAULT-VALUE}.")
  private int rescan;

  boolean isOn() {
    return on;
  }

  /** Refuses what cannot be followed. */
  void check(String source, LimitOption limit, ColumnOptions columns) {
    BadInput.require(rescan >= 1, "--rescan", rescan, ">= 1");
    BadInput.require(limit.samples() == 0, "--watch", "with --limit", "given without it");
    BadInput.require(
        columns.options().equals(SourceOptions.DEFAULT),
        "--watch",
        "with --split or a column's name",
        "given without them");
    BadInput.require(isFolder(source), "--watch", source, "given with a folder of images");
  }

  private static boolean isFolder(String source) {
    try {
      return Files.isDirectory(Path.of(source));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  void follow(Path index, String source, IndexModel model, Answer answer) throws IOException {
    FolderFollower.Pace pace = new FolderFollower.Pace(SETTLE, Duration.ofSeconds(rescan));
    FolderFollower follower =
        new FolderFollower(index, source, model, pace, new Lines(answer, source));
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
      answer.line(json, text(json));
      if (!begun) {
        begun = true;
        said("watching " + source + " (Ctrl-C ends)");
      }
    }

    private static String text(ObjectNode json) {
      List<String> parts = new ArrayList<>();
      for (String what : List.of("added", "replaced", "removed", "unchanged")) {
        if (json.path(what).asLong() > 0) {
          parts.add(String.format(Locale.ROOT, "%,d %s", json.path(what).asLong(), what));
        }
      }
      json.path("skipped")
          .properties()
          .forEach(why -> {
            if (!why.getKey().equals("total")) {
              parts.add(why.getValue().asText() + " skipped (" + why.getKey() + ")");
            }
          });
      String done = parts.isEmpty() ? "nothing added" : String.join(", ", parts);
      return String.format(Locale.ROOT, "%s; %,d images", done, json.path("items").asLong());
    }

    @Override
    public void said(String line) {
      System.err.println("filip: " + line);
    }
  }
}
