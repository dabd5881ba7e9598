package dev.filip.curate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.FailureRules;
import dev.filip.data.Loader;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.io.ResumableFolder;
import dev.filip.io.Share;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sifts a source by the rules of a file. First every sample is judged by itself, shard by shard,
 * and the verdicts are kept; then what needs all of them is decided; then what stays is written.
 * Verdicts and shards appear whole, so that a run goes on where it was stopped. Used by one thread.
 */
public final class Curation {
  /** Samples that a worker judges at once: cheap rules must not wait for their queue. */
  private static final int CHUNK = 64;

  /** The same where no image is read. */
  private static final int TEXTS = 1024;

  private static final String FORMAT = "filip-curate/1";
  private static final String ANSWER = "curate.json";
  private static final String RECORDS = "verdicts";
  private static final String LEAKS = "leaks";
  private static final String TOKENS = "tokens";
  private static final String SCORES = "scores";
  private static final String SHARDS = "shards";
  private static final String SCRATCH = "texts";
  private static final String PAGE = "report.html";

  private final SampleSource source;
  private final RuleBook book;
  private final Judge judge;
  private final CurateOptions options;
  private final PairScorer.Models models;

  /** Reads rules that ask no model. */
  public Curation(SampleSource source, Path rules, CurateOptions options) {
    this(source, rules, options, PairScorer.Models.NONE);
  }

  /** Reads the rules; what is wrong with them is told before a sample is read. */
  public Curation(
      SampleSource source, Path rules, CurateOptions options, PairScorer.Models models) {
    this.models = models;
    this.source = source;
    this.book = RuleBook.read(rules);
    this.judge = new Judge(book);
    this.options = options;
  }

  /**
   * Writes what stays, or goes on with it.
   *
   * @return {@code read}, {@code kept}, {@code rules} and more; {@code shards}, {@code out}
   */
  public ObjectNode write(Path out) throws IOException {
    ObjectNode request = request();
    ResumableFolder folder = new ResumableFolder(out, request, ANSWER, "filip curate");
    JsonNode finished = folder.finished(options.force());
    if (finished != null) {
      return answer(finished, folder);
    }
    try (folder) {
      begin(folder);
      Records records = judged(folder.part(RECORDS), Share.ALL);
      SecondLook look = look(folder.part(TOKENS), Share.ALL, "");
      Decisions decisions = Decisions.of(book, records, folder.part(SCRATCH), source.size(), look);
      Scored scored = scored(decisions, folder.part(SCORES), Share.ALL);
      Tally tally = tally(records, decisions, scored);
      ObjectNode json = tally.toJson();
      KeptWriter writer = new KeptWriter(source, judge, decisions, options, scored.scores());
      int shards = writer.write(folder.part(SHARDS), Share.ALL);
      writer.lists(folder.part(SHARDS), shards);
      json.put("shards", shards);
      new CuratePage(source, book, judge, records, decisions, scored.scores(), tally)
          .write(folder.part(SHARDS).resolve(PAGE));
      json.set("request", request);
      Outputs.file(folder.part(SHARDS).resolve(ANSWER), utf8(Json.pretty(json) + "\n"));
      folder.finish(SHARDS);
      return answer(json, folder);
    }
  }

  private void begin(ResumableFolder folder) throws IOException {
    folder.begin(options.force(), RECORDS, RECORDS, LEAKS, TOKENS, SCORES, SHARDS);
    book.keepLeaks(folder.part(LEAKS));
  }

  private ObjectNode request() throws IOException {
    ObjectNode request = Json.object().put("format", FORMAT).put("source", source.shape());
    request.set("rules", book.request());
    Rule.NearDuplicates near = book.near();
    if (near != null) {
      request.put("near_duplicates_model", models.fingerprint(near.folder()));
    }
    Rule.Score score = book.score();
    if (score != null) {
      request.put("model", models.fingerprint(score.model()));
    }
    return request.put("shard_size", options.perShard());
  }

  /** What the processes of a run may do apart, a share each; {@link #write} does what is left. */
  public enum Stage {
    /** Judges samples by themselves. */
    JUDGE,
    /** Asks the model of {@code near_duplicates}, where it has one; all must have been judged. */
    ENCODE,
    /** Asks the model of the rule {@code score}, where there is one; all must have been encoded. */
    SCORE,
    /** Writes shards of what stays; all samples must have been judged and scored. */
    WRITE
  }

