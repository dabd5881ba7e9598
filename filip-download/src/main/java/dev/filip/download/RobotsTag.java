package dev.filip.download;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The header {@code X-Robots-Tag}: directives for all clients, or, after a name and a colon, for
 * one. Stateless.
 */
final class RobotsTag {
  /** Directives with a value after a colon, so that what stands before is no client. */
  private static final Set<String> VALUED =
      Set.of("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview");

  private RobotsTag() {}

  /**
   * Whether it forbids.
   *
   * @param values of all such headers of an answer
   * @param agent this client's name
   * @param directives that forbid, in small letters
   */
  static boolean forbids(List<String> values, String agent, Set<String> directives) {
    for (String value : values) {
      String client = "";
      for (String part : value.split(",")) {
        String word = part.strip().toLowerCase(Locale.ROOT);
        int colon = word.indexOf(':');
        String before = colon < 0 ? "" : word.substring(0, colon).strip();
        if (before.matches("[a-z0-9_*-]+") && !VALUED.contains(before)) {
          client = before;
          word = word.substring(colon + 1).strip();
        }
        boolean ours =
            client.isEmpty() || client.equals("*") || client.equals(agent.toLowerCase(Locale.ROOT));
        if (ours && directives.contains(word)) {
          return true;
        }
      }
    }
    return false;
  }
}
