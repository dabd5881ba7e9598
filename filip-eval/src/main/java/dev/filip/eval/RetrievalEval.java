package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Image-text retrieval: every caption of every image is a query for its image and a candidate for
 * it. All vectors are held in memory, scores of one block of images and texts at a time. Immutable.
 *
 * @param match late or global, or null for what the model was trained for
 * @param ranking which score ranks
 * @param timings whether matching is timed both late and global, after a warm-up; else only what is
 *     judged is timed, as it comes
 * @param protocol prompts, captions of an image that count, folds
 */
public record RetrievalEval(
    @Nullable Match match, Ranking ranking, boolean timings, RetrievalProtocol protocol)
    implements Task<RetrievalEval.Result> {
  private static final String TIMINGS = "--timings";

  /** What the model was trained for, ranked as in the paper. */
  public static final RetrievalEval DEFAULT = new RetrievalEval(null, Ranking.PAPER, false);

  /** The same with both timings. */
  public static final RetrievalEval TIMED = new RetrievalEval(null, Ranking.PAPER, true);

  /** Captions as they are, all of them. */
  public RetrievalEval(@Nullable Match match, Ranking ranking, boolean timings) {
    this(match, ranking, timings, RetrievalProtocol.DEFAULT);
  }

  @Override
  public String name() {
    return "retrieval";
  }

  @Override
  public String description() {
    return "Text-to-image and image-to-text recall at 1, 5 and 10, their sum, and the time of matching.";
  }

  @Override
  public String example() {
    return "models/collages-late data/collages/test-unseen";
  }

  @Override
  public List<Option> options() {
    List<Option> options = new ArrayList<>(RetrievalProtocol.OPTIONS);
    options.add(Ranking.OPTION);
    options.add(
        new Option(
            TIMINGS,
            null,
            "Time matching late and global, after a warm-up. Default: only what is judged, the other is null."));
    return options;
  }

  @Override
  public RetrievalEval with(Map<String, String> given) {
    return new RetrievalEval(
        match, Ranking.of(given, ranking), given.containsKey(TIMINGS), RetrievalProtocol.of(given));
  }

  @Override
  public String needs() {
    return "readable images and captions";
  }

  @Override
  public Run<Result> begin(Embedder model, EvalData data) {
    protocol.requireFolds(data.size());
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
        List<String> counted = protocol.counted(sample.captions());
        counted.forEach(_ -> owners.add(count));
        captions.addAll(counted);
        count++;
      }
    }

    @Override
    public Result end(Judged judged) {
      protocol.requireFolds(count);
      int[] owner = owners.stream().mapToInt(Integer::intValue).toArray();
      Match used = Match.orTrained(match, model.interaction());
      RetrievalPool pool = pool(owner);
      double other =
          timings ? pool.seconds(used == Match.LATE ? Match.GLOBAL : Match.LATE) : Double.NaN;
      Ranked ranked = pool.ranked(used, ranking);
      return new Result(
          ranked.textToImage(),
          ranked.imageToText(),
          protocol.folds() == 1 ? List.of() : pool.folds(protocol.folds(), used, ranking),
          count,
          owner.length,
          shared(captions, owner),
          ranking,
          used == Match.LATE ? ranked.seconds() : other,
          used == Match.LATE ? other : ranked.seconds(),
          basis(used, judged, ranked));
    }

    private RetrievalPool pool(int[] owner) {
      List<Encoded> asking = TextEncoder.encode(model, protocol.asking(captions));
      List<Encoded> chosen =
          protocol.sameTexts() ? asking : TextEncoder.encode(model, protocol.chosen(captions));
      return new RetrievalPool(images, asking, chosen, owner);
    }

    private Basis basis(Match used, Judged judged, Ranked ranked) {
      SequencedMap<String, Series> series = new LinkedHashMap<>();
      series.put("t2i_r1", ranked.textToImage().firsts());
      series.put("i2t_r1", ranked.imageToText().firsts());
      judged.print().with("ranking", ranking.key());
      protocol.print(judged.print());
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
  public record Ranked(Recalls textToImage, Recalls imageToText, double seconds) {
    /** Of all six recalls, in percent. */
    double rsum() {
      return 100 * (textToImage.sum() + imageToText.sum());
    }
  }

  /**
   * Retrieval in both directions.
   *
   * @param folds the same of each fold by itself; empty without folds
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
      List<Ranked> folds,
      int images,
      int texts,
      int sharedTexts,
      Ranking ranking,
      double lateSeconds,
      double globalSeconds,
      Basis basis)
      implements Task.Result {
    public Result {
      folds = List.copyOf(folds);
    }

    /** Sum of all six recalls in percent, 600 at most: what retrieval papers call rsum. */
    public double rsum() {
      return new Ranked(textToImage, imageToText, 0).rsum();
    }

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
      json.put("rsum", rsum());
      if (!folds.isEmpty()) {
        json.set("folds", foldsToJson());
      }
      json.put("n", images).put("texts", texts).put("shared_texts", sharedTexts);
      json.put("match", match().key()).put("ranking", ranking.key());
      json.put("trained_so", trainedSo());
      json.putObject("matching_seconds")
          .put("late", known(lateSeconds))
          .put("global", known(globalSeconds));
      return basis.end(json);
    }

    /** Means over the folds. */
    private ObjectNode foldsToJson() {
      ObjectNode json = Json.object().put("count", folds.size());
      mean(json.putObject("text_to_image"), Ranked::textToImage);
      mean(json.putObject("image_to_text"), Ranked::imageToText);
      json.put("rsum", folds.stream().mapToDouble(Ranked::rsum).average().orElseThrow());
      ArrayNode sizes = json.putArray("images");
      folds.forEach(fold -> sizes.add(fold.imageToText().r1().n()));
      return json;
    }

    private void mean(ObjectNode json, Function<Ranked, Recalls> direction) {
      List<Recalls> all = folds.stream().map(direction).toList();
      json.put("r1", all.stream().mapToDouble(r -> r.r1().value()).average().orElseThrow());
      json.put("r5", all.stream().mapToDouble(r -> r.r5().value()).average().orElseThrow());
      json.put("r10", all.stream().mapToDouble(r -> r.r10().value()).average().orElseThrow());
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
