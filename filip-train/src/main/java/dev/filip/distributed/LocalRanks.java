package dev.filip.distributed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The ranks of a run as processes of this machine: starts them, passes on what they say, ends all
 * when one fails. The first rank has this process's input and output; what others say on standard
 * error begins with their number. A stop (Ctrl-C, SIGTERM) reaches all, and this process waits for
 * their last checkpoint. Used once, by one thread.
 */
public final class LocalRanks {
  /** Ranks that lose another notice within milliseconds; the first to end may not be the cause. */
  private static final Duration SETTLE = Duration.ofMillis(1500);

  private static final int KILLED = 128;

  private final List<String> command;
  private final PrintStream err;
  private final Duration patience;
  private final List<Rank> ranks = new ArrayList<>();
  private volatile boolean stopped;

  /**
   * @param command of a rank, without its environment
   * @param err where standard error goes
   * @param patience how long the others may take to end after one has failed
   */
  public LocalRanks(List<String> command, PrintStream err, Duration patience) {
    this.command = List.copyOf(command);
    this.err = err;
    this.patience = patience;
  }

  /** One process and who copies its words. */
  private record Rank(int number, Process process, Words words) {}

  /**
   * How it ended: the exit code of the rank that failed first, and one line about it, empty where
   * all is done or a stop was asked for.
   */
  public record Ended(int code, String line) {}

  /** Runs so many ranks to their end. */
  public Ended run(int world) throws IOException {
    int port = freePort();
    Thread hook = new Thread(this::stop, "filip-stop-ranks");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      for (int r = 0; r < world; r++) {
        ranks.add(start(RankEnvironment.local(r, world, port)));
      }
      return awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ranks are running", e);
    } finally {
      ranks.forEach(rank -> rank.process.destroyForcibly());
      unhook(hook);
    }
  }

  private static void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // the hook is running: it waits for the ranks, which have ended
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Rank start(RankEnvironment environment) throws IOException {
    boolean first = environment.rank() == 0;
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment.variables());
    if (first) {
      builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
      builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    } else {
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    }
    Process process = builder.start();
    Words words =
        new Words(process.getErrorStream(), first ? "" : "[rank " + environment.rank() + "] ");
    words.start();
    return new Rank(environment.rank(), process, words);
  }

  /** In a shutdown hook: every rank is asked to stop and waited for. */
  private void stop() {
    stopped = true;
    ranks.forEach(rank -> rank.process.toHandle().destroy()); // its streams stay open
    for (Rank rank : ranks) {
      try {
        rank.process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private Ended awaitEnd() throws InterruptedException {
    while (ranks.stream().anyMatch(rank -> rank.process.isAlive()) && failed().isEmpty()) {
      Thread.sleep(20);
    }
    if (!failed().isEmpty()) {
      Thread.sleep(SETTLE);
      endOthers();
    }
    for (Rank rank : ranks) {
      rank.process.waitFor();
      rank.words.join();
    }
    List<Rank> failed = failed();
    if (failed.isEmpty() || stopped) {
      return new Ended(failed.isEmpty() ? 0 : 1, "");
    }
    return ended(cause(failed));
  }

  private List<Rank> failed() {
    return ranks.stream()
        .filter(rank -> !rank.process.isAlive() && rank.process.exitValue() != 0)
        .toList();
  }

  private void endOthers() throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (Rank rank : ranks) {
      long left = Math.max(0, end - System.nanoTime());
      if (!stopped && !rank.process.waitFor(left, TimeUnit.NANOSECONDS)) {
        rank.process.destroyForcibly();
      }
    }
  }

  /** A rank that did not end because of another: killed before, or with words of its own. */
  private static Rank cause(List<Rank> failed) {
    for (Rank rank : failed) {
      if (!rank.words.all().contains(LostPeer.PREFIX)) {
        return rank;
      }
    }
    return failed.getFirst();
  }

  private static Ended ended(Rank rank) {
    int code = rank.process.exitValue();
    String how =
        code > KILLED ? "was ended by signal " + (code - KILLED) : "ended with exit code " + code;
    return new Ended(
        code == 2 ? 2 : 1, "rank " + rank.number + " " + how + "; all ranks have ended");
  }

  /** Copies a rank's standard error; the last of it is kept. */
  private final class Words extends Thread {
    private static final int KEPT = 1 << 16;
    private final InputStream from;
    private final String prefix;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean lineStart = true;

    Words(InputStream from, String prefix) {
      super("filip-rank-words");
      setDaemon(true);
      this.from = from;
      this.prefix = prefix;
    }

    @Override
    public void run() {
      byte[] buffer = new byte[8192];
      try {
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
          pass(buffer, n);
        }
      } catch (IOException e) {
        return; // the process is gone, and its exit code says how
      }
    }

    private void pass(byte[] bytes, int count) {
      synchronized (kept) {
        if (kept.size() < KEPT) {
          kept.write(bytes, 0, count);
        }
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int i = 0; i < count; i++) {
        if (lineStart) {
          out.writeBytes(prefix.getBytes(StandardCharsets.UTF_8));
        }
        out.write(bytes[i]);
        lineStart = bytes[i] == '\n';
      }
      synchronized (err) {
        err.writeBytes(out.toByteArray());
        err.flush();
      }
    }

    String all() {
      synchronized (kept) {
        return kept.toString(StandardCharsets.UTF_8);
      }
    }
  }
}
