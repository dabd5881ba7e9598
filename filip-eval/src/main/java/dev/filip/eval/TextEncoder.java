package dev.filip.eval;

import dev.filip.encode.Embedder;
import dev.filip.tokens.Encoded;
import java.util.ArrayList;
import java.util.List;

/** Encodes many texts in batches. Stateless. */
final class TextEncoder {
  private static final int BATCH = 256;

  private TextEncoder() {}

  /** Batch by batch, in their order. */
  static List<Encoded> encode(Embedder model, List<String> texts) {
    List<Encoded> parts = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += BATCH) {
      parts.add(model.texts(texts.subList(from, Math.min(from + BATCH, texts.size()))));
    }
    return parts;
  }
}
