package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.distributed.Ranks;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.time.Duration;

/**
 * Before the first step the ranks compare what they are about to do: ranks with other settings
 * would at best train something nobody asked for, at worst send each other tensors of other sizes,
 * which ends a process without a word.
 */
final class PeerCheck {
  /** Opening large data may take long on one machine and not on another. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private PeerCheck() {}

  /**
   * Every rank gives its facts and compares.
   *
   * @throws BadInput naming the key that differs, the ranks and their values; the same on all
   */
  static void same(Ranks ranks, String name, ObjectNode own) {
    String[] all = ranks.notes(name, Json.line(own), PATIENCE);
    JsonNode first = Json.parse(all[0]);
    for (int r = 1; r < all.length; r++) {
      JsonNode other = Json.parse(all[r]);
      String key = SessionBuilder.firstDifference("", first, other, "config\\.workers");
      if (key != null) {
        throw new BadInput(
            key.replaceFirst("^config\\.", "config key ")
                + " must be the same on all ranks: rank 0 has "
                + value(first, key)
                + ", rank "
                + r
                + " has "
                + value(other, key));
      }
    }
  }

  private static String value(JsonNode facts, String key) {
    JsonNode at = facts;
    for (String part : key.split("\\.")) {
      at = at.path(part);
    }
    return at.isMissingNode() ? "none" : Json.line(at);
  }
}
