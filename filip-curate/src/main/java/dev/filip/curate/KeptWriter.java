package dev.filip.curate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleMembers;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.data.UnreadableSample;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.io.Share;
import dev.filip.io.Tasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes the samples that stay as webdataset shards of one size, in the source's order, with {@code
 * sizes.json}. Each shard depends on what stays alone, so any number of them may be written at once
 * and in any order. Used by one thread.
 */
final class KeptWriter {
  /** A tar's longest plain name, less the longest ending. */
  private static final int LONGEST_NAME = 90;

  private static final int LONGEST_KEY = 200;
  private static final int HASH = 16;

  private final SampleSource source;
  private final Judge judge;
  private final Decisions decisions;
  private final CurateOptions options;
  private final @Nullable Scores scores;

  /** How many stay before each shard of the source, and in all. */
  private final long[] before;

  /**
   * @param scores what each sample gets beside its captions; null for nothing
   */
  KeptWriter(
      SampleSource source,
      Judge judge,
      Decisions decisions,
      CurateOptions options,
      @Nullable Scores scores) {
    this.scores = scores;
    this.source = source;
    this.judge = judge;
    this.decisions = decisions;
    this.options = options;
    this.before = new long[source.shards() + 1];
    for (int i = 0; i < source.shards(); i++) {
      before[i + 1] = before[i] + decisions.kept(i).cardinality();
    }
  }

  /** Writes the shards of a share that are not there yet; returns how many there are in all. */
  int write(Path folder, Share share) throws IOException {
    long total = total();
    int shards = Math.toIntExact(Math.ceilDiv(total, (long) options.perShard()));
    ExecutorService workers = Executors.newFixedThreadPool(options.workers());
    try (Progress progress = new Progress("write", share.isAll() ? total : 0)) {
      AtomicLong done = new AtomicLong();
      List<Future<?>> tasks = new ArrayList<>();
      for (int k = share.number(); k < shards; k += share.of()) {
        int shard = k;
        tasks.add(workers.submit(() -> shard(folder, shard, done, progress)));
      }
      Tasks.await(tasks);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      workers.shutdownNow();
    }
    return shards;
  }

  private long total() {
    return before[before.length - 1];
  }

  private long size(int shard) {
    return Math.min(options.perShard(), total() - (long) shard * options.perShard());
  }

  private static Path place(Path folder, int shard) {
    return folder.resolve(String.format(Locale.ROOT, "%06d.tar", shard));
  }

  /** Writes what stands beside the shards. */
  void lists(Path folder, int shards) throws IOException {
    ObjectNode sizes = Json.object();
    for (int k = 0; k < shards; k++) {
      sizes.put(String.valueOf(place(folder, k).getFileName()), size(k));
    }
    Outputs.file(folder.resolve("sizes.json"), utf8(Json.pretty(sizes) + "\n"));
    lines(folder, "classnames.txt", source.classNames());
    lines(folder, "zeroshot_classification_templates.txt", source.templates());
  }

  private static void lines(Path folder, String name, List<String> lines) throws IOException {
    if (!lines.isEmpty()) {
      Outputs.file(folder.resolve(name), utf8(String.join("\n", lines) + "\n"));
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void shard(Path folder, int shard, AtomicLong done, Progress progress) {
    try {
      Path place = place(folder, shard);
      if (!Files.isRegularFile(place)) {
        Path unfinished = folder.resolveSibling("unfinished-" + UUID.randomUUID());
        long from = (long) shard * options.perShard();
        samples(unfinished, from, from + size(shard));
        Path fresh = unfinished.resolve("000000.tar");
        Outputs.sync(fresh);
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        Outputs.syncFolder(place);
        Outputs.delete(unfinished);
      }
      progress.to(done.addAndGet(size(shard)), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void samples(Path folder, long from, long to) throws IOException {
    Set<String> keys = new HashSet<>();
    try (ShardWriter writer = new ShardWriter(folder, Integer.MAX_VALUE)) {
      for (int i = 0; i < source.shards(); i++) {
        if (before[i] < to && before[i + 1] > from) {
          Columns columns = scores == null ? null : new Columns(scores.columns(), scores.read(i));
          try (SampleSource.Shard shard = source.open(i)) {
            Part part = new Part(shard, decisions.kept(i), columns, keys, writer);
            part.write(from - before[i], to - before[i]);
          }
        }
      }
    }
  }

  /** The scores of a shard's samples. */
  private record Columns(List<String> names, float[] @Nullable [] values) {
    /** {@code scores: {s_text: [...]}} with a number a caption, beside what is there. */
    @Nullable JsonNode beside(int i, @Nullable JsonNode metadata) {
      float[] own = values[i];
      if (own == null || metadata != null && !metadata.isObject()) {
        return metadata;
      }
      ObjectNode with = metadata == null ? Json.object() : metadata.deepCopy();
      ObjectNode columns = with.putObject("scores");
      for (int c = 0; c < names.size(); c++) {
        ArrayNode column = columns.putArray(names.get(c));
        for (int at = c; at < own.length; at += names.size()) {
          column.add(own[at]);
        }
      }
      return with;
    }
  }

  /** What stays of one shard of the source. */
  private final class Part {
    private final SampleSource.Shard shard;
    private final BitSet kept;
    private final @Nullable Columns columns;
    private final Set<String> keys;
    private final ShardWriter writer;

    Part(
        SampleSource.Shard shard,
        BitSet kept,
        @Nullable Columns columns,
        Set<String> keys,
        ShardWriter writer) {
      this.shard = shard;
      this.kept = kept;
      this.columns = columns;
      this.keys = keys;
      this.writer = writer;
    }

    /** Those number {@code from} to {@code to} of what stays. */
    void write(long from, long to) throws IOException {
      long number = 0;
      for (int i = kept.nextSetBit(0); i >= 0 && number < to; i = kept.nextSetBit(i + 1)) {
        if (number++ >= from) {
          add(i);
        }
      }
    }

    private void add(int i) throws IOException {
      Sample sample;
      try {
        sample = shard.read(i);
      } catch (UnreadableSample e) {
        throw new IOException(
            e.getMessage() + ": no rule has looked at the images (undecodable: on counts such)", e);
      }
      JsonNode metadata = sample.metadata();
      Sample.Text text = new Sample.Text(sample.key(), sample.captions(), sample.label(), metadata);
      List<String> captions = judge.captions(text, decisions.repeated());
      JsonNode with = columns == null ? metadata : columns.beside(i, metadata);
      Sample written =
          new Sample(sample.key(), sample.image(), sample.captions(), sample.label(), with);
      writer.add(key(sample.key(), keys), SampleMembers.of(written, captions));
    }
  }

  /** As it may stand in a tar, once in a shard. */
  private static String key(String own, Set<String> keys) {
    String key = SampleMembers.key(own);
    int name = key.length() - key.lastIndexOf('/') - 1;
    if (utf8(key).length > LONGEST_KEY
        || name > 0 && utf8(key.substring(key.length() - name)).length > LONGEST_NAME) {
      key = Digests.sha256(utf8(own)).substring(0, 2 * HASH);
    }
    String free = key;
    for (int i = 2; !keys.add(free); i++) {
      free = key + "-" + i;
    }
    return free;
  }
}
