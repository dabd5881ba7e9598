package dev.filip.curate;

import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.io.Share;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A model's scores of the samples that all other rules leave, a file a shard, which appears when it
 * is whole: for each sample how many numbers it has, and these. A sample's score is that of its
 * best caption. Used by one thread.
 *
 * @param folder where they lie
 * @param shards of the source
 * @param columns of the scorer
 * @param rule what is asked of them
 */
record Scores(Path folder, int shards, List<String> columns, Rule.Score rule) {
  /** Pairs that the model gets at once; with the order fixed, its sums are, too. */
  private static final int BATCH = 64;

  private static final int UNDECODABLE = 0xFFFF;

  Scores {
    columns = List.copyOf(columns);
    rule.require(columns);
  }

  /** Takes the numbers of a sample. */
  interface Taker {
    /**
     * Takes them.
     *
     * @param sample its number within the source
     * @param values {@code [captions, columns]}, empty where the image cannot be decoded; null of a
     *     sample that another rule took, or that has no caption
     */
    void take(Records.Place place, long sample, float @Nullable [] values);
  }

  private Path file(int shard) {
    return folder.resolve(String.format(Locale.ROOT, "%06d.scores", shard));
  }

  /** Shards that have none yet. */
  long missing() {
    long count = 0;
    for (int shard = 0; shard < shards; shard++) {
      count += Files.isRegularFile(file(shard)) ? 0 : 1;
    }
    return count;
  }

  /** Scores the shards of a share that are not there yet. */
  void make(SampleSource source, Judge judge, Decisions decisions, PairScorer scorer, Share share)
      throws IOException {
    long total = 0;
    for (int i = share.number(); i < shards; i += share.of()) {
      total += decisions.kept(i).cardinality();
    }
    try (Progress progress = new Progress("score", total)) {
      long before = 0;
      for (int i = share.number(); i < shards; i += share.of()) {
        if (!Files.isRegularFile(file(i))) {
          try (SampleSource.Shard shard = source.open(i)) {
            Pairs pairs = new Pairs(shard, judge, decisions, decisions.kept(i));
            write(i, pairs.scored(scorer, before, progress));
          }
        }
        before += decisions.kept(i).cardinality();
        progress.to(before, "");
      }
    }
  }

  /** The pairs of one shard. */
  private record Pairs(SampleSource.Shard shard, Judge judge, Decisions decisions, BitSet kept) {
    float[] @Nullable [] scored(PairScorer scorer, long before, Progress progress)
        throws IOException {
      float[] @Nullable [] all = new float[shard.size()][];
      List<PairScorer.Pair> pairs = new ArrayList<>();
      List<Integer> which = new ArrayList<>();
      long done = before;
      for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
        PairScorer.Pair pair = pair(i);
        if (!pair.captions().isEmpty()) {
          pairs.add(pair);
          which.add(i);
        }
        progress.to(++done, "");
        if (pairs.size() == BATCH || kept.nextSetBit(i + 1) < 0 && !pairs.isEmpty()) {
          List<float[]> some = scorer.score(pairs);
          for (int p = 0; p < some.size(); p++) {
            all[which.get(p)] = some.get(p);
          }
          pairs.clear();
          which.clear();
        }
      }
      return all;
    }

    private PairScorer.Pair pair(int i) throws IOException {
      Sample.Text text = shard.text(i);
      List<String> captions = judge.captions(text, decisions.repeated());
      try {
        return new PairScorer.Pair(captions.isEmpty() ? new byte[0] : shard.image(i), captions);
      } catch (UnreadableSample e) {
        return new PairScorer.Pair(new byte[0], captions);
      }
    }
  }

  private void write(int shard, float[] @Nullable [] all) throws IOException {
    Outputs.file(
        file(shard),
        fresh -> {
          try (DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
            write(out, all);
          }
        });
  }

  private static void write(DataOutputStream out, float[] @Nullable [] all) throws IOException {
    out.writeInt(all.length);
    for (float[] values : all) {
      int count = values == null ? 0 : values.length == 0 ? UNDECODABLE : values.length;
      out.writeShort(count);
      for (int v = 0; values != null && v < values.length; v++) {
        out.writeFloat(values[v]);
      }
    }
  }

  /** The numbers of all samples in the source's order. */
  void each(Taker taker) throws IOException {
    long sample = 0;
    for (int shard = 0; shard < shards; shard++) {
      float[] @Nullable [] all = read(shard);
      for (int i = 0; i < all.length; i++) {
        taker.take(new Records.Place(shard, i), sample++, all[i]);
      }
    }
  }

  /** Those of a shard's samples. */
  float[] @Nullable [] read(int shard) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file(shard))))) {
      float[] @Nullable [] all = new float[in.readInt()][];
      for (int i = 0; i < all.length; i++) {
        int count = in.readUnsignedShort();
        if (count > 0) {
          float[] values = new float[count == UNDECODABLE ? 0 : count];
          for (int v = 0; v < values.length; v++) {
            values[v] = in.readFloat();
          }
          all[i] = values;
        }
      }
      return all;
    }
  }

  /** The score of a sample: that of its best caption; below every other where it has no number. */
  float best(float[] values) {
    float best = Float.NEGATIVE_INFINITY;
    for (int at = 0; at < values.length; at += columns.size()) {
      best = Math.max(best, rule.of(values, at, columns));
    }
    return best;
  }

  /**
   * The least score that stays: the rule's own, or where it keeps a share of the scored samples the
   * score of the last of them (those that have the same stay, too).
   */
  float least() throws IOException {
    if (rule.keep() == null) {
      return rule.min();
    }
    float[][] all = {new float[1024]};
    int[] count = {0};
    each((_, _, values) -> {
      if (values != null) {
        if (count[0] == all[0].length) {
          all[0] = Arrays.copyOf(all[0], 2 * count[0]);
        }
        all[0][count[0]++] = best(values);
      }
    });
    float[] sorted = Arrays.copyOf(all[0], count[0]);
    Arrays.sort(sorted);
    int stays = (int) Math.ceil(rule.keep() * count[0]);
    return stays == 0 ? Float.POSITIVE_INFINITY : sorted[count[0] - stays];
  }
}
