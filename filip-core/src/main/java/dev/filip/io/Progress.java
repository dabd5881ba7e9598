package dev.filip.io;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Progress of long work on standard error: a bar that rewrites its line on a terminal, one line
 * every 10 s elsewhere. Thread-safe.
 *
 * <p>{@code NO_COLOR} and a dumb terminal are respected: the bar uses no colour at all.
 */
public final class Progress implements AutoCloseable {
  private static final long QUIET_NANOS = 10_000_000_000L;
  private static final long BAR_NANOS = 200_000_000L;
  private final PrintStream out;
  private final boolean terminal;
  private final String name;
  private final long total;
  private final long started = System.nanoTime();
  private long done;
  private long printed;
  private String note = "";

  /** Counts to {@code total} units of {@code name}; total 0 means unknown. */
  public Progress(String name, long total) {
    this(name, total, System.err, System.console() != null && System.console().isTerminal());
  }

  Progress(String name, long total, PrintStream out, boolean terminal) {
    this.name = name;
    this.total = total;
    this.out = out;
    this.terminal = terminal;
    this.printed = started;
  }

  /** One more unit. */
  public void step() {
    to(done + 1, note);
  }

  /** Stands at {@code count} with a note such as {@code loss 2.31}. */
  public synchronized void to(long count, String note) {
    done = count;
    this.note = note;
    long now = System.nanoTime();
    if (now - printed >= (terminal ? BAR_NANOS : QUIET_NANOS)) {
      printed = now;
      print(line(now));
    }
  }

  private void print(String line) {
    if (terminal) {
      out.print("\r" + line + "\u001b[K");
      out.flush();
    } else {
      out.println(line);
    }
  }

  private String line(long now) {
    double seconds = (now - started) / 1e9;
    String left =
        total > 0 && done > 0 ? ", " + clock(seconds * (total - done) / done) + " left" : "";
    String bar = total > 0 && terminal ? " " + bar() : "";
    String count = total > 0 ? done + "/" + total : Long.toString(done);
    return String.format(
        Locale.ROOT,
        "%s%s %s%s, %s%s",
        name,
        bar,
        count,
        note.isEmpty() ? "" : " " + note,
        clock(seconds),
        left);
  }

  private String bar() {
    int filled = (int) Math.min(20, 20 * done / total);
    return "[" + "#".repeat(filled) + ".".repeat(20 - filled) + "]";
  }

  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole >= 3600
        ? String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }

  /** Prints the last state and ends the line. */
  @Override
  public synchronized void close() {
    if (terminal) {
      print(line(System.nanoTime()));
      out.println();
    } else if (System.nanoTime() - started >= QUIET_NANOS) {
      out.println(line(System.nanoTime()));
    }
  }
}
