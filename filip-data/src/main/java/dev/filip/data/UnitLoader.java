package dev.filip.data;

import dev.filip.image.PackedImage;
import dev.filip.image.PilResize;
import dev.filip.image.Preprocessor;
import dev.filip.image.UndecodableImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads, decodes and augments one unit. What comes out depends on (seed, epoch, unit, round) alone.
 * Thread-safe.
 */
final class UnitLoader {
  private static final long CAPTION = 3;
  private static final long AUGMENT = 4;

  /** How much of a unit is prepared. */
  enum Depth {
    /** Which captions it has; its images are another rank's. */
    CAPTIONS,
    /** All of it. */
    IMAGES
  }

  /**
   * One ready pair.
   *
   * @param rgb empty at depth {@link Depth#CAPTIONS}
   */
  record Pair(String key, String caption, List<String> allCaptions, byte[] rgb) {}

  /**
   * A ready unit.
   *
   * @param pairs null when one of its samples could not be used
   */
  record Loaded(Cursor.Place place, Depth depth, @Nullable List<Pair> pairs) {}

  private final List<WeightedSource> sources;
  private final PipelineOptions options;
  private final Skipped skipped;
  private final DecodedCache cache;
  private final Preprocessor preprocessor;
  private final PilResize resize = new PilResize();

  UnitLoader(List<WeightedSource> sources, PipelineOptions options, Skipped skipped) {
    this.sources = sources;
    this.options = options;
    this.skipped = skipped;
    this.cache = new DecodedCache(options.cacheBytes());
    this.preprocessor = new Preprocessor(options.preprocess(), options.decoding());
  }

  Loaded load(Cursor.Place place, EpochPlan.Unit unit, Depth depth) {
    List<Pair> pairs = new ArrayList<>(options.group());
    for (int i = 0; i < options.group(); i++) {
      int index = unit.unit() * options.group() + i;
      try {
        pairs.add(pair(place.epoch(), unit, index, depth));
      } catch (UndecodableImage e) {
        return skip(place, unit.source(), index, e.reason(), e);
      } catch (UnreadableSample e) {
        return skip(place, unit.source(), index, e.reason(), e);
      } catch (IOException e) {
        return skip(place, unit.source(), index, "cannot be read", e);
      }
    }
    return new Loaded(place, depth, pairs);
  }

  private Loaded skip(Cursor.Place place, int source, int index, String reason, IOException why) {
    skipped.add(source + ":" + index, reason, String.valueOf(why.getMessage()));
    return new Loaded(place, Depth.IMAGES, null);
  }

  private Pair pair(long epoch, EpochPlan.Unit unit, int index, Depth depth) throws IOException {
    long[] key = {options.seed(), CAPTION, epoch, unit.source(), index, unit.round()};
    if (depth == Depth.CAPTIONS) {
      Sample told = read(unit.source(), index);
      List<String> captions = told.captions();
      String caption = captions.get(Keyed.stream(key).nextInt(captions.size()));
      return new Pair(unit.source() + ":" + told.key(), caption, captions, new byte[0]);
    }
    DecodedCache.Decoded sample = decoded(unit.source(), index);
    List<String> captions = sample.captions();
    String caption = captions.get(Keyed.stream(key).nextInt(captions.size()));
    key[1] = AUGMENT;
    SplittableRandom random = Keyed.stream(key);
    PackedImage image =
        options.augmentation().apply(sample.image(), caption, preprocessor, resize, random);
    return new Pair(unit.source() + ":" + sample.key(), caption, captions, image.toRgb().rgb());
  }

  private DecodedCache.Decoded decoded(int source, int index) throws IOException {
    DecodedCache.Decoded known = cache.get(source, index);
    if (known != null) {
      return known;
    }
    Sample sample = read(source, index);
    PackedImage image = preprocessor.decode(sample.image());
    var decoded = new DecodedCache.Decoded(sample.key(), image, sample.captions());
    cache.put(source, index, decoded);
    return decoded;
  }

  private Sample read(int source, int index) throws IOException {
    Sample sample = sources.get(source).source().read(index);
    if (sample.captions().isEmpty()) {
      throw new UnreadableSample(sample.key(), "no caption", "");
    }
    return sample;
  }

  /** What must not meet in a batch. */
  static String comparable(String caption) {
    return caption.strip().toLowerCase(Locale.ROOT);
  }
}
