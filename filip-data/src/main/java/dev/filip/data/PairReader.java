package dev.filip.data;

import dev.filip.image.PackedImage;
import dev.filip.image.PilResize;
import dev.filip.image.Preprocessor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Reads, decodes and augments one unit; a sample may fill several rows, each with another caption
 * of its one image. What comes out depends on (seed, unit with epoch and round) alone. Thread-safe.
 */
final class PairReader {
  private static final long CAPTION = 3;
  private static final long AUGMENT = 4;

  /**
   * One ready pair.
   *
   * @param rgb empty where only the caption was asked for
   * @param texts hashes of all its captions: what must not meet in a batch
   */
  record Pair(String key, String caption, long[] texts, byte[] rgb) {}

  /** A ready unit. */
  record Pairs(Unit unit, boolean images, List<Pair> pairs) {
    /** Hashes of all captions, each once. */
    long[] texts() {
      return pairs.stream().flatMapToLong(pair -> LongStream.of(pair.texts())).distinct().toArray();
    }
  }

  /** Where the samples of a source's index lie: the first index of each shard, and the end. */
  private static final class Starts {
    private final long[] first;

    Starts(SampleSource source) {
      source.size(); // counts where that was not done
      first = new long[source.shards() + 1];
      for (int i = 0; i < source.shards(); i++) {
        first[i + 1] = first[i] + source.size(i);
      }
    }

    int shard(long index) {
      int at = Arrays.binarySearch(first, index);
      int shard = at >= 0 ? at : -at - 2;
      while (first[shard + 1] == first[shard]) {
        shard++; // empty ones begin where the next does
      }
      return shard;
    }
  }

  private final PipelineOptions options;
  private final ShardPool pool;
  private final List<Starts> starts = new ArrayList<>();
  private final DecodedCache cache;
  private final Preprocessor preprocessor;
  private final PilResize resize = new PilResize();

  /**
   * @param whole whether units are named by index in their whole source
   */
  PairReader(List<WeightedSource> sources, PipelineOptions options, ShardPool pool, boolean whole) {
    this.options = options;
    this.pool = pool;
    if (whole) {
      sources.forEach(source -> starts.add(new Starts(source.source())));
    }
    this.cache = new DecodedCache(options.cacheBytes());
    this.preprocessor = new Preprocessor(options.preprocess(), options.decoding());
  }

  /** Reads it; without images only captions. */
  Pairs read(Unit unit, boolean images) throws IOException {
    List<Pair> pairs = new ArrayList<>(options.unitRows());
    for (int i = 0; i < options.group(); i++) {
      pairs.addAll(images ? pairs(unit, i) : captions(unit, i));
    }
    return new Pairs(unit, images, pairs);
  }

  private List<Pair> captions(Unit unit, int i) throws IOException {
    Sample.Text told = withCaption(at(unit, i, SampleSource.Shard::text));
    return rows(unit, told.key(), told.captions(), drawn(told.captions(), unit, i), new byte[0]);
  }

  private List<Pair> pairs(Unit unit, int i) throws IOException {
    DecodedCache.Decoded sample = decoded(unit, i);
    List<String> drawn = drawn(sample.captions(), unit, i);
    SplittableRandom random = Keyed.stream(key(AUGMENT, unit, i));
    String said = String.join(" ", drawn);
    PackedImage image =
        options.augmentation().apply(sample.image(), said, preprocessor, resize, random);
    return rows(unit, sample.key(), sample.captions(), drawn, image.toRgb().rgb());
  }

  /** One caption; or so many in a random order, again from its front where there are fewer. */
  private List<String> drawn(List<String> captions, Unit unit, int i) {
    SplittableRandom random = Keyed.stream(key(CAPTION, unit, i));
    if (options.captions() == 1) {
      return List.of(captions.get(random.nextInt(captions.size())));
    }
    int[] order = Keyed.permutation(captions.size(), random);
    return IntStream.range(0, options.captions())
        .mapToObj(row -> captions.get(order[row % order.length]))
        .toList();
  }

  private long[] key(long what, Unit unit, int i) {
    return new long[] {
      options.seed(), what, unit.epoch(), unit.source(), unit.number(i), unit.round()
    };
  }

  /** A pair for each caption drawn, all with one image. */
  private static List<Pair> rows(
      Unit unit, String name, List<String> all, List<String> drawn, byte[] rgb) {
    long[] texts = all.stream().mapToLong(PairReader::hash).toArray();
    String key = unit.source() + ":" + name;
    return drawn.stream().map(caption -> new Pair(key, caption, texts, rgb)).toList();
  }

  private DecodedCache.Decoded decoded(Unit unit, int i) throws IOException {
    DecodedCache.Decoded known = cache.get(unit.source(), unit.number(i));
    if (known != null) {
      return known;
    }
    Sample sample = at(unit, i, (shard, at) -> shard.text(at).with(shard.image(at)));
    withCaption(sample.key(), sample.captions());
    PackedImage image = preprocessor.decode(sample.image());
    var decoded = new DecodedCache.Decoded(sample.key(), image, sample.captions());
    cache.put(unit.source(), unit.number(i), decoded);
    return decoded;
  }

  /** Reads one sample of an open shard. */
  private interface Reading<T> {
    T read(SampleSource.Shard shard, int i) throws IOException;
  }

  private <T> T at(Unit unit, int i, Reading<T> reading) throws IOException {
    long index = unit.first() + i;
    if (unit.shard() != Unit.WHOLE) {
      return pool.with(
          unit.source(), unit.shard(), shard -> reading.read(shard, Math.toIntExact(index)));
    }
    Starts all = starts.get(unit.source());
    int number = all.shard(index);
    return pool.with(
        unit.source(),
        number,
        shard -> reading.read(shard, Math.toIntExact(index - all.first[number])));
  }

  private static Sample.Text withCaption(Sample.Text told) throws UnreadableSample {
    withCaption(told.key(), told.captions());
    return told;
  }

  private static void withCaption(String key, List<String> captions) throws UnreadableSample {
    if (captions.isEmpty()) {
      throw new UnreadableSample(key, "no caption", "");
    }
  }

  private static long hash(String caption) {
    return Keyed.hash(caption.strip().toLowerCase(Locale.ROOT));
  }
}
