package dev.filip.http;

import java.util.Objects;

/** A request that is answered with a status and one line. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  Refused(int status, String line) {
    super(line, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  String line() {
    return Objects.toString(getMessage());
  }

  /** What the client must send, and did not. */
  static Refused wrong(String line) {
    return new Refused(400, line);
  }

  static Refused missing(String line) {
    return new Refused(404, line);
  }
}
