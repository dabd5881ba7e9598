package dev.filip.eval;

import dev.filip.io.Progress;
import java.util.List;

/** Encodes many texts in batches. Stateless. */
final class TextEncoder {
  private static final int BATCH = 256;

  private TextEncoder() {}

  static Encodings encode(Embedder model, List<String> texts) {
    Encodings.Collector all = new Encodings.Collector();
    try (Progress progress = new Progress("texts", texts.size())) {
      for (int from = 0; from < texts.size(); from += BATCH) {
        int to = Math.min(from + BATCH, texts.size());
        all.add(model.texts(texts.subList(from, to)));
        progress.to(to, "");
      }
    }
    return all.all();
  }
}
