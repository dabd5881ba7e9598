package dev.filip.encode;

import dev.filip.kernel.TokenSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Images or texts as vectors: token rows that take part in late interaction, and one global row
 * each ({@code embeds} [size, d]: [CLS] or [EOS]). All rows are unit vectors.
 */
public record Encodings(TokenSet tokens, float[] embeds) {
  public Encodings {
    if (embeds.length != Math.multiplyExact(tokens.size(), tokens.d())) {
      throw new IllegalArgumentException(
          "embeds must hold size x d = "
              + tokens.size()
              + " x "
              + tokens.d()
              + " floats, got "
              + embeds.length);
    }
  }

  /** Items. */
  public int size() {
    return tokens.size();
  }

  /** The global rows as items of one token: late interaction of these is the cosine. */
  public TokenSet globalTokens() {
    int[] start = new int[size() + 1];
    for (int i = 0; i < start.length; i++) {
      start[i] = i;
    }
    return new TokenSet(tokens.d(), embeds, start);
  }

  /** Token rows of item i, [tokens(i), d], copied. */
  public float[] rows(int i) {
    int d = tokens.d();
    return java.util.Arrays.copyOfRange(
        tokens.rows(), tokens.start()[i] * d, tokens.start()[i + 1] * d);
  }

  /** Items {@code [from, to)}, copied. */
  public Encodings slice(int from, int to) {
    int d = tokens.d();
    int base = tokens.start()[from];
    int[] start = new int[to - from + 1];
    for (int i = 0; i < start.length; i++) {
      start[i] = tokens.start()[from + i] - base;
    }
    float[] rows = Arrays.copyOfRange(tokens.rows(), base * d, tokens.start()[to] * d);
    return new Encodings(
        new TokenSet(d, rows, start), Arrays.copyOfRange(embeds, from * d, to * d));
  }

  /** All parts one after the other; they share d. */
  public static Encodings concat(List<Encodings> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("nothing to join");
    }
    int d = parts.getFirst().tokens.d();
    int rows = parts.stream().mapToInt(p -> p.tokens.rows().length).reduce(0, Math::addExact);
    int items = parts.stream().mapToInt(Encodings::size).sum();
    float[] all = new float[rows];
    float[] embeds = new float[Math.multiplyExact(items, d)];
    int[] start = new int[items + 1];
    int item = 0;
    for (Encodings part : parts) {
      int base = start[item];
      System.arraycopy(part.tokens.rows(), 0, all, base * d, part.tokens.rows().length);
      System.arraycopy(part.embeds, 0, embeds, item * d, part.embeds.length);
      for (int i = 0; i < part.size(); i++) {
        start[item + i + 1] = base + part.tokens.start()[i + 1];
      }
      item += part.size();
    }
    return new Encodings(new TokenSet(d, all, start), embeds);
  }

  /** Collects parts. Used by one thread. */
  public static final class Collector {
    private final List<Encodings> parts = new ArrayList<>();

    public void add(Encodings part) {
      parts.add(part);
    }

    public boolean isEmpty() {
      return parts.isEmpty();
    }

    public Encodings all() {
      return concat(parts);
    }
  }
}
