package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.encode.PictureReader;
import dev.filip.io.BadInput;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.Encoded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Attribute binding, on sources whose {@code KEY.json} has {@code foils}: {@code {KIND: wrong
 * caption}}. The first caption must score higher with the image than the foil: {@code s_image} for
 * late, the cosine for global. Equal scores count half. Immutable.
 *
 * @param match late or global, or null for what the model was trained for
 */
public record BindingEval(@Nullable Match match) {
  /** Judges {@code model}. */
  public BindingResult run(Embedder model, EvalData data) throws IOException {
    Match used = match == null ? Match.of(model.interaction()) : match;
    ImageFeed feed = new ImageFeed(data, model, s -> foils(s).isEmpty() ? "no foils" : null);
    Map<String, Share.Tally> tallies = new TreeMap<>();
    int[] images = {0};
    feed.each(
        "binding",
        batch -> {
          images[0] += batch.samples().size();
          judge(model, used, batch, tallies);
        });
    BadInput.require(
        images[0] > 0,
        "source",
        data.source().describe(),
        "one with readable images and foils (KEY.json)");
    Map<String, Share> shares = new TreeMap<>();
    tallies.forEach((kind, tally) -> shares.put(kind, tally.share()));
    String print = Fingerprint.of("binding", data, model.preprocessing()).hex();
    return new BindingResult(
        shares, images[0], used, used.trainedBy(model.interaction()), feed.skipped(), print);
  }

  private static Map<String, String> foils(Sample sample) {
    Map<String, String> out = new TreeMap<>();
    JsonNode metadata = sample.metadata();
    if (metadata != null && !sample.captions().isEmpty()) {
      metadata.path("foils").properties().forEach(f -> out.put(f.getKey(), f.getValue().asText()));
    }
    return out;
  }

  private static void judge(
      Embedder model, Match used, PictureReader.Batch batch, Map<String, Share.Tally> tallies) {
    Encoded images = model.images(batch.pictures());
    List<String> texts = new ArrayList<>();
    for (Sample sample : batch.samples()) {
      texts.add(sample.captions().getFirst());
      texts.addAll(foils(sample).values());
    }
    Encoded encoded = TextEncoder.encode(model, texts);
    int at = 0;
    for (int i = 0; i < batch.samples().size(); i++) {
      Map<String, String> foils = foils(batch.samples().get(i));
      PairScores scores =
          used.scores(images.slice(i, i + 1), encoded.slice(at, at + foils.size() + 1));
      int candidate = 1;
      for (String kind : foils.keySet()) {
        double own = scores.sImage()[0];
        double foil = scores.sImage()[candidate++];
        tallies
            .computeIfAbsent(kind, k -> new Share.Tally())
            .add(own > foil ? 1 : own == foil ? 0.5 : 0, 1);
      }
      at += foils.size() + 1;
    }
  }
}
