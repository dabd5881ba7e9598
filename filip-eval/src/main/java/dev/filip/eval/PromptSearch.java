package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import dev.filip.metric.CandidateRanks;
import dev.filip.text.Prompts;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A small ensemble of prompts, chosen greedily on one part of the data and judged on another, as
 * the paper chose its own (appendix, "prompt templates"): the template that helps most is added
 * until none helps or the ensemble is as large as asked for. Each candidate's scores are held, so
 * that a round costs no model: images x classes x candidates floats. Used by one thread.
 */
public final class PromptSearch {
  private static final long MOST_SCORES = 250_000_000L;

  /**
   * What is searched.
   *
   * @param candidates templates
   * @param most of them in an ensemble
   */
  public record Options(Prompts candidates, int most) {
    public Options {
      BadInput.require(most >= 1, "--most", most, ">= 1");
    }
  }

  /**
   * What was found.
   *
   * @param templates in the order in which they were chosen
   * @param searched top-1 on the data searched, after each of them
   * @param ensemble on the judged data
   * @param single the prompt "a photo of a {}." on the judged data
   */
  public record Found(
      List<String> templates,
      List<Double> searched,
      ZeroShotEval.Result ensemble,
      ZeroShotEval.Result single) {
    public Found {
      templates = List.copyOf(templates);
      searched = List.copyOf(searched);
    }

    /** {@code templates}, {@code gain} over the single prompt on the judged data, {@code ci}. */
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.set("templates", Json.mapper().valueToTree(templates));
      PairedTest.Found gain = PairedTest.of(firsts(ensemble), firsts(single), 1);
      json.put("gain", gain.difference());
      json.putArray("ci").add(gain.low()).add(gain.high());
      json.put("p", gain.p());
      json.put("top1", ensemble.top1().value()).put("single_top1", single.top1().value());
      json.put("n", ensemble.top1().n());
      ArrayNode steps = json.putArray("searched_top1");
      searched.forEach(steps::add);
      return json.put("fingerprint", ensemble.fingerprint());
    }