  /**
   * Makes a share of a stage of {@link #write}, beside other processes that make theirs in the same
   * folder; what is there already is not made again, so that a share may be tried again.
   *
   * @return {@code stage}, {@code share}, {@code out}
   */
  public ObjectNode share(Path out, Stage stage, Share share) throws IOException {
    BadInput.require(!options.force(), "--force", "on", "off beside a share of a run");
    ResumableFolder folder = new ResumableFolder(out, request(), ANSWER, "filip curate");
    if (folder.finished(false) == null) {
      try (folder) {
        folder.join(RECORDS, LEAKS, TOKENS, SCORES, SHARDS);
        book.keepLeaks(folder.part(LEAKS));
        switch (stage) {
          case JUDGE -> judged(folder.part(RECORDS), share);
          case ENCODE -> encoded(folder, share);
          case SCORE -> asked(folder, share);
          case WRITE -> written(folder, share);
        }
      }
    }
    String number = share.number() + "/" + share.of();
    ObjectNode answer = Json.object().put("stage", stage.name().toLowerCase(Locale.ROOT));
    return answer.put("share", number).put("out", folder.out().toString());
  }

  private SecondLook look(Path folder, @Nullable Share share, String before) {
    return new SecondLook(source, models, folder, options.workers(), share, before);
  }

  /**
   * @param tokens whose are made where they are missing; null for none
   */
  private Decisions decided(ResumableFolder folder, String before, @Nullable Share tokens)
      throws IOException {
    Records records = new Records(folder.part(RECORDS), source.shards());
    long missing = records.missing();
    BadInput.require(missing == 0, "shards without verdicts", missing, "0 before " + before);
    Path scratch = folder.part(SCRATCH + "-" + UUID.randomUUID());
    SecondLook look = look(folder.part(TOKENS), tokens, before);
    return Decisions.of(book, records, scratch, source.size(), look);
  }

  private void encoded(ResumableFolder folder, Share share) throws IOException {
    if (book.near() != null) {
      decided(folder, "--encode", share);
    }
  }

  private void asked(ResumableFolder folder, Share share) throws IOException {
    if (book.score() != null) {
      scores(decided(folder, "--score", null), folder.part(SCORES), share);
    }
  }

  private void written(ResumableFolder folder, Share share) throws IOException {
    Decisions decisions = decided(folder, "--write", null);
    Scores scores = scores(decisions, folder.part(SCORES), null);
    if (scores != null) {
      long missing = scores.missing();
      BadInput.require(missing == 0, "shards without scores", missing, "0 before --write");
      decisions.take(scores, scores.least());
    }
    new KeptWriter(source, judge, decisions, options, scores).write(folder.part(SHARDS), share);
  }

  /**
   * What a model said, and the least score that stays; nothing where no rule asks one.
   *
   * @param scores of all samples that the other rules leave
   */
  private record Scored(@Nullable Scores scores, float least) {}

  private Scored scored(Decisions decisions, Path folder, Share share) throws IOException {
    Scores scores = scores(decisions, folder, share);
    if (scores == null) {
      return new Scored(null, 0);
    }
    float least = scores.least();
    decisions.take(scores, least);
    return new Scored(scores, least);
  }

  /**
   * @param share whose scores are made where they are missing; null for none
   */
  private @Nullable Scores scores(Decisions decisions, Path folder, @Nullable Share share)
      throws IOException {
    Rule.Score rule = book.score();
    if (rule == null) {
      return null;
    }
    try (PairScorer scorer = models.open(rule.model())) {
      Scores scores = new Scores(folder, source.shards(), scorer.columns(), rule);
      if (share != null) {
        scores.make(source, judge, decisions, scorer, share);
      }
      return scores;
    }
  }

  private Tally tally(Records records, Decisions decisions, Scored scored) throws IOException {
    Tally tally = Tally.of(book, records, decisions);
    if (decisions.twins() != null) {
      tally.twins(decisions.twins());
    }
    if (scored.scores != null) {
      tally.scores(scored.scores, scored.least);
    }
    return tally;
  }

