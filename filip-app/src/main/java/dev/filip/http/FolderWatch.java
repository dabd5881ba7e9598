package dev.filip.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.Added;
import dev.filip.indexing.FolderFollower;
import dev.filip.indexing.IndexModel;
import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a served index as a folder is, in a thread of its own: what comes, changes or goes there
 * does so in the index. When that fails (a full disk, a folder that cannot be read), queries are
 * answered as before, and it is tried again. Thread-safe.
 */
public final class FolderWatch implements AutoCloseable {
  private static final Duration AGAIN = Duration.ofSeconds(10);

  /** For what is being committed when the server ends; what is not is done at the next start. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Path index;
  private final String source;
  private final Supplier<IndexModel> model;
  private final FolderFollower.Pace pace;
  private final Consumer<String> log;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable FolderFollower follower;

  private Added all = Added.NOTHING;
  private long commits;
  private long failures;
  private boolean failed;
  private @Nullable Instant last;

  /** How it stands. */
  enum State {
    /** It looks at the folder for the first time. */
    LOOKING,
    /** The index is as the folder is, but for what changed just now. */
    FOLLOWING,
    /** The folder is out of reach, or another process writes the index. */
    WAITING,
    /** The last try failed; the next one is to come. */
    FAILED,
    /** It was closed. */
    ENDED
  }

  /**
   * What it did since the start.
   *
   * @param all images by what became of them; those skipped count as often as they were tried
   * @param commits changes of the index, the first look among them
   * @param last when it changed the index last
   */
  record Done(State state, Added all, long commits, long failures, Optional<Instant> last) {
    /** As {@code watch} of {@code /api/stats}. */
    ObjectNode toJson() {
      ObjectNode json = all.toJson();
      json.remove("seconds");
      json.remove("images_per_second");
      json.put("removed", all.done().removed());
      json.put("state", state.name().toLowerCase(Locale.ROOT));
      json.put("commits", commits).put("failures", failures);
      last.ifPresent(when -> json.put("last", when.truncatedTo(ChronoUnit.MILLIS).toString()));
      return json;
    }
  }

  /**
   * Not yet begun.
   *
   * @param source the folder as the user named it
   * @param model opened when the first look begins; borrowed
   * @param log takes a line for each change and each trouble
   */
  FolderWatch(
      Path index,
      String source,
      Supplier<IndexModel> model,
      FolderFollower.Pace pace,
      Consumer<String> log) {
    this.index = index;
    this.source = source;
    this.model = model;
    this.pace = pace;
    this.log = log;
    thread = Thread.ofPlatform().daemon().name("filip-serve-watch").unstarted(this::run);
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  private void run() {
    while (closed.getCount() > 0) {
      try {
        begins();
        follower().run();
        return;
      } catch (IOException | RuntimeException e) {
        failed(reason(e));
      }
      try {
        if (closed.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** The same for every try: it knows which pictures it has dealt with. */
  private FolderFollower follower() {
    FolderFollower known = follower;
    if (known == null) {
      known = new FolderFollower(index, source, model.get(), pace, new Listener());
      follower = known;
      if (closed.getCount() == 0) {
        known.stop();
      }
    }
    return known;
  }

  private synchronized void begins() {
    failed = false;
  }

  private synchronized void failed(String reason) {
    failures++;
    failed = true;
    log.accept(
        "watching " + source + ": " + reason + "; trying again in " + AGAIN.toSeconds() + " s");
  }

  private static String reason(Exception e) {
    return switch (e) {
      case IOException io -> Reasons.of(io);
      case UncheckedIOException io when io.getCause() != null -> Reasons.of(io.getCause());
      case BadInput bad -> String.valueOf(bad.getMessage());
      default -> e.toString();
    };
  }

  private final class Listener implements FolderFollower.Listener {
    @Override
    public void changed(Added added, long items) {
      synchronized (FolderWatch.this) {
        all = all.plus(added);
        commits++;
        failed = false;
        last = Instant.now();
      }
      log.accept("watching " + source + ": " + added.line(items));
    }

    @Override
    public void said(String line) {
      log.accept(line);
    }
  }

  /** What it did, and how it stands. */
  synchronized Done done() {
    return new Done(state(), all, commits, failures, Optional.ofNullable(last));
  }

  private State state() {
    FolderFollower now = follower;
    if (closed.getCount() == 0) {
      return State.ENDED;
    } else if (failed || thread.getState() == Thread.State.TERMINATED) {
      return State.FAILED;
    } else if (now != null && now.isHeldUp()) {
      return State.WAITING;
    }
    return commits == 0 ? State.LOOKING : State.FOLLOWING;
  }

  /** Ends it; what it is committing is waited for. */
  @Override
  public void close() {
    closed.countDown();
    FolderFollower now = follower;
    if (now != null) {
      now.stop();
    }
    try {
      if (thread.isAlive()) {
        thread.join(PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether its thread has not ended yet: it may be using the model. */
  boolean isRunning() {
    return thread.isAlive();
  }
}
