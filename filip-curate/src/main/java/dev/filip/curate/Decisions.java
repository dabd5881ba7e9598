package dev.filip.curate;

import dev.filip.image.HashIndex;
import dev.filip.image.PerceptualHash;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of every sample: the verdicts, and what repetition, near duplicates and a model's
 * scores say where all samples are known. Held are four bits a sample, the repeated texts, and 24
 * to 48 bytes for each picture that near duplicates were sought of. Made by one thread, then read
 * by any.
 */
final class Decisions {
  /** Texts counted at once: 72 MB. */
  static final int TEXTS_AT_ONCE = 1 << 21;

  private final RuleBook book;
  private final Records records;
  private final int repetition;
  private final int nearDuplicates;
  private final int score;

  /** What hashes take. */
  private final BitSet near = new BitSet();

  /** What a model's tokens take of the rest. */
  private final BitSet alike = new BitSet();

  private @Nullable Twins twins;
  private final BitSet unlike = new BitSet();
  private final List<BitSet> kept = new ArrayList<>();
  private Map<TextHash, Integer> repeated = Map.of();

  /** Where each sample was judged by itself, and nothing is decided after that. */
  static Decisions alone(RuleBook book) {
    return new Decisions(book, new Records(Path.of(""), 0));
  }

  private Decisions(RuleBook book, Records records) {
    this.book = book;
    this.records = records;
    this.repetition = number(book, Rule.Repetition.class);
    this.nearDuplicates = number(book, Rule.NearDuplicates.class);
    this.score = number(book, Rule.Score.class);
  }

  private static int number(RuleBook book, Class<? extends Rule> kind) {
    return IntStream.range(0, book.size())
        .filter(r -> kind.isInstance(book.rules().get(r)))
        .findFirst()
        .orElse(Verdict.NONE);
  }

  /**
   * Decides.
   *
   * @param scratch a folder to be made and removed
   * @param samples about how many there are
   * @param look finds near duplicates by a model, where the rules have one; where other shares have
   *     not made theirs yet, nothing that comes after is decided
   */
  static Decisions of(RuleBook book, Records records, Path scratch, long samples, SecondLook look)
      throws IOException {
    Decisions decisions = new Decisions(book, records);
    for (int r = 0; r < book.size(); r++) {
      switch (book.rules().get(r)) {
        case Rule.Repetition rule -> decisions.count(rule, scratch, samples);
        case Rule.NearDuplicates rule -> {
          decisions.compare(rule);
          if (rule.model() != null && !decisions.lookAgain(rule, look)) {
            return decisions;
          }
        }
        case ImageRule _, TextRule _, Rule.Score _ -> {}
      }
    }
    decisions.keep();
    return decisions;
  }

  private void count(Rule.Repetition rule, Path scratch, long samples) throws IOException {
    Outputs.delete(scratch);
    try (TextCounts counts = new TextCounts(scratch, samples, TEXTS_AT_ONCE)) {
      records.each((_, sample, verdict) -> {
        if (fate(verdict, sample) > repetition) {
          for (TextHash text : distinct(verdict)) {
            counts.add(text);
          }
        }
      });
      repeated = counts.above(rule.most());
    }
    Outputs.delete(scratch);
  }

  /** An image counts once for a text, however often it stands beside it. */
  private static List<TextHash> distinct(Verdict verdict) {
    return verdict.captions().stream()
        .filter(Verdict.Caption::counted)
        .map(Verdict.Caption::text)
        .distinct()
        .toList();
  }

  private void compare(Rule.NearDuplicates rule) throws IOException {
    HashIndex index = new HashIndex();
    records.each((_, sample, verdict) -> {
      if (verdict.hashed() && fate(verdict, sample) > nearDuplicates) {
        if (index.first(verdict.look(), rule.distance()) >= 0) {
          near.set(Math.toIntExact(sample));
        } else {
          index.add(verdict.look());
        }
      }
    });
  }

  /** False where it cannot be known yet. */
  private boolean lookAgain(Rule.NearDuplicates rule, SecondLook look) throws IOException {
    List<BitSet> sought = none();
    records.each((place, sample, verdict) -> {
      if (verdict.hashed() && fate(verdict, sample) > nearDuplicates) {
        sought.get(place.shard()).set(place.index());
      }
    });
    Twins found = look.twins(rule, records, sought);
    if (found != null) {
      found.each(twin -> alike.set(Math.toIntExact(twin.sample())));
      twins = found;
    }
    return found != null;
  }

  private List<BitSet> none() {
    return IntStream.range(0, records.shards()).mapToObj(_ -> new BitSet()).toList();
  }

  /** Takes what a model finds unlike, after all else is decided. */
  void take(Scores scores, float least) throws IOException {
    scores.each((_, sample, values) -> {
      if (values != null && scores.best(values) < least) {
        unlike.set(Math.toIntExact(sample));
      }
    });
    keep();
  }

  private void keep() throws IOException {
    kept.clear();
    kept.addAll(none());
    records.each((place, sample, verdict) -> {
      if (fate(verdict, sample) == Verdict.NONE) {
        kept.get(place.shard()).set(place.index());
      }
    });
  }

  /** The samples of a shard that stay. */
  BitSet kept(int shard) {
    return kept.get(shard);
  }

  /** The texts that stand beside too many images, with how many. */
  Map<TextHash, Integer> repeated() {
    return repeated;
  }

  /** What a model took for near duplicates; null where none was asked. */
  @Nullable Twins twins() {
    return twins;
  }

  /**
   * Where the picture lies that stayed in this one's place: the first of those alike.
   *
   * @param look of a picture that near duplicates took
   */
  Records.@Nullable Place twin(long look, int distance) throws IOException {
    List<Records.Place> found = new ArrayList<>();
    records.each((place, sample, verdict) -> {
      boolean stayed = verdict.hashed() && !near.get((int) sample);
      if (found.isEmpty()
          && stayed
          && (alike.get((int) sample) || fate(verdict, sample) > nearDuplicates)
          && PerceptualHash.distance(verdict.look(), look) <= distance) {
        found.add(place);
      }
    });
    return found.isEmpty() ? null : found.getFirst();
  }

  /**
   * The rule that takes a sample, as far as decided; {@link Verdict#NONE} where it stays, -1 where
   * it cannot be used.
   */
  int fate(Verdict verdict, long sample) {
    if (!verdict.unreadable().isEmpty()) {
      return -1;
    }
    int texts = verdict.captions().isEmpty() ? Verdict.NONE : 0;
    for (Verdict.Caption caption : verdict.captions()) {
      texts = Math.max(texts, captionFate(caption));
    }
    int image = Math.min(verdict.taken(), texts);
    boolean twin = near.get((int) sample) || alike.get((int) sample);
    int look = twin ? Math.min(image, nearDuplicates) : image;
    return unlike.get((int) sample) ? Math.min(look, score) : look;
  }

  /** The rule that takes a caption. */
  int captionFate(Verdict.Caption caption) {
    boolean often = caption.counted() && repeated.containsKey(caption.text());
    return often ? Math.min(caption.taken(), repetition) : caption.taken();
  }
}
