package dev.filip.curate;

import dev.filip.io.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A text for counting: the first 128 bits of the SHA-256 of it in lower case with single spaces, as
 * the tokenizer reads it. That two texts share them does not happen.
 */
record TextHash(long high, long low) implements Comparable<TextHash> {
  static final TextHash ZERO = new TextHash(0, 0);

  static TextHash of(String text) {
    String folded = text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    byte[] hash = Digests.sha256().digest(folded.getBytes(StandardCharsets.UTF_8));
    ByteBuffer bytes = ByteBuffer.wrap(hash);
    return new TextHash(bytes.getLong(), bytes.getLong());
  }

  @Override
  public int compareTo(TextHash other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }
}
