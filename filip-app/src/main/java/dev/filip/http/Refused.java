package dev.filip.http;

import java.util.Objects;

/** A request that is answered with a status and one line. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final boolean broken;

  Refused(int status, String line) {
    this(status, line, false);
  }

  private Refused(int status, String line, boolean broken) {
    super(line, null, false, false);
    this.status = status;
    this.broken = broken;
  }

  int status() {
    return status;
  }

  String line() {
    return Objects.toString(getMessage());
  }

  /** Whether the connection can be used no more: what is left of the request is not read. */
  boolean hangsUp() {
    return status == 408 || status == 413 || broken;
  }

  /** A request that cannot be read to its end. */
  static Refused broken(String line) {
    return new Refused(400, line, true);
  }

  /** What the client must send, and did not. */
  static Refused wrong(String line) {
    return new Refused(400, line);
  }

  static Refused missing(String line) {
    return new Refused(404, line);
  }
}
