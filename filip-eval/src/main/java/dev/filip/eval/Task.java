package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A way of judging a model on data. A task is one file and its line in {@link Tasks}: from there it
 * is a command of {@code filip eval}, a word of {@code evaluate.tasks} and rows of a report.
 * Immutable.
 *
 * @param <R> what it finds
 */
public interface Task<R extends Task.Result> {
  /** As {@code filip eval} and {@code evaluate.tasks} name it, such as {@code zero-shot}. */
  String name();

  /** The help of its command. */
  String description();

  /** Model and source of an example that its help shows. */
  String example();

  /** Options of its command besides those that every task has. */
  default List<Option> options() {
    return List.of();
  }

  /**
   * The same with options that a user gave, by name; a flag's value is empty.
   *
   * @throws BadInput for a wrong value
   */
  default Task<R> with(Map<String, String> given) {
    return this;
  }

  /** What a source must have, as in "one with ...". */
  String needs();

  /**
   * Begins a judgement.
   *
   * @throws BadInput when the source lacks something that is told before its samples are read
   */
  Run<R> begin(Embedder model, EvalData data) throws IOException;

  /**
   * Judges {@code model} on every sample of {@code data} that can be used.
   *
   * @throws BadInput when there is none
   */
  default R run(Embedder model, EvalData data) throws IOException {
    try (Run<R> run = begin(model, data)) {
      ImageFeed feed = new ImageFeed(data, model, run::refuse);
      List<String> keys = new ArrayList<>();
      feed.each(
          name(),
          batch -> {
            batch.samples().forEach(sample -> keys.add(sample.key()));
            run.take(batch.samples(), batch.pictures());
          });
      BadInput.require(!keys.isEmpty(), "source", data.source().describe(), "one with " + needs());
      Fingerprint print = Fingerprint.of(name(), data, model.preprocessing());
      return run.end(new Judged(keys, feed.skipped(), print));
    }
  }

  /**
   * An option of a task's command.
   *
   * @param name with its dashes
   * @param label what stands for its value in the help; null for a flag
   */
  record Option(String name, @Nullable String label, String description) {}

  /** One judgement. Used by one thread, but for {@link #refuse}. */
  interface Run<R extends Result> extends AutoCloseable {
    /** Why a sample is of no use, to be counted; null when it is of use. Called by any thread. */
    @Nullable String refuse(Sample sample);

    /** Samples with as many prepared images; never none. */
    void take(List<Sample> samples, List<Embedder.Picture> pictures) throws IOException;

    /** When all samples were taken. */
    R end(Judged judged) throws IOException;

    /** Frees what it holds outside the heap. */
    @Override
    default void close() {}
  }

  /** What a task finds. Immutable. */
  interface Result {
    /** On what it stands. */
    Basis basis();

    /** As the task's command answers with {@code --json}. */
    ObjectNode toJson();

    /** Names and values that a run's log and {@code keep_best} know. */
    SequencedMap<String, Double> metrics();

    /** Rows of a report's table. */
    List<Line> lines();

    /** How images and texts were compared. */
    default Match match() {
      return basis().match;
    }

    /** Whether the model was trained to be compared so. */
    default boolean trainedSo() {
      return basis().trainedSo;
    }

    /** Samples left out. */
    default Skipped skipped() {
      return basis().judged.skipped();
    }

    /** Two results may be compared when it is equal. */
    default String fingerprint() {
      return basis().fingerprint;
    }

    /** How each image did, as {@link Comparison} reads it. */
    default ObjectNode outcomes() {
      ObjectNode json = Json.object();
      json.set("keys", Json.mapper().valueToTree(basis().judged.keys()));
      ObjectNode metrics = json.putObject("metrics");
      basis().series.forEach((name, series) -> metrics.set(name, series.toJson()));
      json.set("fingerprint_of", basis().judged.print().parts());
      return json;
    }
  }

  /**
   * On what a result stands.
   *
   * @param match how images and texts were compared
   * @param trainedSo whether the model was trained to be compared so
   * @param judged the samples
   * @param series what was counted image by image, by the metric's name, the most telling one first
   * @param fingerprint of all that it depends on besides the model
   */
  record Basis(
      Match match,
      boolean trainedSo,
      Judged judged,
      SequencedMap<String, Series> series,
      String fingerprint) {
    static Basis of(
        Match match, Interaction trained, Judged judged, SequencedMap<String, Series> series) {
      return new Basis(match, match.trainedBy(trained), judged, series, judged.print().hex());
    }

    /** Ends an answer: a note where there is something to say, what was skipped, fingerprint. */
    ObjectNode end(ObjectNode json) {
      match.note(trainedSo).ifPresent(note -> json.put("note", note));
      json.set("skipped", judged.skipped().toJson());
      return json.put("fingerprint", fingerprint);
    }
  }

  /**
   * A row of a report's table.
   *
   * @param meaning in a few words
   * @param chance what guessing would give
   */
  record Line(String name, String meaning, Share share, double chance) {}
}
