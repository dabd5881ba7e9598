package dev.filip.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Samples that could not be used, counted once each by their reason. Thread-safe. */
public final class Skipped {
  private static final int MOST_NAMED = 100_000;
  private final Map<String, String> messages = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /** Adds one; a key that is known already changes nothing. */
  synchronized void add(String key, String reason, String message) {
    if (messages.size() < MOST_NAMED && messages.putIfAbsent(key, message) == null) {
      counts.merge(reason, 1, Integer::sum);
    }
  }

  /** Reason to number of samples. */
  public synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  /** All samples. */
  public synchronized int total() {
    return messages.size();
  }

  /** The first one, such as {@code 0:cat12: broken jpeg: truncated}; empty if there is none. */
  public synchronized String example() {
    return messages.isEmpty()
        ? ""
        : messages.entrySet().iterator().next().getKey()
            + ": "
            + messages.values().iterator().next();
  }
}
