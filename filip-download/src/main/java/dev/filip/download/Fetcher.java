package dev.filip.download;

import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what lies at a URL: in turn at its host, by robots.txt and {@code X-Robots-Tag}, through
 * redirects, each of which is judged like a URL of its own, and again where a failure may pass.
 * Thread-safe.
 */
final class Fetcher implements AutoCloseable {
  private static final int KIB = 1 << 10;
  private static final int MOST_DOUBLINGS = 20;

  private final Limits limits;
  private final Manners manners;
  private final Web web;
  private final Hosts hosts;
  private final Robots robots;

  /** KiB of images that were fetched and are not yet let go: a quarter of the heap. */
  private final Semaphore room;

  private final int all;

  Fetcher(Limits limits, Manners manners, Web web) {
    this.limits = limits;
    this.manners = manners;
    this.web = web;
    this.hosts = new Hosts(manners);
    this.robots = new Robots(manners, hosts, this::robotsFile);
    long quarter = Runtime.getRuntime().maxMemory() / 4 / KIB;
    this.all = Math.clamp(quarter, limits.mostBytes() / KIB + 1, Integer.MAX_VALUE);
    this.room = new Semaphore(all, true);
  }

  /** An image's file; whoever has it closes it. */
  final class Fetched implements AutoCloseable {
    private final byte[] bytes;

    private Fetched(byte[] bytes) throws InterruptedException {
      this.bytes = bytes;
      room.acquire(weight());
    }

    private int weight() {
      return Math.min(all, bytes.length / KIB + 1);
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      room.release(weight());
    }
  }

  /** The key of a host's turns. */
  static String host(HttpUrl url) {
    return url.host() + ":" + url.port();
  }

  /**
   * The image at a URL.
   *
   * @param number of the row: what chance in pauses goes by
   * @throws FetchFailure the last try's
   */
  Fetched fetch(String url, long number) throws FetchFailure, InterruptedException {
    HttpUrl parsed = parse(url);
    return again(number, () -> through(parsed, this::image));
  }

  private byte[] robotsFile(HttpUrl file) throws FetchFailure, InterruptedException {
    return again(file.hashCode(), () -> through(file, this::text));
  }

  /** Asks at one URL; gives nothing for a redirect, whose place is told. */
  private interface Question<T> {
    Answer<T> ask(HttpUrl url) throws FetchFailure, InterruptedException;
  }

  /** What came: a value, or where to go on. */
  private record Answer<T>(@Nullable T value, @Nullable String location) {}

  private Answer<Fetched> image(HttpUrl url) throws FetchFailure, InterruptedException {
    robots.require(url);
    try (Hosts.Turn _ = hosts.turn(host(url))) {
      Web.Reply reply = get(url, limits.mostBytes(), Web.Beyond.REFUSE);
      if (reply.isRedirect()) {
        return new Answer<>(null, reply.location());
      }
      if (RobotsTag.forbids(reply.tags(), manners.agent(), manners.directives())) {
        throw FetchFailure.lasting("x-robots-tag", String.join(", ", reply.tags()));
      }
      return new Answer<>(new Fetched(reply.body()), null);
    }
  }

  private Answer<byte[]> text(HttpUrl url) throws FetchFailure, InterruptedException {
    try (Hosts.Turn _ = hosts.turn(host(url))) {
      Web.Reply reply = get(url, Robots.MOST_BYTES, Web.Beyond.CUT);
      return reply.isRedirect()
          ? new Answer<>(null, reply.location())
          : new Answer<>(reply.body(), null);
    }
  }

  /**
   * Asks within a turn. A host that is busy and says until when is left alone until then: that is
   * known before the turn ends and lets another in.
   */
  private Web.Reply get(HttpUrl url, int most, Web.Beyond beyond) throws FetchFailure {
    try {
      return web.get(url, most, beyond);
    } catch (FetchFailure e) {
      Duration after = e.after();
      if (after != null && (e.reason().equals("http 429") || e.reason().equals("http 503"))) {
        hosts.pause(host(url), after);
      }
      throw e;
    }
  }

  private static HttpUrl parse(String url) throws FetchFailure {
    HttpUrl parsed = HttpUrl.parse(url);
    if (parsed != null) {
      return parsed;
    }
    String small = url.strip().toLowerCase(Locale.ROOT);
    boolean other = small.matches("[a-z][a-z0-9+.-]*:.*") && !small.matches("https?:.*");
    throw FetchFailure.lasting(other ? "unsupported scheme" : "not a URL", "");
  }

  private interface Attempt<T> {
    T run() throws FetchFailure, InterruptedException;
  }

  private <T> T again(long number, Attempt<T> attempt) throws FetchFailure, InterruptedException {
    SplittableRandom chance = new SplittableRandom(manners.seed() * 0x9E3779B97F4A7C15L + number);
    for (int failures = 1; ; failures++) {
      try {
        return attempt.run();
      } catch (FetchFailure e) {
        if (!e.isPassing() || failures > manners.retries()) {
          throw e;
        }
        Thread.sleep(pause(failures, chance.nextDouble()));
      }
    }
  }

  /**
   * Doubled for each failure in a row, up to the longest wait, less up to a half by chance.
   *
   * @param random in [0, 1)
   */
  Duration pause(int failures, double random) {
    double doubled =
        manners.firstPause().toMillis() * Math.pow(2, Math.min(failures - 1, MOST_DOUBLINGS));
    double most = Math.max(manners.longestWait().toMillis(), manners.firstPause().toMillis());
    return Duration.ofMillis(Math.round(Math.min(doubled, most) * (1 - random / 2)));
  }

  private <T> T through(HttpUrl from, Question<T> question)
      throws FetchFailure, InterruptedException {
    Set<HttpUrl> seen = new HashSet<>();
    HttpUrl url = from;
    while (seen.add(url)) {
      Answer<T> answer = question.ask(url);
      if (answer.value() != null) {
        return answer.value();
      }
      if (seen.size() > limits.redirects()) {
        throw FetchFailure.lasting("too many redirects", "limit " + limits.redirects());
      }
      url = target(url, answer.location());
    }
    throw FetchFailure.lasting("redirect loop", "");
  }

  private static HttpUrl target(HttpUrl from, @Nullable String location) throws FetchFailure {
    if (location == null || location.isBlank()) {
      throw FetchFailure.lasting("bad answer", "a redirect without a place");
    }
    HttpUrl to = from.resolve(location);
    if (to == null) {
      throw FetchFailure.lasting("redirect to another scheme", "");
    }
    return to.newBuilder().fragment(null).build();
  }

  @Override
  public void close() {
    web.close();
  }
}
