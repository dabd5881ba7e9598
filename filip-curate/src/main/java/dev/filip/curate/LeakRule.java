package dev.filip.curate;

import dev.filip.data.FailureRules;
import dev.filip.data.HashedSample;
import dev.filip.data.Loader;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.image.HashIndex;
import dev.filip.image.PerceptualHash;
import dev.filip.io.BadInput;
import dev.filip.io.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Pictures that look like one of an evaluation set, mirrored ones too, by the perceptual hash and
 * the distance of {@code filip data leak}. The hashes of those sets are held (24 to 48 bytes a
 * picture, and its key), and made when the first picture is judged. Thread-safe.
 */
final class LeakRule implements ImageRule {
  /** As {@code filip data leak} has it. */
  static final int DISTANCE = 6;

  private static final int AHEAD = 64;
  private final List<String> against;
  private final String shapes;
  private final int distance;
  private @Nullable Known known;

  /** Hashes with the names of their pictures, by number. */
  private record Known(HashIndex index, List<String> names) {}

  private LeakRule(List<String> against, String shapes, int distance) {
    this.against = List.copyOf(against);
    this.shapes = shapes;
    this.distance = distance;
  }

  /** Opens the sources once, so that what is wrong with them is told before a sample is read. */
  static LeakRule against(List<String> sources, int distance) {
    List<String> shapes = new ArrayList<>();
    for (String spec : sources) {
      try (SampleSource source = open(spec)) {
        shapes.add(spec + " " + source.shape());
      } catch (IOException e) {
        throw new BadInput("leak.against: cannot read " + spec + ": " + e.getMessage(), e);
      }
    }
    return new LeakRule(sources, String.join(", ", shapes), distance);
  }

  private static SampleSource open(String spec) {
    return Sources.open(spec, SourceOptions.DEFAULT);
  }

  /** What a run compares when it goes on. */
  String request() {
    return "distance " + distance + " against " + shapes;
  }

  @Override
  public @Nullable String judge(Picture picture) throws IOException {
    Optional<PerceptualHash> look = picture.look();
    if (look.isEmpty()) {
      return null; // of one colour: alike to nothing
    }
    Known those = known();
    int plain = those.index.first(look.get().bits(), distance);
    int mirrored = those.index.first(look.get().mirrored(), distance);
    if (plain < 0 && mirrored < 0) {
      return null;
    }
    boolean turned = plain < 0 || mirrored >= 0 && mirrored < plain;
    int number = turned ? mirrored : plain;
    long bits = turned ? look.get().mirrored() : look.get().bits();
    return String.format(
        Locale.ROOT,
        "looks like %s, %d of 63 bits differ%s",
        those.names.get(number),
        PerceptualHash.distance(bits, those.index.get(number)),
        turned ? ", mirrored" : "");
  }

  private synchronized Known known() throws IOException {
    Known made = known;
    if (made == null) {
      made = new Known(new HashIndex(), new ArrayList<>());
      for (String spec : against) {
        add(spec, made);
      }
      known = made;
    }
    return made;
  }

  private static void add(String spec, Known known) throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    Map<String, Integer> left = new TreeMap<>();
    int before = known.names.size();
    try (SampleSource source = open(spec);
        Loader loader = new Loader(workers, FailureRules.COUNT);
        Progress progress = new Progress("look at " + spec, source.size())) {
      loader.<Long, HashedSample>each(
          LongStream.range(0, source.size()).iterator(),
          AHEAD,
          i -> HashedSample.of(source, i),
          (i, one) -> {
            if (one != null && one.hash().isPresent()) {
              known.index.add(one.hash().get().bits());
              known.names.add(spec + " " + one.key());
            } else if (one != null) {
              left.merge("single colour", 1, Integer::sum);
            }
            progress.to(i + 1, "");
          });
      loader.skipped().counts().forEach((why, n) -> left.merge(why, n, Integer::sum));
    }
    BadInput.require(
        known.names.size() > before, "leak.against", spec, "a source with images to compare");
    if (!left.isEmpty()) {
      System.err.println("leak: not compared with images of " + spec + ": " + left);
    }
  }
}
