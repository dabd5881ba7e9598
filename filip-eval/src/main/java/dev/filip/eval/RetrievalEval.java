package dev.filip.eval;

import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.BadInput;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.Encoded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Image-text retrieval: every caption of every image is a query for its image and a candidate for
 * it. All vectors and the two score matrices [images, texts] are held in memory: 5,000 images with
 * 25,000 captions take 1 GB for the scores. Immutable.
 *
 * @param match late or global, or null for what the model was trained for
 */
public record RetrievalEval(@Nullable Match match, Ranking ranking) {
  private static final int WARM = 64;
  private static final int WARM_ROUNDS = 4;

  /** What the model was trained for, ranked as in the paper. */
  public static final RetrievalEval DEFAULT = new RetrievalEval(null, Ranking.PAPER);

  /** Judges {@code model}. */
  public RetrievalResult run(Embedder model, EvalData data) throws IOException {
    ImageFeed feed =
        new ImageFeed(data, model, sample -> sample.captions().isEmpty() ? "no caption" : null);
    List<Encoded> images = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    int[] count = {0};
    feed.each(
        "images",
        batch -> {
          images.add(model.images(batch.pictures()));
          for (var sample : batch.samples()) {
            int owner = count[0]++;
            sample.captions().forEach(text -> owners.add(owner));
            texts.addAll(sample.captions());
          }
        });
    BadInput.require(
        !images.isEmpty(),
        "source",
        data.source().describe(),
        "one with readable images and captions");
    int[] owner = owners.stream().mapToInt(Integer::intValue).toArray();
    return score(model, Encoded.join(images), texts, owner, feed.skipped(), print(model, data));
  }

  private String print(Embedder model, EvalData data) throws IOException {
    return Fingerprint.of("retrieval", data, model.preprocessing())
        .with("ranking", ranking.key())
        .hex();
  }

  private RetrievalResult score(
      Embedder model,
      Encoded images,
      List<String> captions,
      int[] owner,
      Skipped skipped,
      String fingerprint) {
    Match used = match == null ? Match.of(model.interaction()) : match;
    Encoded texts = TextEncoder.encode(model, captions);
    warmUp(images, texts);
    long start = System.nanoTime();
    PairScores global = Match.GLOBAL.scores(images, texts);
    long middle = System.nanoTime();
    PairScores late = Match.LATE.scores(images, texts);
    long end = System.nanoTime();
    PairScores scores = used == Match.LATE ? late : global;
    return new RetrievalResult(
        Recalls.textToImage(ranking.forImages(scores), images.size(), owner),
        Recalls.imageToText(ranking.forTexts(scores), images.size(), owner),
        images.size(),
        owner.length,
        shared(captions, owner),
        used,
        ranking,
        used.trainedBy(model.interaction()),
        (end - middle) / 1e9,
        (middle - start) / 1e9,
        skipped,
        fingerprint);
  }

  /** Else the first form timed would pay for the just-in-time compiler. */
  private static void warmUp(Encoded images, Encoded texts) {
    Encoded few = images.slice(0, Math.min(WARM, images.size()));
    Encoded some = texts.slice(0, Math.min(WARM, texts.size()));
    for (int i = 0; i < WARM_ROUNDS; i++) {
      Match.GLOBAL.scores(few, some);
      Match.LATE.scores(few, some);
    }
  }

  private static int shared(List<String> captions, int[] owner) {
    Map<String, Set<Integer>> images = new HashMap<>();
    for (int t = 0; t < owner.length; t++) {
      images.computeIfAbsent(captions.get(t), c -> new HashSet<>()).add(owner[t]);
    }
    return (int) captions.stream().filter(c -> images.getOrDefault(c, Set.of()).size() > 1).count();
  }
}