    private static Series firsts(ZeroShotEval.Result result) {
      return result.basis().series().firstEntry().getValue();
    }
  }

  private final Embedder model;
  private final Match match;
  private final List<String> classes;
  private final Options options;

  public PromptSearch(Embedder model, List<String> classes, Options options) {
    this.model = model;
    this.match = Match.of(model.interaction());
    this.classes = List.copyOf(classes);
    this.options = options;
  }

  /**
   * Searches on some images and judges on others.
   *
   * @throws BadInput where the candidates' scores would not fit
   */
  public Found run(EncodedImages searched, EncodedImages judged) throws IOException {
    List<String> candidates = options.candidates.templates();
    long scores = (long) candidates.size() * classes.size() * searched.keys().size();
    BadInput.require(
        scores <= MOST_SCORES,
        "--limit",
        searched.keys().size() + " images",
        "at most "
            + MOST_SCORES / candidates.size() / classes.size()
            + " for "
            + candidates.size()
            + " candidates and "
            + classes.size()
            + " classes");
    List<Candidate> all = new ArrayList<>();
    try (Progress progress = new Progress("prompts", candidates.size())) {
      for (String template : candidates) {
        all.add(candidate(template, searched));
        progress.to(all.size(), template);
      }
    }
    int[] labels = searched.labels().stream().mapToInt(Integer::intValue).toArray();
    Greedy greedy = new Greedy(all, labels, classes.size(), match).run(options.most);
    return new Found(
        greedy.templates,
        greedy.top1,
        judge(new Prompts("ensemble", greedy.templates), judged),
        judge(Prompts.named("photo"), judged));
  }

  private ZeroShotEval.Result judge(Prompts prompts, EncodedImages images) throws IOException {
    return new ZeroShotEval(new ClassPrompts(classes, prompts)).run(model, images);
  }

  /**
   * A template with what it gives alone.
   *
   * @param scores {@code [images, c]}
   * @param embeddings {@code [c, d]} where embeddings are averaged (global), else null
   */
  private record Candidate(String template, float[] scores, @Nullable Tokens embeddings) {}

  private Candidate candidate(String template, EncodedImages images) {
    ClassPrompts prompts = new ClassPrompts(classes, new Prompts("candidate", List.of(template)));
    float[] scores = new float[images.keys().size() * classes.size()];
    int at = 0;
    try (ClassScorer scorer = new ClassScorer(model, prompts, match, Ranking.PAPER)) {
      for (Encoded block : images.blocks()) {
        float[] part = scorer.of(block);
        System.arraycopy(part, 0, scores, at, part.length);
        at += part.length;
      }
    }
    Tokens embeddings =
        match == Match.LATE
            ? null
            : match.rows(Encoded.join(TextEncoder.encode(model, prompts.texts())));
    return new Candidate(template, scores, embeddings);
  }

  /** Adds the template that helps most, again and again. */
  private static final class Greedy {
    private final List<Candidate> left;
    private final int[] labels;
    private final int classes;
    private final Match match;
    private final List<String> templates = new ArrayList<>();
    private final List<Double> top1 = new ArrayList<>();
    private final float[] sum;
    private float[] embedding = {};

    Greedy(List<Candidate> all, int[] labels, int classes, Match match) {
      this.left = new ArrayList<>(all);
      this.labels = labels;
      this.classes = classes;
      this.match = match;
      this.sum = new float[labels.length * classes];
    }

    Greedy run(int most) {
      while (templates.size() < most && !left.isEmpty()) {
        Candidate best = left.getFirst();
        double score = -1;
        for (Candidate one : left) {
          double now = top1With(one);
          best = now > score ? one : best;
          score = Math.max(now, score);
        }
        if (!templates.isEmpty() && score <= top1.getLast()) {
          break;
        }
        take(best, score);
      }
      return this;
    }

    private void take(Candidate one, double score) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += one.scores[i];
      }
      embedding = added(one);
      templates.add(one.template);
      top1.add(score);
      left.remove(one);
    }

    private double top1With(Candidate one) {
      float[] scores = new float[sum.length];
      double[] scale = scale(one);
      for (int i = 0; i < scores.length; i++) {
        scores[i] = (float) ((sum[i] + one.scores[i]) * scale[i % classes]);
      }
      int[] ranks = CandidateRanks.ofLabels(scores, classes, labels);
      return Arrays.stream(ranks).filter(rank -> rank == 0).count() / (double) ranks.length;
    }

    /**
     * An image's cosine with the renormalised sum of a class's embeddings is the sum of its cosines
     * with each, over the length of that sum; late similarities are averaged as they are.
     */
    private double[] scale(Candidate one) {
      double[] scale = new double[classes];
      Arrays.fill(scale, 1);
      if (match == Match.GLOBAL) {
        float[] total = added(one);
        int d = total.length / classes;
        for (int c = 0; c < classes; c++) {
          double square = 0;
          for (int j = 0; j < d; j++) {
            square += (double) total[c * d + j] * total[c * d + j];
          }
          scale[c] = 1 / Math.sqrt(Math.max(square, 1e-24));
        }
      }
      return scale;
    }

    private float[] added(Candidate one) {
      if (one.embeddings == null) {
        return embedding;
      }
      float[] total = one.embeddings.floats();
      for (int i = 0; i < embedding.length; i++) {
        total[i] += embedding[i];
      }
      return total;
    }
  }

  /**
   * Two halves of the images, each with half of every class: one is searched, the other judged.
   *
   * @param seed decides which image goes where
   */
  public static List<EncodedImages> halves(EncodedImages all, long seed) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < all.keys().size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    boolean[] first = new boolean[order.size()];
    Map<Integer, Integer> seen = new HashMap<>();
    for (int i : order) {
      first[i] = seen.merge(all.labels().get(i), 1, Integer::sum) % 2 == 1;
    }
    EncodedImages searched = all.only("first half, seed " + seed, i -> first[i]);
    EncodedImages judged = all.only("second half, seed " + seed, i -> !first[i]);
    BadInput.require(
        !judged.keys().isEmpty(), "source", "one image a class", "two images of a class to halve");
    return List.of(searched, judged);
  }
}
