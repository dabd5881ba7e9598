package dev.filip.data.translate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleConsumer;

/**
 * The captions of one shard with what their translations add. Each different text is translated
 * once. Used by one thread.
 */
final class ShardTexts {
  private static final String NO_LETTER = "[^\\p{L}\\p{M}\\p{N}\\p{S}]+";

  private final BackTranslator translator;
  private final Map<Integer, Sample.Text> samples = new LinkedHashMap<>();
  private final Map<Integer, List<String>> captions = new HashMap<>();
  private final List<JsonNode> rows = new ArrayList<>();
  private final TranslateCounts counts;

  ShardTexts(BackTranslator translator) {
    this.translator = translator;
    this.counts = new TranslateCounts(translator.options().via());
  }

  /** Reads all texts of a shard and translates them. */
  void translate(SampleSource.Shard shard, DoubleConsumer done) throws IOException {
    for (int i = 0; i < shard.size(); i++) {
      try {
        Sample.Text text = shard.text(i);
        samples.put(i, text);
        counts.sample(text.captions().size());
      } catch (UnreadableSample e) {
        counts.unreadable(1);
      }
    }
    Map<String, Integer> places = new LinkedHashMap<>();
    for (Sample.Text text : samples.values()) {
      for (String caption : text.captions()) {
        String line = BackTranslator.line(caption);
        if (!line.isEmpty()) {
          places.putIfAbsent(line, places.size());
        }
      }
    }
    counts.different(places.size());
    var answers = translator.translate(List.copyOf(places.keySet()), done);
    samples.forEach((i, text) -> sample(i, text, places, answers));
  }

  private void sample(
      int index,
      Sample.Text text,
      Map<String, Integer> places,
      List<List<BackTranslator.Answer>> answers) {
    List<String> lines = new ArrayList<>(text.captions());
    Set<String> seen = new LinkedHashSet<>();
    text.captions().forEach(caption -> seen.add(folded(caption)));
    for (String caption : text.captions()) {
      Integer place = places.get(BackTranslator.line(caption));
      List<BackTranslator.Answer> got = new ArrayList<>();
      List<Outcome> outcomes = new ArrayList<>();
      for (List<BackTranslator.Answer> language : answers) {
        BackTranslator.Answer answer =
            place == null ? new BackTranslator.Answer(Outcome.EMPTY, "", "") : language.get(place);
        Outcome outcome = outcome(answer, caption, seen);
        if (outcome == Outcome.WRITTEN) {
          lines.add(answer.back());
        }
        got.add(answer);
        outcomes.add(outcome);
      }
      count(text.key(), caption, got, outcomes);
    }
    if (lines.size() > text.captions().size()) {
      captions.put(index, lines);
    }
  }

  private void count(
      String key, String caption, List<BackTranslator.Answer> got, List<Outcome> outcomes) {
    List<String> languages = translator.options().via();
    for (int i = 0; i < languages.size(); i++) {
      counts.outcome(languages.get(i), outcomes.get(i));
    }
    rows.add(SampleTable.row(key, caption, languages, got, outcomes));
  }

  private static Outcome outcome(BackTranslator.Answer answer, String caption, Set<String> seen) {
    if (answer.outcome() != Outcome.WRITTEN) {
      return answer.outcome();
    }
    String folded = folded(answer.back());
    if (folded.equals(folded(caption))) {
      return Outcome.UNCHANGED;
    }
    return seen.add(folded) ? Outcome.WRITTEN : Outcome.REPEATED;
  }

  /** Letters, digits and symbols; case and punctuation make no other text. */
  private static String folded(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll(NO_LETTER, " ").strip();
  }

  /** By sample: all captions, of those that got a further one. */
  Map<Integer, List<String>> captions() {
    return captions;
  }

  /** Samples beyond those without readable texts that were lost. */
  void lost(int images) {
    counts.unreadable(images);
  }

  /** Counts and some rows. */
  ObjectNode record(int mostRows) {
    ObjectNode record = counts.toJson();
    record.putArray("rows").addAll(SampleTable.spread(rows, mostRows));
    return record;
  }
}
