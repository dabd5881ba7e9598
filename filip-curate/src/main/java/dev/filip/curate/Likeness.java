package dev.filip.curate;

import dev.filip.data.SampleSource;
import dev.filip.image.PerceptualHash;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which earlier picture one looks like that near duplicates took.
 *
 * @param place of the earlier one; null where it is not known
 * @param why names it, and how near both are
 */
record Likeness(Records.@Nullable Place place, String why) {
  /** Of what the rule took at a place. */
  static Likeness of(
      SampleSource source,
      Records records,
      Decisions decisions,
      Rule.NearDuplicates rule,
      Records.Place place)
      throws IOException {
    Twins twins = decisions.twins();
    Twins.Twin twin = twins == null ? null : twins.of(records.sample(place));
    if (twin != null) {
      Records.Place other = records.place(twin.twin());
      String key = key(source, other);
      return new Likeness(
          other,
          String.format(
              Locale.ROOT, "looks like %s, similarity of tokens %.4f", key, twin.similarity()));
    }
    long look = records.at(place).look();
    Records.Place other = decisions.twin(look, rule.distance());
    if (other == null) {
      return new Likeness(null, "looks like an earlier one");
    }
    int bits = PerceptualHash.distance(records.at(other).look(), look);
    return new Likeness(
        other, "looks like " + key(source, other) + ", " + bits + " of 63 bits differ");
  }

  private static String key(SampleSource source, Records.Place place) throws IOException {
    try (SampleSource.Shard shard = source.open(place.shard())) {
      return shard.text(place.index()).key();
    }
  }
}
