package dev.filip.curate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/** Counts and examples of a run, in the rules' order. Filled by one thread. */
final class Tally {
  /** So many samples of each kind are shown. */
  static final int SHOWN = 8;

  private final RuleBook book;
  private final long[] taken;
  private final long[] takenCaptions;
  private final long[] changed;
  private final Map<String, Long> unreadable = new TreeMap<>();
  private final List<Examples> removed = new ArrayList<>();
  private final List<Examples> altered = new ArrayList<>();
  private final Examples kept = new Examples();
  private final Histogram words = new Histogram(1);
  private final Histogram sides = new Histogram(64);
  private final Histogram scores = new Histogram(3);
  private final ObjectNode score = Json.object();
  private long byTokens = -1;
  private long read;
  private long captions;
  private long keptSamples;
  private long keptCaptions;

  /** Has counted nothing yet. */
  Tally(RuleBook book) {
    this.book = book;
    this.taken = new long[book.size()];
    this.takenCaptions = new long[book.size()];
    this.changed = new long[book.size()];
    for (int r = 0; r < book.size(); r++) {
      removed.add(new Examples());
      altered.add(new Examples());
    }
  }

  /** Counts everything once. */
  static Tally of(RuleBook book, Records records, Decisions decisions) throws IOException {
    Tally tally = new Tally(book);
    records.each((place, sample, verdict) -> tally.add(decisions, place, sample, verdict));
    return tally;
  }

  /** Counts what a model said; {@code least} is the least score that stays. */
  void scores(Scores all, float least) throws IOException {
    long[] scored = {0};
    all.each((_, _, values) -> {
      if (values != null) {
        scored[0]++;
        float best = all.best(values);
        scores.add(Math.max(0, Math.round(100 * best)), best >= least);
      }
    });
    score.put("by", all.rule().by()).put("scored", scored[0]);
    if (Float.isFinite(least)) {
      score.put("least", least);
    }
  }

  /** Counts what a model took for near duplicates; the rest of that rule is by hashes. */
  void twins(Twins twins) throws IOException {
    byTokens = 0;
    twins.each(_ -> byTokens++);
  }

  /** Counts a sample. */
  void add(Decisions decisions, Records.Place place, long sample, Verdict verdict) {
    int fate = decisions.fate(verdict, sample);
    read++;
    captions += verdict.captions().size();
    if (fate < 0) {
      unreadable.merge(verdict.unreadable(), 1L, Long::sum);
      return;
    }
    boolean stays = fate == Verdict.NONE;
    if (stays) {
      keptSamples++;
      kept.add(place, sample);
    } else {
      taken[fate]++;
      removed.get(fate).add(place, sample);
    }
    for (Verdict.Caption caption : verdict.captions()) {
      int by = decisions.captionFate(caption);
      words.add(caption.words(), stays && by == Verdict.NONE);
      if (by != Verdict.NONE) {
        takenCaptions[by]++;
      } else if (stays) {
        keptCaptions++;
      }
    }
    if (verdict.width() > 0) {
      sides.add(Math.min(verdict.width(), verdict.height()), stays);
    }
    for (int r = 0; r < book.size(); r++) {
      if ((verdict.changed() >>> r & 1) != 0) {
        changed[r]++;
        altered.get(r).add(place, sample);
      }
    }
  }

  /** Counts captions of {@link CaptionFate#rule}, and no sample. */
  void captions(int by, long count) {
    captions += count;
    if (count == 0) {
      return; // of a rule that there is not, perhaps
    }
    if (by == Verdict.NONE) {
      keptCaptions += count;
    } else {
      takenCaptions[by] += count;
    }
  }

  /** Counts samples of one fate whose captions are counted already; of none examples are shown. */
  void samples(long fate, long count) {
    read += count;
    if (fate == CaptionFate.NO_CAPTION) {
      unreadable.merge(Judge.NO_CAPTION, count, Long::sum);
      return;
    }
    int by = CaptionFate.rule(fate);
    if (by == Verdict.NONE) {
      keptSamples += count;
    } else {
      taken[by] += count;
    }
    for (int r = 0; r < book.size(); r++) {
      changed[r] += (CaptionFate.changed(fate) >>> r & 1) * count;
    }
  }

  long read() {
    return read;
  }

  long kept() {
    return keptSamples;
  }

  long taken(int rule) {
    return taken[rule];
  }

  long changed(int rule) {
    return changed[rule];
  }

  Map<String, Long> unreadable() {
    return unreadable;
  }

  Histogram words() {
    return words;
  }

  Histogram sides() {
    return sides;
  }

  Histogram scores() {
    return scores;
  }

  /** Some that a rule took, evenly drawn, in the source's order. */
  List<Records.Place> examples(int rule) {
    return removed.get(rule).places();
  }

  /** Some of which a rule changed a caption. */
  List<Records.Place> altered(int rule) {
    return altered.get(rule).places();
  }

  /** Some that stay. */
  List<Records.Place> keptExamples() {
    return kept.places();
  }

  /** {@code read}, {@code kept}, {@code rules}: what each took, in the file's order. */
  ObjectNode toJson() {
    ObjectNode json = Json.object().put("read", read).put("kept", keptSamples);
    ObjectNode rules = json.putObject("rules");
    ObjectNode shares = Json.object();
    ObjectNode texts = Json.object();
    ObjectNode alters = Json.object();
    for (int r = 0; r < book.size(); r++) {
      String name = book.names().get(r);
      rules.put(name, taken[r]);
      shares.put(name, read == 0 ? 0 : (double) taken[r] / read);
      Rule rule = book.rules().get(r);
      if (rule instanceof TextRule || rule instanceof Rule.Repetition) {
        texts.put(name, takenCaptions[r]);
      }
      if (rule instanceof CleanRule || rule instanceof PersonRule) {
        alters.put(name, changed[r]);
      }
    }
    json.set("shares", shares);
    json.set("unreadable", Json.mapper().valueToTree(unreadable));
    json.put("captions", captions).put("captions_kept", keptCaptions);
    json.set("captions_removed", texts);
    json.set("changed", alters);
    if (byTokens >= 0) {
      long all = rules.path("near_duplicates").asLong();
      json.putObject("near_duplicates").put("by_hash", all - byTokens).put("by_tokens", byTokens);
    }
    return score.isEmpty() ? json : json.set("score", score);
  }

  /** The samples with the least of a number that is drawn from their own. Used by one thread. */
  private static final class Examples {
    private record One(long draw, long sample, Records.Place place) {}

    private static final Comparator<One> ORDER =
        Comparator.comparingLong(One::draw).thenComparingLong(One::sample);

    private final PriorityQueue<One> least = new PriorityQueue<>(ORDER.reversed());

    void add(Records.Place place, long sample) {
      long draw = mix(sample);
      if (least.size() < SHOWN) {
        least.add(new One(draw, sample, place));
      } else if (draw < least.element().draw) {
        least.poll();
        least.add(new One(draw, sample, place));
      }
    }

    List<Records.Place> places() {
      return least.stream().sorted(Comparator.comparingLong(One::sample)).map(One::place).toList();
    }

    /** MurmurHash3's finaliser. */
    private static long mix(long value) {
      long z = value + 0x9E3779B97F4A7C15L;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      return z ^ z >>> 31;
    }
  }
}
