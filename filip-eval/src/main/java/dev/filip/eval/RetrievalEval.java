package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import dev.filip.tokens.Encoded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Image-text retrieval: every caption of every image is a query for its image and a candidate for
 * it. All vectors are held in memory, scores of one block of images and texts at a time. Immutable.
 *
 * @param match late or global, or null for what the model was trained for
 * @param ranking which score ranks
 * @param timings whether matching is timed both late and global, after a warm-up; else only what is
 *     judged is timed, as it comes
 */
public record RetrievalEval(@Nullable Match match, Ranking ranking, boolean timings)
    implements Task<RetrievalEval.Result> {
  private static final String TIMINGS = "--timings";

  /** What the model was trained for, ranked as in the paper. */
  public static final RetrievalEval DEFAULT = new RetrievalEval(null, Ranking.PAPER, false);

  /** The same with both timings. */
  public static final RetrievalEval TIMED = new RetrievalEval(null, Ranking.PAPER, true);

  @Override
  public String name() {
    return "retrieval";
  }

  @Override
  public String description() {
    return "Text-to-image and image-to-text recall at 1, 5 and 10, and the time of late beside global matching.";
  }

  @Override
  public String example() {
    return "models/collages-late data/collages/test-unseen";
  }

  @Override
  public List<Option> options() {
    return List.of(
        Ranking.OPTION,
        new Option(
            TIMINGS,
            null,
            "Time matching late and global, after a warm-up. Default: only what is judged, the other is null."));
  }

  @Override
  public RetrievalEval with(Map<String, String> given) {
    return new RetrievalEval(match, Ranking.of(given, ranking), given.containsKey(TIMINGS));
  }

  @Override
  public String needs() {
    return "readable images and captions";
  }

  @Override
  public Run<Result> begin(Embedder model, EvalData data) {
    return new Judgement(model);
  }

  /** Collects vectors batch by batch, then ranks. */
  private final class Judgement implements Run<Result> {
    private final Embedder model;
    private final List<Encoded> images = new ArrayList<>();
    private final List<String> captions = new ArrayList<>();
    private final List<Integer> owners = new ArrayList<>();
    private int count;

    Judgement(Embedder model) {
      this.model = model;
    }

    @Override
    public @Nullable String refuse(Sample sample) {
      return sample.captions().isEmpty() ? "no caption" : null;
    }

    @Override
    public void take(List<Sample> samples, List<Embedder.Picture> pictures) {
      images.add(model.images(pictures));
      for (Sample sample : samples) {
        sample.captions().forEach(_ -> owners.add(count));
        captions.addAll(sample.captions());
        count++;
      }
    }

    @Override
    public Result end(Judged judged) {
      int[] owner = owners.stream().mapToInt(Integer::intValue).toArray();
      Match used = Match.orTrained(match, model.interaction());
      Ranked ranked;
      double other = Double.NaN;
      try (RetrievalRanks ranks =
          new RetrievalRanks(images, TextEncoder.encode(model, captions), owner)) {
        if (timings) {
          ranks.warmUp();
          other = ranks.seconds(used == Match.LATE ? Match.GLOBAL : Match.LATE);
        }
        ranked = ranks.of(used, ranking);
      }
      return new Result(
          ranked.textToImage(),
          ranked.imageToText(),
          count,
          owner.length,
          shared(captions, owner),
          ranking,
          used == Match.LATE ? ranked.seconds() : other,
          used == Match.LATE ? other : ranked.seconds(),
          basis(used, judged, ranked));
    }

    private Basis basis(Match used, Judged judged, Ranked ranked) {
      SequencedMap<String, Series> series = new LinkedHashMap<>();
      series.put("t2i_r1", ranked.textToImage().firsts());
      series.put("i2t_r1", ranked.imageToText().firsts());
      judged.print().with("ranking", ranking.key());
      return Basis.of(used, model.interaction(), judged, series);
    }
  }

  private static int shared(List<String> captions, int[] owner) {
    Map<String, Set<Integer>> images = new HashMap<>();
    for (int t = 0; t < owner.length; t++) {
      images.computeIfAbsent(captions.get(t), c -> new HashSet<>()).add(owner[t]);
    }
    return (int) captions.stream().filter(c -> images.getOrDefault(c, Set.of()).size() > 1).count();
  }

  /**
   * Both directions as counted.
   *
   * @param seconds of matching
   */
  record Ranked(Recalls textToImage, Recalls imageToText, double seconds) {}

  /**
   * Retrieval in both directions.
   *
   * @param images images that were ranked and queried with
   * @param texts captions that were
   * @param sharedTexts captions that an image of another text has word for word; their scores are
   *     equal, and a tie counts against the model
   * @param lateSeconds time to score every pair late from vectors in memory; NaN when it was not
   *     taken
   * @param globalSeconds the same globally, by the same kernel
   */
  public record Result(
      Recalls textToImage,
      Recalls imageToText,
      int images,
      int texts,
      int sharedTexts,
      Ranking ranking,
      double lateSeconds,
      double globalSeconds,
      Basis basis)
      implements Task.Result {

    /** Mean of R@1 of both directions: what {@code keep_best: r1} goes by. */
    public double r1() {
      return mean(textToImage.r1(), imageToText.r1());
    }

    private static double mean(Share one, Share other) {
      return (one.value() + other.value()) / 2;
    }

    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.set("text_to_image", textToImage.toJson());
      json.set("image_to_text", imageToText.toJson());
      json.put("n", images).put("texts", texts).put("shared_texts", sharedTexts);
      json.put("match", match().key()).put("ranking", ranking.key());
      json.put("trained_so", trainedSo());
      json.putObject("matching_seconds")
          .put("late", known(lateSeconds))
          .put("global", known(globalSeconds));
      return basis.end(json);
    }

    private static @Nullable Double known(double seconds) {
      return Double.isNaN(seconds) ? null : Double.valueOf(seconds);
    }

    @Override
    public SequencedMap<String, Double> metrics() {
      SequencedMap<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("r1", r1());
      metrics.put("r5", mean(textToImage.r5(), imageToText.r5()));
      metrics.put("r10", mean(textToImage.r10(), imageToText.r10()));
      metrics.put("t2i_r1", textToImage.r1().value());
      metrics.put("i2t_r1", imageToText.r1().value());
      return metrics;
    }

    @Override
    public List<Line> lines() {
      return List.of(
          new Line(
              "Text to image, R@1",
              "the caption's own image ranks first of " + grouped(images),
              textToImage.r1(),
              1.0 / images),
          new Line(
              "Image to text, R@1",
              "one of the image's own captions ranks first of " + grouped(texts),
              imageToText.r1(),
              1.0 / images));
    }

    private static String grouped(int count) {
      return String.format(Locale.ROOT, "%,d", count);
    }
  }
}
