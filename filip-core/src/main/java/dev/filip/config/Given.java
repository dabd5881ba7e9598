package dev.filip.config;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was read so far, by full key path, for the defaults and rules that follow other keys. Keys
 * are read in the order in which their section lists them.
 */
final class Given {
  private final Map<String, Object> values = new HashMap<>();

  void put(String path, @Nullable Object value) {
    if (value != null) {
      values.put(path, value);
    }
  }

  /** Whether the key has a value, given or by default. */
  boolean has(String path) {
    return values.containsKey(path);
  }

  /** The value of a key that is read earlier. */
  <T> T get(String path, Class<T> type) {
    Object value = values.get(path);
    if (value == null) {
      throw new IllegalStateException(path + " has no value yet");
    }
    return type.cast(value);
  }

  /** Whether a key that is read earlier has this value. */
  boolean is(String path, Object value) {
    return value.equals(values.get(path));
  }
}
