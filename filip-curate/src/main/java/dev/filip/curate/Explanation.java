package dev.filip.curate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleMembers;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What becomes of one sample, step by step. Used by one thread. */
final class Explanation {
  private final SampleSource source;
  private final RuleBook book;
  private final String key;
  private final List<String> captions;
  private final Records.Place place;
  private final Verdict verdict;
  private final List<Step> steps;

  /** What one rule did. */
  record Step(int rule, int caption, @Nullable String after, String why) {}

  private Explanation(
      SampleSource source,
      RuleBook book,
      Sample.Text text,
      Records.Place place,
      Verdict verdict,
      List<Step> steps) {
    this.source = source;
    this.book = book;
    this.key = text.key();
    this.captions = text.captions();
    this.place = place;
    this.verdict = verdict;
    this.steps = steps;
  }

  /**
   * Looks for a sample and takes it through the rules.
   *
   * @throws BadInput where no sample has this key
   */
  static Explanation find(SampleSource source, RuleBook book, Judge judge, String key)
      throws IOException {
    for (int s = 0; s < source.shards(); s++) {
      try (SampleSource.Shard shard = source.open(s)) {
        for (int i = 0; i < shard.size(); i++) {
          Sample.Text text = text(shard, i, key);
          if (text != null) {
            return of(source, book, judge, shard, new Records.Place(s, i), text);
          }
        }
      }
    }
    throw BadInput.of("--explain", key, "the key of a sample (filip data list shows them)");
  }

  private static Sample.@Nullable Text text(SampleSource.Shard shard, int i, String key)
      throws IOException {
    try {
      Sample.Text text = shard.text(i);
      return text.key().equals(key) || SampleMembers.key(text.key()).equals(key) ? text : null;
    } catch (UnreadableSample e) {
      if (String.valueOf(e.getMessage()).startsWith(key + ": ")) {
        throw new BadInput("--explain " + e.getMessage(), e);
      }
      return null;
    }
  }

  private static Explanation of(
      SampleSource source,
      RuleBook book,
      Judge judge,
      SampleSource.Shard shard,
      Records.Place place,
      Sample.Text text)
      throws IOException {
    List<Step> steps = new ArrayList<>();
    Picture picture = new Picture(() -> shard.image(place.index()));
    Verdict verdict =
        judge.judge(
            text,
            picture,
            (rule, caption, after, why) -> steps.add(new Step(rule, caption, after, why)));
    return new Explanation(source, book, text, place, verdict, steps);
  }

  /** Whether a rule that needs all samples may come before the one that took it. */
  boolean needsAll() {
    boolean counted = verdict.captions().stream().anyMatch(Verdict.Caption::counted);
    boolean stays = verdict.unreadable().isEmpty() && stays(verdict);
    return counted || verdict.hashed() || stays && book.score() != null;
  }

  private static boolean stays(Verdict verdict) {
    boolean text = verdict.captions().isEmpty() || verdict.textTaken() == Verdict.NONE;
    return verdict.taken() == Verdict.NONE && text;
  }

  /** Without the others: where a rule on the sample alone came first. */
  ObjectNode toJson() {
    int texts = verdict.captions().isEmpty() ? Verdict.NONE : verdict.textTaken();
    boolean usable = verdict.unreadable().isEmpty();
    return json(usable ? Math.min(verdict.taken(), texts) : -1);
  }

  /** With what all samples together say. */
  ObjectNode toJson(Records records, Decisions decisions, @Nullable Scores scores, float least)
      throws IOException {
    int fate = decisions.fate(verdict, records.sample(place));
    for (int i = 0; i < verdict.captions().size(); i++) {
      Verdict.Caption caption = verdict.captions().get(i);
      Integer images = decisions.repeated().get(caption.text());
      int by = decisions.captionFate(caption);
      if (images != null && by != caption.taken()) {
        steps.add(new Step(by, i, null, "stands beside " + images + " images"));
      }
    }
    if (fate >= 0
        && fate < book.size()
        && book.rules().get(fate) instanceof Rule.NearDuplicates rule) {
      Likeness like = Likeness.of(source, records, decisions, rule, place);
      steps.add(new Step(fate, -1, null, like.why()));
    }
    float[] values = scores == null ? null : scores.read(place.shard())[place.index()];
    if (scores != null && values != null && scores.best(values) < least) {
      String why = String.format(Locale.ROOT, "score %.4f below %.4f", scores.best(values), least);
      steps.add(
          new Step(book.size() - 1, -1, null, values.length == 0 ? "no image to score" : why));
    }
    return json(fate);
  }

  private ObjectNode json(int fate) {
    ObjectNode json = Json.object().put("key", key).put("kept", fate == Verdict.NONE);
    if (fate >= 0 && fate != Verdict.NONE) {
      json.put("rule", book.names().get(fate));
      json.put("why", why(fate));
    } else {
      json.putNull("rule");
      json.put("why", fate < 0 ? "cannot be used: " + verdict.unreadable() : "no rule takes it");
    }
    if (verdict.width() > 0) {
      json.put("width", verdict.width()).put("height", verdict.height());
    }
    ArrayNode texts = json.putArray("captions");
    captions.forEach(texts::add);
    ArrayNode told = json.putArray("steps");
    steps.sort(java.util.Comparator.comparingInt(Step::rule));
    for (Step step : steps) {
      ObjectNode one = told.addObject().put("rule", book.names().get(step.rule));
      if (step.caption >= 0) {
        one.put("caption", captions.get(step.caption));
      }
      if (step.after == null) {
        one.put("taken", step.why);
      } else {
        one.put("becomes", step.after);
      }
    }
    return json;
  }

  private String why(int fate) {
    List<String> all =
        steps.stream()
            .filter(step -> step.rule == fate && step.after == null)
            .map(step ->
                step.caption < 0 ? step.why : '"' + captions.get(step.caption) + "\": " + step.why)
            .toList();
    return String.join("; ", all);
  }
}
