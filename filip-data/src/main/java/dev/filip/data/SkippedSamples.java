package dev.filip.data;

import dev.filip.data.store.UnreachableShard;
import dev.filip.image.UndecodableImage;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Samples that could not be used, counted once each by their reason, and whether there are so many
 * that it is no longer the samples that are bad but the disk. Thread-safe.
 */
public final class SkippedSamples {
  private static final int MOST_NAMED = 100_000;
  private final FailureRules rules;
  private final Map<String, String> messages = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private long tried;
  private long failed;
  private int row;
  private String last = "";
  private @Nullable String stop;

  SkippedSamples(FailureRules rules) {
    this.rules = rules;
  }

  /**
   * What is read, or null where it cannot be used, which is counted under {@code name}. Whether it
   * is time to give up is said by {@link #requireGoing}.
   */
  <T> @Nullable T attempt(String name, Loader.Reading<T> reading) {
    try {
      T read = reading.read();
      used();
      return read;
    } catch (UndecodableImage e) {
      failed(name, e.reason(), e);
    } catch (UnreadableSample e) {
      failed(name, e.reason(), e);
    } catch (UnreachableShard e) {
      unreachable(e);
    } catch (IOException e) {
      failed(name, "cannot be read", e);
    }
    return null;
  }

  private synchronized void used() {
    tried++;
    row = 0;
  }

  private synchronized void failed(String name, String reason, IOException why) {
    tried++;
    failed++;
    row++;
    last = Reasons.of(why);
    add(name, reason, String.valueOf(why.getMessage()));
    if (row >= rules.inARow()) {
      stop(row + " samples in a row cannot be used (data.failures.in_a_row), the last: " + last);
    } else if (tried >= FailureRules.FEWEST && failed > rules.share() * tried) {
      stop(
          String.format(
              Locale.ROOT,
              "%,d of %,d samples cannot be used, more than data.failures.share %s, the last: %s",
              failed,
              tried,
              rules.share(),
              last));
    }
  }

  private synchronized void unreachable(UnreachableShard e) {
    if (rules.skipUnreachable()) {
      add(e.location(), "unreachable shard", String.valueOf(e.getMessage()));
    } else {
      stop("shard " + e.getMessage() + " (data.unreachable: skip goes on without it)");
    }
  }

  private synchronized void stop(String line) {
    if (stop == null) {
      stop = line.replace('\n', ' ');
    }
  }

  /** Adds one; a key that is known already changes nothing. */
  private void add(String key, String reason, String message) {
    if (messages.size() < MOST_NAMED && messages.putIfAbsent(key, message) == null) {
      counts.merge(reason, 1, Integer::sum);
    }
  }

  /**
   * Goes on unless there were too many failures.
   *
   * @throws DataStopped with the reason
   */
  synchronized void requireGoing() {
    if (stop != null) {
      throw new DataStopped(stop);
    }
  }

  /** Reason to number of samples; a shard that is left out counts as one. */
  public synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  /** All samples. */
  public synchronized int total() {
    return messages.size();
  }

  /**
   * The first one, such as {@code 0:12: cat12: broken jpeg (truncated)}; empty if there is none.
   */
  public synchronized String example() {
    return messages.isEmpty()
        ? ""
        : messages.entrySet().iterator().next().getKey()
            + ": "
            + messages.values().iterator().next();
  }

  /** All in one line; empty if there is none. */
  public synchronized String line() {
    return messages.isEmpty() ? "" : counts() + ", such as " + example();
  }
}
