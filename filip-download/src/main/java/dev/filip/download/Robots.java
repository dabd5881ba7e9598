package dev.filip.download;

import crawlercommons.robots.BaseRobotRules;
import crawlercommons.robots.SimpleRobotRulesParser;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * robots.txt of hosts, each fetched once while it is fresh (RFC 9309): what is not there allows
 * all, a host that cannot be asked for it allows nothing. Thread-safe.
 */
final class Robots {
  /** RFC 9309, 2.5: at least 500 KiB are read; what follows is not. */
  static final int MOST_BYTES = 500 << 10;

  private static final int MOST_HOSTS = 20_000;
  private static final Duration FRESH = Duration.ofHours(24);
  private static final Duration FAILED_FRESH = Duration.ofMinutes(5);

  /** RFC 9309 knows no {@code Crawl-delay}; it is obeyed up to this. */
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(10);

  /** Fetches a file, redirects followed. */
  interface Fetch {
    byte[] bytes(HttpUrl url) throws FetchFailure, InterruptedException;
  }

  private record Entry(CompletableFuture<Rules> rules, long since) {
    boolean isFresh(long now) {
      boolean failed = rules.isDone() && rules.getNow(Rules.NONE).failure() != null;
      return now - since < (failed ? FAILED_FRESH : FRESH).toNanos();
    }
  }

  private record Rules(@Nullable BaseRobotRules rules, @Nullable FetchFailure failure) {
    static final Rules NONE = new Rules(null, null);
  }

  private final Manners manners;
  private final Fetch fetch;
  private final Hosts hosts;
  private final Map<String, Entry> known = new LinkedHashMap<>(16, 0.75f, true);

  Robots(Manners manners, Hosts hosts, Fetch fetch) {
    this.manners = manners;
    this.hosts = hosts;
    this.fetch = fetch;
  }

  /**
   * Refuses what a host's robots.txt does not allow.
   *
   * @throws FetchFailure with the reason {@code robots.txt}, or why it could not be had
   */
  void require(HttpUrl url) throws FetchFailure, InterruptedException {
    if (!manners.robotsTxt()) {
      return;
    }
    Rules rules = rules(url);
    if (rules.failure() != null) {
      throw rules.failure();
    }
    BaseRobotRules allowed = rules.rules();
    if (allowed != null && !allowed.isAllowed(url.toString())) {
      throw FetchFailure.lasting("robots.txt", "");
    }
  }

  private Rules rules(HttpUrl url) throws InterruptedException {
    HttpUrl file =
        new HttpUrl.Builder()
            .scheme(url.scheme())
            .host(url.host())
            .port(url.port())
            .addPathSegment("robots.txt")
            .build();
    CompletableFuture<Rules> mine = new CompletableFuture<>();
    CompletableFuture<Rules> rules = claim(file.toString(), mine);
    if (rules == mine) {
      Rules found = Rules.NONE;
      try {
        found = fetched(file);
      } finally {
        mine.complete(found);
      }
      return found;
    }
    try {
      return rules.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private synchronized CompletableFuture<Rules> claim(String key, CompletableFuture<Rules> mine) {
    long now = System.nanoTime();
    Entry entry = known.get(key);
    if (entry != null && entry.isFresh(now)) {
      return entry.rules;
    }
    known.put(key, new Entry(mine, now));
    if (known.size() > MOST_HOSTS) {
      known.remove(known.keySet().iterator().next());
    }
    return mine;
  }

  private Rules fetched(HttpUrl file) throws InterruptedException {
    try {
      byte[] text = fetch.bytes(file);
      String agent = manners.agent().toLowerCase(Locale.ROOT);
      BaseRobotRules rules =
          new SimpleRobotRulesParser()
              .parseContent(file.toString(), text, "text/plain", List.of(agent));
      if (rules.getCrawlDelay() > 0) {
        Duration asked = Duration.ofMillis(rules.getCrawlDelay());
        hosts.delay(Fetcher.host(file), asked.compareTo(LONGEST_DELAY) < 0 ? asked : LONGEST_DELAY);
      }
      return new Rules(rules, null);
    } catch (FetchFailure e) {
      return failed(e);
    }
  }

  /** RFC 9309, 2.3.1.3 and 2.3.1.4. */
  private static Rules failed(FetchFailure e) {
    boolean absent = e.reason().matches("http 4\\d\\d") && !e.reason().equals("http 429");
    boolean endless = e.reason().equals("too many redirects") || e.reason().equals("redirect loop");
    if (absent || endless) {
      return Rules.NONE;
    }
    boolean answer = e.reason().startsWith("http ");
    FetchFailure why =
        answer ? FetchFailure.lasting("robots.txt unreachable", e.reason()) : e.lasting();
    return new Rules(null, why);
  }
}
