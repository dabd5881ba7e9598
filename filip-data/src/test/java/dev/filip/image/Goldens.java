package dev.filip.image;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** Files beside the tests, made by the Python scripts that lie with them. */
final class Goldens {
  private Goldens() {}

  static Path path(String name) {
    URL found = Goldens.class.getResource(name);
    if (found == null) {
      throw new IllegalArgumentException("no test resource " + name);
    }
    try {
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
