package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A share beside what guessing would give on the same trials. */
public record Pointed(Share share, double chance) {
  /** {@code {"value", "chance", "standard_error", "n"}}. */
  public ObjectNode toJson() {
    ObjectNode json = share.toJson();
    ObjectNode out = dev.filip.io.Json.object().put("value", share.value()).put("chance", chance);
    json.remove("value");
    out.setAll(json);
    return out;
  }

  /** Counts both. Used by one thread. */
  static final class Tally {
    private final Share.Tally hits = new Share.Tally();
    private double chance;
    private long trials;

    /** One image: summed hits and summed chances of its trials. */
    void add(double hits, double chances, long trials) {
      if (trials > 0) {
        this.hits.add(hits, trials);
        this.chance += chances;
        this.trials += trials;
      }
    }

    Pointed pointed() {
      return new Pointed(hits.share(), trials == 0 ? 0 : chance / trials);
    }
  }
}
