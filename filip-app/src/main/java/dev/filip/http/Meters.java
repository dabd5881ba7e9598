package dev.filip.http;

import dev.filip.indexing.Added;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;

/** What a server counts, in Prometheus' text form. Thread-safe. */
final class Meters {
  static final String TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name("filip_requests_total")
          .help("Requests answered.")
          .labelNames("path", "status")
          .register(registry);
  private final Histogram seconds =
      Histogram.builder()
          .name("filip_request_seconds")
          .help("From a request's first byte read to its answer handed over.")
          .labelNames("path")
          .classicOnly()
          .classicUpperBounds(.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10)
          .register(registry);
  private final Gauge running =
      Gauge.builder()
          .name("filip_requests_running")
          .help("Requests worked on now.")
          .register(registry);
  private final Gauge images =
      Gauge.builder().name("filip_images").help("Images of the index.").register(registry);
  private final LongSupplier size;

  /**
   * @param size images of the index now
   */
  Meters(LongSupplier size) {
    this.size = size;
  }

  /** Counts what keeps the index as a folder is, too. */
  void add(FolderWatch watch) {
    GaugeWithCallback.builder()
        .name("filip_watch_following")
        .help("1 while the index is as the folder is, 0 while it looks first, waits or failed.")
        .callback(to -> to.call(watch.done().state() == FolderWatch.State.FOLLOWING ? 1 : 0))
        .register(registry);
    CounterWithCallback.builder()
        .name("filip_watch_commits_total")
        .help("Changes of the index by the folder.")
        .callback(to -> to.call(watch.done().commits()))
        .register(registry);
    CounterWithCallback.builder()
        .name("filip_watch_failures_total")
        .help("Tries to follow the folder that failed.")
        .callback(to -> to.call(watch.done().failures()))
        .register(registry);
    CounterWithCallback.builder()
        .name("filip_watch_images_total")
        .help("Images of the folder by what became of them.")
        .labelNames("change")
        .callback(to -> images(watch.done().all(), to))
        .register(registry);
  }

  private static void images(Added all, CounterWithCallback.Callback to) {
    to.call(all.done().added(), "added");
    to.call(all.done().replaced(), "replaced");
    to.call(all.done().removed(), "removed");
    to.call(all.skipped().values().stream().mapToInt(Integer::intValue).sum(), "skipped");
  }

  void begin() {
    running.inc();
  }

  /**
   * @param path one of the server's own, never what a client made up
   */
  void end(String path, int status, long nanos) {
    running.dec();
    requests.labelValues(path, String.valueOf(status)).inc();
    seconds.labelValues(path).observe(nanos / 1e9);
  }

  /** All of them as {@link #TYPE}. */
  byte[] text() {
    images.set(size.getAsLong());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
