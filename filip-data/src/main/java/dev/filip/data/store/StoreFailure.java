package dev.filip.data.store;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A store's refusal or silence: one line without the location, and whether another try may help.
 */
public final class StoreFailure extends IOException {
  private static final long serialVersionUID = 1L;

  /** What the caller may do about it. */
  public enum Kind {
    /** Overload, a broken connection, a time-out: ask again later. */
    PASSING,
    /** No such object. */
    MISSING,
    /** Not allowed: also what a bucket that may not be listed says of an object it lacks. */
    DENIED,
    /** Wrong in itself: asking again changes nothing. */
    REFUSED,
    /** The object is another than the one that was asked for: ask for its size and version. */
    CHANGED
  }

  private final String message;
  private final Kind kind;
  private final transient @Nullable Duration after;

  /** A failure with what caused it, where something did. */
  public StoreFailure(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, null, cause);
  }

  private StoreFailure(
      Kind kind, String message, @Nullable Duration after, @Nullable Throwable cause) {
    super(message, cause);
    this.message = message;
    this.kind = kind;
    this.after = after;
  }

  /**
   * What an HTTP status other than success means.
   *
   * @param after how long the server asks to wait; null where it does not
   * @param detail the server's own words, one line; empty without
   */
  public static StoreFailure ofStatus(int status, @Nullable Duration after, String detail) {
    Kind kind =
        switch (status) {
          case 404, 410 -> Kind.MISSING;
          case 401, 403 -> Kind.DENIED;
          case 408, 425, 429 -> Kind.PASSING;
          case 412 -> Kind.CHANGED;
          default -> status >= 500 && status != 501 ? Kind.PASSING : Kind.REFUSED;
        };
    String meaning =
        switch (status) {
          case 401, 403 -> " (not allowed)";
          case 404, 410 -> " (no such object)";
          case 412 -> " (the object has changed)";
          case 416 -> " (no such range)";
          case 429, 503 -> " (the server asks to slow down)";
          case 501 -> " (the server cannot do that)";
          default -> status >= 500 ? " (the server fails)" : "";
        };
    String words = detail.isBlank() ? "" : ": " + detail.strip();
    return new StoreFailure(kind, "HTTP " + status + meaning + words, after, null);
  }

  /** What an answer other than success means, with the pause it asks for. */
  public static StoreFailure ofAnswer(HttpResponse<?> answer) {
    Duration after = answer.headers().firstValue("Retry-After").map(RetryAfter::of).orElse(null);
    return ofStatus(answer.statusCode(), after, "");
  }

  /** What an exception of the network means, in words; a {@link StoreFailure} is itself. */
  public static StoreFailure of(Throwable failure, Timeouts timeouts) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      StoreFailure known =
          switch (e) {
            case StoreFailure itself -> itself;
            case HttpConnectTimeoutException _ ->
                passing("no connection within " + Timeouts.seconds(timeouts.connect()), e);
            case HttpTimeoutException _ ->
                passing("no answer within " + Timeouts.seconds(timeouts.answer()), e);
            case SocketTimeoutException _ ->
                String.valueOf(e.getMessage()).contains("onnect")
                    ? passing("no connection within " + Timeouts.seconds(timeouts.connect()), e)
                    : passing("no answer within " + Timeouts.seconds(timeouts.answer()), e);
            case UnknownHostException _ -> passing("no such host", e);
            case UnresolvedAddressException _ -> passing("no such host", e);
            case NoRouteToHostException _ -> passing("no way to the host", e);
            case CertificateException _ ->
                new StoreFailure(Kind.REFUSED, "its certificate is not trusted" + words(e), e);
            default -> null;
          };
      if (known != null) {
        return known;
      }
    }
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof ConnectException) {
        return passing("no connection" + words(e), e);
      }
      if (e instanceof SSLException) {
        return passing("no secure connection" + words(e), e);
      }
    }
    return passing("the connection was cut" + words(failure), failure);
  }

  /** A range that begins where the object has ended. */
  public static StoreFailure beyond(long from) {
    return new StoreFailure(Kind.REFUSED, "byte " + from + " lies beyond its end", null);
  }

  /** What another try may mend. */
  public static StoreFailure passing(String message, @Nullable Throwable cause) {
    return new StoreFailure(Kind.PASSING, message, cause);
  }

  /** A message in brackets, unless it is code. */
  private static String words(Throwable e) {
    String text = e.getMessage() == null ? "" : e.getMessage();
    boolean code = text.isBlank() || text.matches("(?s).*(Exception|[a-z]\\.[a-z]+\\.).*");
    return code ? "" : " (" + text.strip().lines().findFirst().orElse("") + ")";
  }

  @Override
  public String getMessage() {
    return message;
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
