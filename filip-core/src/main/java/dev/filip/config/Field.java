package dev.filip.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What fills one component of a record: one key mostly. */
interface Field<T> {
  /** The keys it reads of the section's map. */
  List<String> names();

  /** The component it fills; empty for any. */
  default String component() {
    return "";
  }

  /** The value, default included; what was read before and what is read now is in {@code given}. */
  @Nullable T read(ConfigNode map, Given given);

  void write(ObjectNode map, T value);

  /** Refuses a value that breaks the rule of its key. */
  default void validate(String section, T value) {}

  /** Rows of the documentation's table. */
  List<String> rows(String section);
}
