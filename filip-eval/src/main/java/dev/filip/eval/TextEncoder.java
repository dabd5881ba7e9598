package dev.filip.eval;

import dev.filip.encode.Embedder;
import dev.filip.encode.Encodings;
import java.util.List;

/** Encodes many texts in batches. Stateless. */
final class TextEncoder {
  private static final int BATCH = 256;

  private TextEncoder() {}

  static Encodings encode(Embedder model, List<String> texts) {
    Encodings.Collector all = new Encodings.Collector();
    for (int from = 0; from < texts.size(); from += BATCH) {
      all.add(model.texts(texts.subList(from, Math.min(from + BATCH, texts.size()))));
    }
    return all.all();
  }
}
