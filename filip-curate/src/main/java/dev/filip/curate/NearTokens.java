package dev.filip.curate;

import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.io.Share;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenWriter;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Tokens of the images among which a model looks for near duplicates, a file a shard, which appears
 * when it is whole: bf16, with the mean of an image's rows as its global row, named by the number
 * within the shard. An image that cannot be decoded has none. Used by one thread.
 *
 * @param folder where they lie
 * @param shards of the source
 */
record NearTokens(Path folder, int shards) {
  /** Images that the model gets at once; with the order fixed, its sums are, too. */
  private static final int BATCH = 64;

  Path file(int shard) {
    return folder.resolve(String.format(Locale.ROOT, "%06d.tokens", shard));
  }

  private boolean has(int shard) {
    return Files.isRegularFile(file(shard));
  }

  /** Shards that have none yet. */
  long missing() {
    return IntStream.range(0, shards).filter(shard -> !has(shard)).count();
  }

  /** Whether a share's are there. */
  boolean hasAll(Share share) {
    for (int i = share.number(); i < shards; i += share.of()) {
      if (!has(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Encodes the shards of a share that are not there yet.
   *
   * @param sought the images of each shard
   */
  void make(SampleSource source, List<BitSet> sought, PictureEncoder encoder, Share share)
      throws IOException {
    long total = 0;
    for (int i = share.number(); i < shards; i += share.of()) {
      total += sought.get(i).cardinality();
    }
    try (Progress progress = new Progress("encode", total)) {
      long before = 0;
      for (int i = share.number(); i < shards; i += share.of()) {
        if (!has(i)) {
          try (SampleSource.Shard shard = source.open(i)) {
            write(i, new Images(shard, sought.get(i), encoder, before, progress));
          }
        }
        before += sought.get(i).cardinality();
        progress.to(before, "");
      }
    }
  }

  private void write(int shard, Images images) throws IOException {
    String own = Digests.sha256("filip-curate".getBytes(StandardCharsets.UTF_8));
    TokenFile.About about =
        new TokenFile.About(
            TokenFile.Kind.IMAGES,
            Tokens.Type.BF16,
            images.encoder.width(),
            true,
            own, // the run's request tells models apart
            own);
    Outputs.file(
        file(shard),
        fresh -> {
          try (TokenWriter writer = new TokenWriter(fresh, about)) {
            images.write(writer);
            writer.finish(Json.object());
          }
        });
  }

  /** Those of one shard. */
  private record Images(
      SampleSource.Shard shard,
      BitSet sought,
      PictureEncoder encoder,
      long before,
      Progress progress) {
    void write(TokenWriter writer) throws IOException {
      List<byte[]> images = new ArrayList<>();
      List<String> names = new ArrayList<>();
      long done = before;
      for (int i = sought.nextSetBit(0); i >= 0; i = sought.nextSetBit(i + 1)) {
        try {
          images.add(shard.image(i));
          names.add(String.valueOf(i));
        } catch (UnreadableSample e) {
          // alike to nothing
        }
        if (images.size() == BATCH) {
          write(images, names, writer);
        }
        progress.to(++done, "");
      }
      write(images, names, writer);
    }

    private void write(List<byte[]> images, List<String> names, TokenWriter writer)
        throws IOException {
      if (!images.isEmpty()) {
        List<float[]> encoded = encoder.encode(List.copyOf(images));
        for (int k = 0; k < encoded.size(); k++) {
          if (encoded.get(k).length > 0) {
            append(encoded.get(k), names.get(k), writer);
          }
        }
      }
      images.clear();
      names.clear();
    }

    private void append(float[] rows, String name, TokenWriter writer) throws IOException {
      int d = encoder.width();
      Tokens tokens = Tokens.packed(rows, d, rows.length / d);
      writer.append(new Encoded(tokens, Tokens.ofRows(mean(rows, d), d)), List.of(name));
    }
  }

  /** What stands for a picture where candidates are sought. */
  static float[] mean(float[] rows, int d) {
    double[] sum = new double[d];
    for (int at = 0; at < rows.length; at++) {
      sum[at % d] += rows[at];
    }
    float[] mean = new float[d];
    for (int c = 0; c < d; c++) {
      mean[c] = (float) (sum[c] * d / rows.length);
    }
    return mean;
  }
}
