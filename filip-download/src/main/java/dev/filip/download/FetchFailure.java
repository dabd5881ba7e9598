package dev.filip.download;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** An image that could not be had, with a reason that can be counted. */
final class FetchFailure extends IOException {
  private static final long serialVersionUID = 1L;
  private final String reason;
  private final boolean passing;
  private final @Nullable Duration after;

  private FetchFailure(
      String reason,
      String detail,
      boolean passing,
      @Nullable Duration after,
      @Nullable Throwable cause) {
    super(detail.isEmpty() ? reason : reason + ": " + detail, cause);
    this.reason = reason;
    this.passing = passing;
    this.after = after;
  }

  /** One that stays. */
  static FetchFailure lasting(String reason, String detail) {
    return new FetchFailure(reason, detail, false, null, null);
  }

  /** One that may pass. */
  static FetchFailure passing(String reason, String detail) {
    return new FetchFailure(reason, detail, true, null, null);
  }

  /**
   * An answer without an image.
   *
   * @param after what {@code Retry-After} asks for
   */
  static FetchFailure status(int code, @Nullable Duration after) {
    boolean passing =
        switch (code) {
          case 408, 425, 429, 500, 502, 503, 504 -> true;
          default -> code >= 520 && code <= 524; // a relay's words for a server that is away
        };
    return new FetchFailure("http " + code, "", passing, after, null);
  }

  /** What went wrong on the way. */
  static FetchFailure of(IOException e) {
    if (e instanceof FetchFailure known) {
      return known;
    }
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof RefusedAddress refused) {
        return new FetchFailure("private address", detail(refused), false, null, e);
      }
    }
    String message = detail(e);
    return switch (e) {
      case UnknownHostException _ -> new FetchFailure("unknown host", "", false, null, e);
      case SSLException _ -> new FetchFailure("tls", message, false, null, e);
      case InterruptedIOException _ -> new FetchFailure("timeout", "", true, null, e);
      case ConnectException _, NoRouteToHostException _ ->
          message.toLowerCase(Locale.ROOT).contains("timed out")
              ? new FetchFailure("timeout", "", true, null, e)
              : new FetchFailure("no connection", "", true, null, e);
      case EOFException _ -> new FetchFailure("cut", "", true, null, e);
      default -> new FetchFailure(cut(message) ? "cut" : "bad answer", message, true, null, e);
    };
  }

  private static boolean cut(String message) {
    String small = message.toLowerCase(Locale.ROOT);
    return small.contains("end of stream")
        || small.contains("reset")
        || small.contains("closed")
        || small.contains("broken pipe");
  }

  private static String detail(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** Short: {@code http 404}, {@code timeout}. */
  String reason() {
    return reason;
  }

  /** Whether another try may do better. */
  boolean isPassing() {
    return passing;
  }

  /** How long the server asks to be left alone. */
  @Nullable Duration after() {
    return after;
  }

  /** The same, not to be tried again in this run. */
  FetchFailure lasting() {
    return new FetchFailure(reason, "", false, after, this);
  }
}