  private static ObjectNode answer(JsonNode counts, ResumableFolder folder) {
    ObjectNode answer = counts.deepCopy();
    answer.remove("request");
    answer.put("out", folder.out().toString());
    return answer.put("report", folder.out().resolve(PAGE).toString());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads rules before their source is opened, which may take long: what is wrong with them is told
   * at once, and what they need is loaded meanwhile.
   *
   * @return whether each caption is judged by itself and nothing else is asked: {@link
   *     CaptionCount}
   */
  public static boolean judgesTextsAlone(Path rules) {
    return RuleBook.read(rules).judgesTextsAlone();
  }

  private Decisions decided(Records records, Path scratch) throws IOException {
    SecondLook look = look(Files.createDirectory(scratch.resolve(TOKENS)), Share.ALL, "");
    return Decisions.of(book, records, scratch.resolve(SCRATCH), source.size(), look);
  }

  /** Only counts: the same answer, and nothing is written. */
  public ObjectNode count() throws IOException {
    if (!book.needsAll()) {
      return counted().toJson();
    }
    Path scratch = Files.createTempDirectory("filip-curate-");
    try {
      Records records = judged(Files.createDirectory(scratch.resolve(RECORDS)), Share.ALL);
      Decisions decisions = decided(records, scratch);
      Path scores = Files.createDirectory(scratch.resolve(SCORES));
      return tally(records, decisions, scored(decisions, scores, Share.ALL)).toJson();
    } finally {
      Outputs.delete(scratch);
    }
  }

  /**
   * Says what becomes of one sample, and why.
   *
   * @param key as {@code filip data list} shows it
   */
  public ObjectNode explain(String key) throws IOException {
    Path scratch = Files.createTempDirectory("filip-curate-");
    try {
      Explanation explanation = Explanation.find(source, book, judge, key);
      if (!explanation.needsAll()) {
        return explanation.toJson();
      }
      Records records = judged(Files.createDirectory(scratch.resolve(RECORDS)), Share.ALL);
      Decisions decisions = decided(records, scratch);
      Path scores = Files.createDirectory(scratch.resolve(SCORES));
      Scored scored = scored(decisions, scores, Share.ALL);
      return explanation.toJson(records, decisions, scored.scores(), scored.least());
    } finally {
      Outputs.delete(scratch);
    }
  }

  /** Counts where no rule needs all samples: no verdict has to be kept. */
  private Tally counted() throws IOException {
    Tally tally = new Tally(book);
    Decisions decisions = Decisions.alone(book);
    long[] sample = {0};
    judge(
        Share.ALL,
        _ -> false,
        (number, _, verdicts) -> {
          int[] index = {0};
          verdicts.each(verdict -> {
            Records.Place place = new Records.Place(number, index[0]++);
            tally.add(decisions, place, sample[0]++, verdict);
          });
        });
    return tally;
  }

  /** The verdicts of a share's samples; those that are there already are not made again. */
  private Records judged(Path folder, Share share) throws IOException {
    Records records = new Records(folder, source.shards());
    judge(
        share,
        records::has,
        (number, size, verdicts) ->
            records.write(number, size, out -> verdicts.each(verdict -> verdict.write(out))));
    return records;
  }

  /** Takes the verdicts of a shard. */
  private interface ShardTaker {
    void take(int number, int size, Verdicts verdicts) throws IOException;
  }

  /** A shard's verdicts, which are made as they are asked for, once. */
  private interface Verdicts {
    void each(VerdictTaker taker) throws IOException;
  }

  /** Takes one verdict after the other. */
  private interface VerdictTaker {
    void take(Verdict verdict) throws IOException;
  }

  private void judge(Share share, IntPredicate isDone, ShardTaker taker) throws IOException {
    try (Loader loader = new Loader(options.workers(), FailureRules.COUNT);
        Progress progress = new Progress("judge", share.isAll() ? source.size() : 0)) {
      long before = 0;
      for (int i = share.number(); i < source.shards(); i += share.of()) {
        if (!isDone.test(i)) {
          source.ahead(Math.min(i + share.of(), source.shards() - 1));
          shard(i, loader, taker, before, progress);
        }
        before += Math.max(0, source.size(i));
        progress.to(before, "");
      }
    }
  }

  private void shard(int number, Loader loader, ShardTaker taker, long before, Progress progress)
      throws IOException {
    try (SampleSource.Shard shard = source.open(number)) {
      taker.take(
          number, shard.size(), verdicts -> judge(shard, loader, verdicts, before, progress));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void judge(
      SampleSource.Shard shard, Loader loader, VerdictTaker taker, long before, Progress progress)
      throws IOException {
    int each = book.judgesTextsAlone() ? TEXTS : CHUNK;
    loader.<Integer, List<Verdict>>each(
        IntStream.range(0, Math.ceilDiv(shard.size(), each)).iterator(),
        4 * options.workers(),
        chunk -> chunk(shard, chunk * each, Math.min(shard.size(), (chunk + 1) * each)),
        (chunk, verdicts) -> {
          if (verdicts == null) {
            throw new IOException("samples from " + chunk * each + " on could not be judged");
          }
          for (Verdict verdict : verdicts) {
            taker.take(verdict);
          }
          progress.to(before + Math.min(shard.size(), (chunk + 1) * each), "");
        });
  }

  /** On a worker. A disk or network that fails ends the run: nothing is counted for it. */
  private List<Verdict> chunk(SampleSource.Shard shard, int from, int end) {
    List<Verdict> verdicts = new ArrayList<>(end - from);
    for (int i = from; i < end; i++) {
      int at = i;
      try {
        Sample.Text text = shard.text(i);
        verdicts.add(judge.judge(text, new Picture(() -> shard.image(at)), Judge.Trace.NONE));
      } catch (UnreadableSample e) {
        verdicts.add(Verdict.unreadable(e.reason()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return verdicts;
  }
}
