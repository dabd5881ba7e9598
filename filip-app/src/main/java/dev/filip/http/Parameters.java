package dev.filip.http;

import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;

/** Parameters of a request. Stateless. */
final class Parameters {
  private Parameters() {}

  /** A parameter of the query, if it is there and not empty. */
  static Optional<String> text(ServerRequest request, String name) {
    return request.query().first(name).asOptional().filter(value -> !value.isBlank());
  }

  static String required(ServerRequest request, String name) {
    return text(request, name)
        .orElseThrow(() -> Refused.wrong("parameter " + name + " must be given"));
  }

  /** A whole number of the query within bounds. */
  static int number(ServerRequest request, String name, int otherwise, int least, int most) {
    Optional<String> given = text(request, name);
    if (given.isEmpty()) {
      return otherwise;
    }
    int value;
    try {
      value = Integer.parseInt(given.get());
    } catch (NumberFormatException _) {
      value = least - 1;
    }
    if (value < least || value > most) {
      throw Refused.wrong(
          "parameter "
              + name
              + " must be a whole number in "
              + least
              + ".."
              + most
              + ", got "
              + given.get());
    }
    return value;
  }

  /** A number of the query, if it is there. */
  static Optional<Double> decimal(ServerRequest request, String name) {
    Optional<String> given = text(request, name);
    try {
      return given.map(Double::valueOf);
    } catch (NumberFormatException _) {
      throw Refused.wrong("parameter " + name + " must be a number, got " + given.orElse(""));
    }
  }
}
