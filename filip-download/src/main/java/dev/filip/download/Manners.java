package dev.filip.download;

import dev.filip.io.BadInput;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * How servers are treated. Immutable.
 *
 * @param total requests at once
 * @param perHost requests at once to one host
 * @param delay least time between two requests to one host
 * @param longestWait a host that asks for a longer pause is left alone: its rows fail
 * @param retries tries after the first, for what may pass
 * @param firstPause before the second try; doubled for each further one, less up to a half by
 *     chance
 * @param agent the name by which robots.txt and {@code X-Robots-Tag} know this client
 * @param robotsTxt whether robots.txt is obeyed
 * @param directives words of {@code X-Robots-Tag} that forbid an image
 * @param allowPrivate whether addresses that are not on the public internet are connected to
 * @param seed of the chance in pauses
 */
public record Manners(
    int total,
    int perHost,
    Duration delay,
    Duration longestWait,
    int retries,
    Duration firstPause,
    String agent,
    boolean robotsTxt,
    Set<String> directives,
    boolean allowPrivate,
    long seed) {
  /** img2dataset's words. */
  public static final Set<String> DIRECTIVES =
      Set.of("noai", "noimageai", "noindex", "noimageindex");

  /** 128 requests, 4 a host, 2 retries after 1 s, robots obeyed, public addresses only. */
  public static final Manners DEFAULT =
      new Manners(
          128,
          4,
          Duration.ZERO,
          Duration.ofSeconds(60),
          2,
          Duration.ofSeconds(1),
          "filip",
          true,
          DIRECTIVES,
          false,
          0);

  public Manners {
    BadInput.require(total >= 1 && total <= 10_000, "--concurrency", total, "in [1, 10000]");
    BadInput.require(perHost >= 1, "--per-host", perHost, ">= 1");
    BadInput.require(!delay.isNegative(), "--host-delay", delay, ">= 0");
    BadInput.require(!longestWait.isNegative(), "--longest-wait", longestWait, ">= 0");
    BadInput.require(retries >= 0 && retries <= 20, "--retries", retries, "in [0, 20]");
    BadInput.require(
        agent.matches("[A-Za-z_-]+"), "--user-agent-token", agent, "letters, - and _ (RFC 9309)");
    Set<String> small = new TreeSet<>();
    directives.forEach(word -> small.add(word.strip().toLowerCase(Locale.ROOT)));
    directives = Set.copyOf(small);
  }

  /** The header {@code User-Agent}. */
  String userAgent() {
    return "Mozilla/5.0 (compatible; " + agent + "; image and caption downloader)";
  }
}
