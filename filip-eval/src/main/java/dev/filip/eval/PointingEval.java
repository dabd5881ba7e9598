package dev.filip.eval;

import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.encode.PictureReader;
import dev.filip.io.BadInput;
import dev.filip.tokens.Encoded;
import java.io.IOException;
import java.util.List;

/**
 * Where words point, on any source whose {@code KEY.json} has boxes. A phrase is judged at the last
 * token of its noun: under a causal text tower earlier words cannot know it, and later ones have
 * read everything. Always late, also for a model trained globally (the result says so). Immutable.
 */
public record PointingEval() {
  /** Judges {@code model}. */
  public PointingResult run(Embedder model, EvalData data) throws IOException {
    ImageFeed feed = new ImageFeed(data, model, s -> PhraseBox.of(s).isEmpty() ? "no boxes" : null);
    PointingTally tally = new PointingTally(model.layout());
    feed.each("pointing", batch -> judge(model, batch, tally));
    BadInput.require(
        tally.images() > 0,
        "source",
        data.source().describe(),
        "one with readable images, captions and boxes (KEY.json)");
    String print = Fingerprint.of("pointing", data, model.preprocessing()).hex();
    return tally.result(Match.LATE.trainedBy(model.interaction()), feed.skipped(), print);
  }

  private static void judge(Embedder model, PictureReader.Batch batch, PointingTally tally) {
    List<String> captions = batch.samples().stream().map(s -> s.captions().getFirst()).toList();
    Encoded images = model.images(batch.pictures());
    Encoded texts = model.texts(captions);
    for (int i = 0; i < captions.size(); i++) {
      Sample sample = batch.samples().get(i);
      tally.add(
          PhraseBox.of(sample),
          batch.pictures().get(i).map(),
          model.words(captions.get(i)),
          images.tokens().floats(i),
          texts.tokens().floats(i),
          images.tokens().d());
    }
  }
}
