package dev.filip.data;

import dev.filip.data.store.UnreachableShard;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Captions of sources, shard by shard, without their images. A sample that has none that can be
 * read is counted by its reason and left out. Used by one thread.
 */
public final class CaptionReader {
  private final SkippedSamples skipped = new SkippedSamples(FailureRules.COUNT);

  /**
   * Captions of a shard.
   *
   * @param most of at most so many samples, from all over the shard
   * @throws UnreachableShard where the shard cannot be had
   */
  public List<String> shard(SampleSource source, int number, int most) throws IOException {
    List<String> captions = new ArrayList<>();
    try (SampleSource.Shard shard = source.open(number)) {
      int taken = Math.min(most, shard.size());
      for (int i = 0; i < taken; i++) {
        int at = (int) ((long) i * shard.size() / taken);
        List<String> read = skipped.attempt(number + ":" + at, () -> some(shard, at));
        captions.addAll(read == null ? List.of() : read);
      }
    }
    return captions;
  }

  private static List<String> some(SampleSource.Shard shard, int at) throws IOException {
    Sample.Text text = shard.text(at);
    if (text.captions().isEmpty()) {
      throw new UnreadableSample(text.key(), "no caption", "");
    }
    return text.captions();
  }

  /** What was left out. */
  public SkippedSamples skipped() {
    return skipped;
  }

  /** {@link BadInput} that says why there is no caption. */
  public BadInput none(@Nullable String source) {
    return new BadInput(
        "no sample of "
            + (source == null ? "the training data" : source)
            + " has a caption that can be used"
            + (skipped.total() == 0 ? "" : ": " + skipped.line()));
  }
}
