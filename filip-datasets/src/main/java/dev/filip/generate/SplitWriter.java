package dev.filip.generate;

import dev.filip.data.ShardWriter;
import dev.filip.io.Digests;
import dev.filip.io.OwnFolder;
import dev.filip.io.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes samples on several threads and writes them in their order, so that the number of threads
 * changes nothing. Collects what the report says. One caller at a time.
 */
final class SplitWriter implements AutoCloseable {
  /** What the folder of a made set looks like. */
  static final OwnFolder OWN =
      new OwnFolder(
          "filip data",
          List.of("*/[0-9]*.tar"),
          List.of(
              "*/LICENSE.txt",
              "*/classnames.txt",
              "*/classnames-with-keywords.txt",
              "*/zeroshot_classification_templates.txt",
              "*/.filip-index"));

  private static final int CHUNK = 64;
  private static final int SHARD = 4_000;
  private final String set;
  private final Progress progress;
  private final int workers;
  private final ExecutorService pool;
  private final long started = System.nanoTime();
  private final SequencedMap<String, Integer> samples = new LinkedHashMap<>();
  private final SequencedMap<String, Integer> rules = new LinkedHashMap<>();
  private final SequencedMap<String, String> notes = new LinkedHashMap<>();
  private final SequencedMap<String, String> checksums = new LinkedHashMap<>();
  private long bytes;
  private long made;

  SplitWriter(String set, int workers, Progress progress) {
    this.set = set;
    this.progress = progress;
    this.workers = workers;
    this.pool =
        Executors.newFixedThreadPool(
            workers, Thread.ofPlatform().name("filip-generate-", 0).daemon().factory());
  }

  /** Counts {@code count} things under a rule; makers may call it too. */
  synchronized void rule(String rule, int count) {
    rules.merge(rule, count, Integer::sum);
  }

  void note(String key, String value) {
    notes.put(key, value);
  }

  /**
   * Writes {@code folder/name/{000000..}.tar} with {@code count} samples keyed by their number. A
   * maker that answers null leaves its sample out (and counts it under a rule).
   */
  void split(Path folder, String name, int count, IntFunction<@Nullable MadeSample> maker)
      throws IOException {
    if (count == 0) {
      return;
    }
    ShardWriter shards = new ShardWriter(folder.resolve(name), SHARD);
    try (shards) {
      Deque<Future<List<MadeSample>>> ahead = new ArrayDeque<>();
      int asked = 0;
      int written = 0;
      int tried = 0;
      while (tried < count) {
        for (; asked < count && ahead.size() < 3 * workers; asked += CHUNK) {
          int from = asked;
          int to = Math.min(count, from + CHUNK);
          ahead.add(pool.submit(() -> make(from, to, maker)));
        }
        for (MadeSample sample : await(ahead.remove())) {
          sample.writeTo(shards, String.format(Locale.ROOT, "%06d", written++));
        }
        tried += Math.min(CHUNK, count - tried);
        progress.to(made + tried, name);
      }
      samples.put(name, written);
    }
    made += count;
    bytes += shards.bytes();
    checksums.put(name, shards.sha256());
  }

  /** Runs pieces of work on the pool, answers in their order. */
  <T> List<T> each(int count, IntFunction<T> work) throws IOException {
    List<Future<T>> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = i;
      asked.add(pool.submit(() -> work.apply(at)));
    }
    List<T> answers = new ArrayList<>();
    for (Future<T> one : asked) {
      answers.add(await(one));
      progress.to(++made, "reading");
    }
    return answers;
  }

  GenerateReport report() {
    double seconds = (System.nanoTime() - started) / 1e9;
    return new GenerateReport(set, samples, bytes, sha256(), rules, notes, seconds);
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }

  private static List<MadeSample> make(int from, int to, IntFunction<@Nullable MadeSample> maker) {
    List<MadeSample> chunk = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      MadeSample sample = maker.apply(i);
      if (sample != null) {
        chunk.add(sample);
      }
    }
    return chunk;
  }

  private static <T> T await(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException inner) {
        throw inner;
      }
      throw new IOException(e.getCause());
    }
  }

  /** SHA-256 (hex) over the splits' names and checksums. */
  private String sha256() {
    StringBuilder all = new StringBuilder();
    checksums.forEach((split, sum) -> all.append(split).append(' ').append(sum).append('\n'));
    return Digests.sha256(all.toString());
  }
}
