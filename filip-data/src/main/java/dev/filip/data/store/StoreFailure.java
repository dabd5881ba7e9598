package dev.filip.data.store;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A store's refusal or silence: one line without the location, and whether another try may help. */
public final class StoreFailure extends IOException {
  private static final long serialVersionUID = 1L;

  /** What the caller may do about it. */
  public enum Kind {
    /** Overload, a broken connection, a time-out: ask again later. */
    PASSING,
    /** No such object. */
    MISSING,
    /** Not allowed, or wrong in itself: asking again changes nothing. */
    REFUSED
  }

  private final Kind kind;
  private final transient @Nullable Duration after;

  /** A failure with what caused it, where something did. */
  public StoreFailure(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, null, cause);
  }

  /**
   * A failure for which the server named a pause.
   *
   * @param after how long the server asks to wait; null where it does not
   */
  public StoreFailure(
      Kind kind, String message, @Nullable Duration after, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.after = after;
  }

  /** Whether another try may help. */
  public Kind kind() {
    return kind;
  }

  /** How long the server asks to wait; null where it does not. */
  public @Nullable Duration after() {
    return after;
  }
}
