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
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The ranks of a run as processes of this machine: starts them, passes on what they say, ends all
 * when one fails. The first rank has this process's input and output; what others say on standard
 * error begins with their number. A stop (Ctrl-C, SIGTERM) reaches all, and this process waits for
 * their last checkpoint. Used once, by one thread.
 */
public final class LocalRanks {
  private static final int KILLED = 128;

  private final List<String> command;
  private final PrintStream err;
  private final Duration patience;
  private final List<Rank> ranks = new ArrayList<>();

  /** In the order in which they ended; those killed from here are not among them. */
  private final Set<Rank> failed = new LinkedHashSet<>();

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
   * How it ended: the exit code of the rank to blame, and one line about it, empty where all is
   * done or a stop was asked for.
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
    while (anyAlive() && failed.isEmpty()) {
      pause();
    }
    List<Rank> hung = failed.isEmpty() ? List.of() : endOthers();
    for (Rank rank : ranks) {
      rank.process.waitFor();
      rank.words.join();
    }
    if (hung.isEmpty()) {
      noteFailed();
    }
    boolean done = ranks.stream().allMatch(rank -> rank.process.exitValue() == 0);
    return done || stopped ? new Ended(done ? 0 : 1, "") : ended(hung);
  }

  private boolean anyAlive() {
    return ranks.stream().anyMatch(rank -> rank.process.isAlive());
  }

  private void pause() throws InterruptedException {
    Thread.sleep(20);
    noteFailed();
  }

  private void noteFailed() {
    for (Rank rank : ranks) {
      if (!rank.process.isAlive() && rank.process.exitValue() != 0) {
        failed.add(rank);
      }
    }
  }

  /** Those that had to be killed. */
  private List<Rank> endOthers() throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (anyAlive() && (stopped || System.nanoTime() < end)) {
      pause();
    }
    List<Rank> hung = ranks.stream().filter(rank -> rank.process.isAlive()).toList();
    hung.forEach(rank -> rank.process.destroyForcibly());
    return hung;
  }

  /**
   * Who is to blame: the first that did not end because of another, that is by a signal or with
   * words of its own; where all ended because of another, one that hung.
   */
  private Ended ended(List<Rank> hung) {
    Optional<Rank> own =
        failed.stream().filter(rank -> !rank.words.last().contains(LostPeer.PREFIX)).findFirst();
    if (own.isEmpty() && !hung.isEmpty()) {
      return ended(1, hung.getFirst(), "did not answer and was killed");
    }
    Rank rank = own.orElse(failed.iterator().next());
    int code = rank.process.exitValue();
    return ended(
        code == 2 ? 2 : 1,
        rank,
        code > KILLED ? "was ended by signal " + (code - KILLED) : "ended with exit code " + code);
  }

  private static Ended ended(int code, Rank rank, String how) {
    return new Ended(code, "rank " + rank.number + " " + how + "; all ranks have ended");
  }

  /** Copies a rank's standard error; the last of it is kept. */
  private final class Words extends Thread {
    private static final int KEPT = 1 << 16;
    private final InputStream from;
    private final String prefix;
    private byte[] kept = new byte[0];
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
          keep(buffer, n);
          pass(buffer, n);
        }
      } catch (IOException e) {
        return; // the process is gone, and its exit code says how
      }
    }

    private synchronized void keep(byte[] bytes, int count) {
      int before = Math.min(kept.length, KEPT - count);
      byte[] now = Arrays.copyOfRange(kept, kept.length - before, kept.length + count);
      System.arraycopy(bytes, 0, now, before, count);
      kept = now;
    }

    private void pass(byte[] bytes, int count) {
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

    /** What was said last: a rank says at its end why it ends. */
    synchronized String last() {
      return new String(kept, StandardCharsets.UTF_8);
    }
  }
}
