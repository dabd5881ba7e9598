package dev.filip.data;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a table of URLs. Immutable.
 *
 * @param url as it stands there, without white space at its ends; null where there is none
 * @param caption several are one a line; null for none
 * @param others values of the other columns that were asked for, in their order: {@link String},
 *     {@link Long}, {@link Double}, {@link Boolean} or null
 */
public record UrlRow(
    @Nullable String url, @Nullable String caption, List<@Nullable Object> others) {
  public UrlRow {
    others = Collections.unmodifiableList(others); // List.copyOf takes no null
  }

  /** With what stands in two fields; blank is nothing, and several captions are one a line. */
  public static UrlRow of(
      @Nullable String url, @Nullable String caption, List<@Nullable Object> others) {
    return new UrlRow(filled(url), filled(caption), others);
  }

  private static @Nullable String filled(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }
}
