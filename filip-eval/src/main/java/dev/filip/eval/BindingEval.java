package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.Encoded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Attribute binding, on sources whose {@code KEY.json} has {@code foils}: {@code {KIND: wrong
 * caption}}. The first caption must score higher with the image than the foil: {@code s_image} for
 * late, the cosine for global. Equal scores count half. Immutable.
 *
 * @param match late or global, or null for what the model was trained for
 */
public record BindingEval(@Nullable Match match) implements Task<BindingEval.Result> {
  /** As the model was trained. */
  public static final BindingEval DEFAULT = new BindingEval(null);

  private static final double CHANCE = 0.5;

  @Override
  public String name() {
    return "binding";
  }

  @Override
  public String description() {
    return "How often a true caption beats its foil, in which one attribute is exchanged between two objects (scenes).";
  }

  @Override
  public String example() {
    return "runs/scenes-late/model data/scenes/test";
  }

  @Override
  public String needs() {
    return "readable images and foils (KEY.json)";
  }

  @Override
  public Run<Result> begin(Embedder model, EvalData data) {
    return new Judgement(model, Match.orTrained(match, model.interaction()));
  }

  private static Map<String, String> foils(Sample sample) {
    Map<String, String> out = new TreeMap<>();
    JsonNode metadata = sample.metadata();
    if (metadata != null && !sample.captions().isEmpty()) {
      metadata.path("foils").properties().forEach(f -> out.put(f.getKey(), f.getValue().asText()));
    }
    return out;
  }

  /** Counts wins by kind. */
  private static final class Judgement implements Run<Result> {
    private final Embedder model;
    private final Match match;
    private final Map<String, Share.Tally> tallies = new TreeMap<>();
    private int judged;
    private int seen;

    Judgement(Embedder model, Match match) {
      this.model = model;
      this.match = match;
    }

    @Override
    public @Nullable String refuse(Sample sample) {
      return foils(sample).isEmpty() ? "no foils" : null;
    }

    @Override
    public void take(List<Sample> samples, List<Embedder.Picture> pictures) {
      judged += samples.size();
      Encoded images = model.images(pictures);
      List<String> texts = new ArrayList<>();
      for (Sample sample : samples) {
        texts.add(sample.captions().getFirst());
        texts.addAll(foils(sample).values());
      }
      Encoded encoded = Encoded.join(TextEncoder.encode(model, texts));
      int at = 0;
      for (int i = 0; i < samples.size(); i++) {
        Map<String, String> foils = foils(samples.get(i));
        int end = at + foils.size() + 1;
        count(foils, match.scores(images.slice(i, i + 1), encoded.slice(at, end)));
        at = end;
      }
    }

    /** Scores of one image with its caption and, after it, the foils. */
    private void count(Map<String, String> foils, PairScores scores) {
      int candidate = 1;
      align(foils.keySet());
      for (String kind : foils.keySet()) {
        double own = scores.sImage()[0];
        double foil = scores.sImage()[candidate++];
        tallies
            .computeIfAbsent(kind, k -> new Share.Tally())
            .add(own > foil ? 1 : own == foil ? 0.5 : 0, 1);
      }
    }

    /** An image without a foil of a kind is no trial of it, but it is an image. */
    private void align(Set<String> kinds) {
      for (String kind : kinds) {
        if (!tallies.containsKey(kind)) {
          Share.Tally late = new Share.Tally();
          for (int i = 0; i < seen; i++) {
            late.add(0, 0);
          }
          tallies.put(kind, late);
        }
      }
      tallies.forEach((kind, tally) -> {
        if (!kinds.contains(kind)) {
          tally.add(0, 0);
        }
      });
      seen++;
    }

    @Override
    public Result end(Judged judged) {
      Map<String, Share> shares = new TreeMap<>();
      SequencedMap<String, Series> series = new LinkedHashMap<>();
      tallies.forEach((kind, tally) -> {
        shares.put(kind, tally.share());
        series.put("binding_" + kind, tally.series());
      });
      return new Result(shares, this.judged, Basis.of(match, model.interaction(), judged, series));
    }
  }

  /**
   * How often the true caption beat a wrong one, by what was wrong with it ({@code colour}, {@code
   * size}, {@code relation} ...). Chance is one half.
   */
  public record Result(Map<String, Share> byKind, int images, Basis basis) implements Task.Result {
    public Result {
      byKind = Collections.unmodifiableMap(new TreeMap<>(byKind));
    }

    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      ObjectNode kinds = json.putObject("binding");
      byKind.forEach((kind, share) -> kinds.set(kind, share.toJson(CHANCE)));
      json.put("n", images).put("match", match().key()).put("trained_so", trainedSo());
      return basis.end(json);
    }

    @Override
    public SequencedMap<String, Double> metrics() {
      SequencedMap<String, Double> metrics = new LinkedHashMap<>();
      byKind.forEach((kind, share) -> metrics.put("binding_" + kind, share.value()));
      return metrics;
    }

    @Override
    public List<Line> lines() {
      List<Line> lines = new ArrayList<>();
      byKind.forEach(
          (kind, share) -> lines.add(new Line("Binding: " + kind, meaning(kind), share, CHANCE)));
      return lines;
    }

    private static String meaning(String kind) {
      return kind.equals("relation")
          ? "the true caption beats the one with the relation turned round"
          : "the true caption beats the one with "
              + (kind.equals("all") ? "all attributes" : kind)
              + " exchanged";
    }
  }
}
