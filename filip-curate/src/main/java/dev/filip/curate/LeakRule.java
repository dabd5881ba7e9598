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
import java.nio.file.Path;
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
 * picture, and its key), and made when the first picture is judged, or read where a run has kept
 * them. Thread-safe.
 */
final class LeakRule implements ImageRule {
  /** As {@code filip data leak} has it. */
  static final int DISTANCE = 6;

  private static final int AHEAD = 64;
  private final List<Against> against;
  private final int distance;
  private @Nullable Known known;
  private @Nullable Path folder;

  /** A source, and the shape that it had when the rules were read. */
  private record Against(String spec, String shape) {
    @Override
    public String toString() {
      return spec + " " + shape;
    }
  }

  /** Hashes with the names of their pictures, by number. */
  private record Known(HashIndex index, List<String> names) {}

  private LeakRule(List<Against> against, int distance) {
    this.against = List.copyOf(against);
    this.distance = distance;
  }

  /** Opens the sources once, so that what is wrong with them is told before a sample is read. */
  static LeakRule against(List<String> sources, int distance) {
    List<Against> against = new ArrayList<>();
    for (String spec : sources) {
      try (SampleSource source = open(spec)) {
        against.add(new Against(spec, source.shape()));
      } catch (IOException e) {
        throw new BadInput("leak.against: cannot read " + spec + ": " + e.getMessage(), e);
      }
    }
    return new LeakRule(against, distance);
  }

  private static SampleSource open(String spec) {
    return Sources.open(spec, SourceOptions.DEFAULT);
  }

  /** What a run compares when it goes on. */
  String request() {
    List<String> shapes = against.stream().map(Against::toString).toList();
    return "distance " + distance + " against " + String.join(", ", shapes);
  }

  /** Hashes lie in a run's folder from now on: they are made once for all its processes. */
  synchronized void keepIn(Path place) {
    folder = place;
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
      for (Against one : against) {
        for (LeakHashes.One picture : hashes(one)) {
          made.index.add(picture.bits());
          made.names.add(one.spec + " " + picture.key());
        }
      }
      known = made;
    }
    return made;
  }

  private List<LeakHashes.One> hashes(Against one) throws IOException {
    if (folder == null) {
      return made(one.spec);
    }
    LeakHashes kept = LeakHashes.of(folder, one.toString());
    if (!kept.isThere()) {
      kept.write(made(one.spec));
    }
    return kept.read();
  }

  private static List<LeakHashes.One> made(String spec) throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    Map<String, Integer> left = new TreeMap<>();
    List<LeakHashes.One> hashes = new ArrayList<>();
    try (SampleSource source = open(spec);
        Loader loader = new Loader(workers, FailureRules.COUNT);
        Progress progress = new Progress("look at " + spec, source.size())) {
      loader.<Long, HashedSample>each(
          LongStream.range(0, source.size()).iterator(),
          AHEAD,
          i -> HashedSample.of(source, i),
          (i, one) -> {
            if (one != null && one.hash().isPresent()) {
              hashes.add(new LeakHashes.One(one.key(), one.hash().get().bits()));
            } else if (one != null) {
              left.merge("single colour", 1, Integer::sum);
            }
            progress.to(i + 1, "");
          });
      loader.skipped().counts().forEach((why, n) -> left.merge(why, n, Integer::sum));
    }
    BadInput.require(!hashes.isEmpty(), "leak.against", spec, "a source with images to compare");
    if (!left.isEmpty()) {
      System.err.println("leak: not compared with images of " + spec + ": " + left);
    }
    return hashes;
  }
}
