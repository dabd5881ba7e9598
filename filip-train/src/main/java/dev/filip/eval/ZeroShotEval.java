package dev.filip.eval;

import dev.filip.config.BadInput;
import dev.filip.data.Sample;
import dev.filip.kernel.PairScores;
import dev.filip.kernel.TokenSet;
import java.io.IOException;
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
    Encodings texts = classes(used, TextEncoder.encode(model, prompts.prompts()));
    Tallies tallies = new Tallies(prompts.classes().size());
    feed.each(
        "images",
        batch -> {
          float[] scores = scores(used, model.images(batch.pictures()), texts);
          for (int i = 0; i < batch.samples().size(); i++) {
            tallies.add(scores, i, batch.samples().get(i).label());
          }
        });
    BadInput.require(
        tallies.seen() > 0,
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
        .with("templates", prompts.templates())
        .hex();
  }

  /** Late keeps all prompts; global makes one item a class. */
  private Encodings classes(Match used, Encodings all) {
    int p = prompts.templates().size();
    if (used == Match.LATE || p == 1) {
      return all;
    }
    int d = all.tokens().d();
    int c = all.size() / p;
    float[] mean = new float[c * d];
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < d; j++) {
        mean[i / p * d + j] += all.embeds()[i * d + j];
      }
    }
    int[] start = new int[c + 1];
    for (int i = 0; i < c; i++) {
      normalise(mean, i * d, d);
      start[i + 1] = i + 1;
    }
    return new Encodings(new TokenSet(d, mean, start), mean);
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
  private float[] scores(Match used, Encodings images, Encodings texts) {
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

  /** Counts. */
  private static final class Tallies {
    private final int classes;
    private final Share.Tally top1 = new Share.Tally();
    private final Share.Tally top5 = new Share.Tally();
    private final double[] right;
    private final int[] images;

    Tallies(int classes) {
      this.classes = classes;
      this.right = new double[classes];
      this.images = new int[classes];
    }

    /** Image i of {@code scores [images, classes]}. */
    void add(float[] scores, int i, int label) {
      float own = scores[i * classes + label];
      int greater = 0;
      int equal = 0;
      for (int c = 0; c < classes; c++) {
        float s = scores[i * classes + c];
        greater += s > own ? 1 : 0;
        equal += s == own && c != label ? 1 : 0;
      }
      double first = Chances.inFirst(1, greater, equal, 1);
      top1.add(first, 1);
      top5.add(Chances.inFirst(5, greater, equal, 1), 1);
      right[label] += first;
      images[label]++;
    }

    long seen() {
      return top1.share().n();
    }

    ZeroShotResult result(
        ZeroShotEval eval, Match used, Embedder model, Skipped skipped, String fingerprint) {
      return new ZeroShotResult(
          top1.share(),
          classes < 5 ? null : top5.share(),
          meanPerClass(),
          classes,
          eval.prompts.templates().size(),
          used,
          used.trainedBy(model.interaction()),
          skipped,
          fingerprint);
    }

    private double meanPerClass() {
      double sum = 0;
      int present = 0;
      for (int c = 0; c < classes; c++) {
        if (images[c] > 0) {
          sum += right[c] / images[c];
          present++;
        }
      }
      return sum / present;
    }
  }
}
