package dev.filip.eval;

import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.BadInput;
import dev.filip.kernel.PairScores;
import dev.filip.metric.MeanPerClass;
import dev.filip.metric.Ranks;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Zero-shot classification. Late: the score of a class is the mean of {@code s_image} over its
 * prompts. Global: the cosine with the renormalised mean of its prompts' embeddings, as CLIP.
 * Immutable.
 *
 * @param match late or global, or null for what the model was trained for
 */
public record ZeroShotEval(ClassPrompts prompts, @Nullable Match match) {
  /** As the model was trained. */
  public ZeroShotEval(ClassPrompts prompts) {
    this(prompts, null);
  }

  /** Judges {@code model}. */
  public ZeroShotResult run(Embedder model, EvalData data) throws IOException {
    Match used = match == null ? Match.of(model.interaction()) : match;
    ImageFeed feed = new ImageFeed(data, model, this::refuse);
    Encoded texts = classes(used, TextEncoder.encode(model, prompts.texts()));
    Tallies tallies = new Tallies(prompts.classes().size());
    feed.each(
        "images",
        batch -> {
          float[] scores = scores(used, model.images(batch.pictures()), texts);
          tallies.add(scores, batch.samples().stream().mapToInt(Sample::label).toArray());
        });
    BadInput.require(
        !tallies.isEmpty(),
        "source",
        data.source().describe(),
        "one with readable, labelled images");
    return tallies.result(this, used, model, feed.skipped(), print(model, data));
  }

  private @Nullable String refuse(Sample sample) {
    if (sample.label() >= prompts.classes().size()) {
      throw BadInput.of(
          "label of " + sample.key(),
          sample.label(),
          "below the number of classes, " + prompts.classes().size());
    }
    return sample.label() < 0 ? "no label" : null;
  }

  private String print(Embedder model, EvalData data) throws IOException {
    return Fingerprint.of("zero-shot", data, model.preprocessing())
        .with("classes", prompts.classes())
        .with("templates", prompts.prompts().templates())
        .hex();
  }

  /** Late keeps all prompts; global makes one item a class. */
  private Encoded classes(Match used, Encoded all) {
    int p = prompts.each();
    if (used == Match.LATE || p == 1) {
      return all;
    }
    int d = all.tokens().d();
    int c = all.size() / p;
    float[] mean = new float[c * d];
    float[] embeds = all.globals().floats();
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < d; j++) {
        mean[i / p * d + j] += embeds[i * d + j];
      }
    }
    for (int i = 0; i < c; i++) {
      normalise(mean, i * d, d);
    }
    Tokens means = Tokens.ofRows(mean, d);
    return new Encoded(means, means);
  }

  private static void normalise(float[] rows, int from, int d) {
    double square = 0;
    for (int j = 0; j < d; j++) {
      square += (double) rows[from + j] * rows[from + j];
    }
    double scale = 1 / Math.sqrt(Math.max(square, 1e-24));
    for (int j = 0; j < d; j++) {
      rows[from + j] = (float) (rows[from + j] * scale);
    }
  }

  /** {@code [images, c]}. */
  private float[] scores(Match used, Encoded images, Encoded texts) {
    PairScores pairs = used.scores(images, texts);
    int c = prompts.classes().size();
    int p = pairs.texts() / c;
    if (p == 1) {
      return pairs.sImage();
    }
    float[] out = new float[images.size() * c];
    for (int i = 0; i < out.length; i++) {
      double sum = 0;
      for (int j = 0; j < p; j++) {
        sum += pairs.sImage()[i * p + j];
      }
      out[i] = (float) (sum / p);
    }
    return out;
  }

  /** Ranks and labels of all batches. Used by one thread. */
  private static final class Tallies {
    private final int classes;
    private final List<int[]> ranks = new ArrayList<>();
    private final List<int[]> labels = new ArrayList<>();

    Tallies(int classes) {
      this.classes = classes;
    }

    /** A batch: {@code scores [labels.length, classes]}. */
    void add(float[] scores, int[] labels) {
      this.ranks.add(Ranks.ofLabels(scores, classes, labels));
      this.labels.add(labels);
    }

    boolean isEmpty() {
      return ranks.isEmpty();
    }

    private static int[] join(List<int[]> parts) {
      return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }

    private static Share top(int k, int[] ranks) {
      Share.Tally tally = new Share.Tally();
      for (int rank : ranks) {
        tally.add(rank < k);
      }
      return tally.share();
    }

    ZeroShotResult result(
        ZeroShotEval eval, Match used, Embedder model, Skipped skipped, String fingerprint) {
      int[] all = join(ranks);
      return new ZeroShotResult(
          top(1, all),
          classes < 5 ? null : top(5, all),
          MeanPerClass.recall(all, join(labels), classes),
          classes,
          eval.prompts.each(),
          used,
          used.trainedBy(model.interaction()),
          skipped,
          fingerprint);
    }
  }
}
