package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import dev.filip.metric.CandidateRanks;
import dev.filip.metric.MeanPerClass;
import dev.filip.tokens.Encoded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Zero-shot classification. Late: the score of a class is the mean of {@code s_image} over its
 * prompts. Global: the cosine with the renormalised mean of its prompts' embeddings, as CLIP. The
 * prompts are encoded and packed once; besides them scores of one batch of images are held.
 * Immutable.
 *
 * @param prompts classes and templates for a source
 * @param match late or global, or null for what the model was trained for
 * @param ranking by which score a class ranks
 */
public record ZeroShotEval(
    Function<SampleSource, ClassPrompts> prompts, @Nullable Match match, Ranking ranking)
    implements Task<ZeroShotEval.Result> {
  private static final String CLASSES = "--classes";
  private static final String TEMPLATES = "--templates";

  /** Names and templates of the source, as the model was trained. */
  public static final ZeroShotEval DEFAULT =
      new ZeroShotEval(source -> ClassPrompts.of(source, null, null), null, Ranking.PAPER);

  /** These prompts, as the model was trained. */
  public ZeroShotEval(ClassPrompts prompts) {
    this(_ -> prompts, null, Ranking.PAPER);
  }

  @Override
  public String name() {
    return "zero-shot";
  }

  @Override
  public String description() {
    return "Classification by prompts: late averages similarities over prompts, global averages embeddings.";
  }

  @Override
  public String example() {
    return "runs/emoji-late/model data/emoji/openmoji";
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option(
            CLASSES, "FILE", "Class names, one a line, in label order. Default: the source's."),
        new Option(
            TEMPLATES,
            "FILE",
            "Prompt templates, one a line; {}, {c} or {label} is the name's place. Default: the source's, else one prompt."),
        Ranking.OPTION);
  }

  @Override
  public ZeroShotEval with(Map<String, String> given) {
    Path classes = path(given.get(CLASSES));
    Path templates = path(given.get(TEMPLATES));
    return new ZeroShotEval(
        source -> ClassPrompts.of(source, classes, templates), match, Ranking.of(given, ranking));
  }

  private static @Nullable Path path(@Nullable String file) {
    return file == null ? null : Path.of(file);
  }

  @Override
  public String needs() {
    return "readable, labelled images";
  }

  @Override
  public Run<Result> begin(Embedder model, EvalData data) {
    return new Judgement(model, prompts.apply(data.source()));
  }

  /** The same of images that are encoded already. */
  public Result run(Embedder model, EncodedImages images) throws IOException {
    int[] labels = images.labels().stream().mapToInt(Integer::intValue).toArray();
    try (Judgement run = new Judgement(model, prompts.apply(images.data().source()));
        Progress progress =
            images.data().quiet() ? null : new Progress("matching", labels.length)) {
      int at = 0;
      for (Encoded block : images.blocks()) {
        run.take(Arrays.copyOfRange(labels, at, at + block.size()), block);
        at += block.size();
        if (progress != null) {
          progress.to(at, "");
        }
      }
      Fingerprint print = Fingerprint.of(name(), images.data(), images.preprocessing());
      if (!images.part().isEmpty()) {
        print.with("part", images.part());
      }
      return run.end(new Judged(images.keys(), images.skipped(), print));
    }
  }

  /** Ranks and labels batch by batch. */
  private final class Judgement implements Run<Result> {
    private final Embedder model;
    private final ClassPrompts prompts;
    private final Match used;
    private final int classes;
    private final List<int[]> ranks = new ArrayList<>();
    private final List<int[]> labels = new ArrayList<>();
    private final List<int[]> named = new ArrayList<>();
    private @Nullable ClassScorer scorer;

    Judgement(Embedder model, ClassPrompts prompts) {
      this.model = model;
      this.prompts = prompts;
      this.used = Match.orTrained(match, model.interaction());
      this.classes = prompts.classes().size();
    }

    @Override
    public @Nullable String refuse(Sample sample) {
      return EncodedImages.refuse(sample, classes);
    }

    @Override
    public void take(List<Sample> samples, List<Embedder.Picture> pictures) {
      take(samples.stream().mapToInt(Sample::label).toArray(), model.images(pictures));
    }

    private void take(int[] now, Encoded images) {
      if (scorer == null) {
        scorer = new ClassScorer(model, prompts, used, ranking);
      }
      float[] scores = scorer.of(images);
      ranks.add(CandidateRanks.ofLabels(scores, classes, now));
      labels.add(now);
      named.add(CandidateRanks.best(scores, classes));
    }

    @Override
    public Result end(Judged judged) {
      int[] all = join(ranks);
      Fingerprint print = judged.print();
      print.with("classes", prompts.classes()).with("templates", prompts.prompts().templates());
      if (ranking != Ranking.PAPER) {
        print.with("ranking", ranking.key());
      }
      SequencedMap<String, Series> series = new LinkedHashMap<>();
      series.put("top1", top(1, all).series());
      return new Result(
          top(1, all).share(),
          classes < 5 ? null : top(5, all).share(),
          MeanPerClass.recall(all, join(labels), classes),
          new Named(prompts.classes(), join(labels), join(named)),
          prompts.each(),
          ranking,
          prompts.equalNames(),
          Basis.of(used, model.interaction(), judged, series));
    }

    @Override
    public void close() {
      if (scorer != null) {
        scorer.close();
      }
    }
  }

  private static int[] join(List<int[]> parts) {
    return parts.stream().flatMapToInt(Arrays::stream).toArray();
  }

  private static Share.Tally top(int k, int[] ranks) {
    Share.Tally tally = new Share.Tally();
    for (int rank : ranks) {
      tally.add(rank < k);
    }
    return tally;
  }

  /**
   * Which class each image was named.
   *
   * @param classes names in label order
   * @param labels the right ones, an image each
   * @param predicted those that ranked first
   */
  public record Named(List<String> classes, int[] labels, int[] predicted) {}

  /**
   * Classification by prompts.
   *
   * @param top5 null with fewer than five classes
   * @param named which class each image was named
   * @param meanPerClass mean over classes that occur of the share of their images named right
   * @param ranking in the answer where it is not the paper's
   * @param warning about classes that no prompt tells apart, or null
   */
  public record Result(
      Share top1,
      @Nullable Share top5,
      double meanPerClass,
      Named named,
      int prompts,
      Ranking ranking,
      @Nullable String warning,
      Basis basis)
      implements Task.Result {

    /** How many classes there were to choose from. */
    public int classes() {
      return named.classes().size();
    }

    @Override
    public ObjectNode outcomes() {
      ObjectNode json = Task.Result.super.outcomes();
      json.set("classes", Json.mapper().valueToTree(named.classes()));
      json.set("labels", Json.mapper().valueToTree(named.labels()));
      json.set("predicted", Json.mapper().valueToTree(named.predicted()));
      return json;
    }

    /** {@code top5} is null with fewer than five classes. */
    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.put("top1", top1.value());
      json.put("top5", top5 == null ? null : Double.valueOf(top5.value()));
      json.put("mean_per_class", meanPerClass).put("n", top1.n());
      json.put("chance", 1.0 / classes()).put("classes", classes()).put("prompts", prompts);
      ObjectNode error = json.putObject("standard_error").put("top1", top1.standardError());
      error.put("top5", top5 == null ? null : Double.valueOf(top5.standardError()));
      json.put("match", match().key());
      if (ranking != Ranking.PAPER) {
        json.put("ranking", ranking.key());
      }
      if (warning != null) {
        json.put("warning", warning);
      }
      return basis.end(json.put("trained_so", trainedSo()));
    }

    @Override
    public SequencedMap<String, Double> metrics() {
      SequencedMap<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("top1", top1.value());
      if (top5 != null) {
        metrics.put("top5", top5.value());
      }
      metrics.put("mean_per_class", meanPerClass);
      return metrics;
    }

    @Override
    public List<Line> lines() {
      return List.of(
          new Line(
              "Zero-shot top-1",
              "the image's class name ranks first of " + classes(),
              top1,
              1.0 / classes()));
    }
  }
}
