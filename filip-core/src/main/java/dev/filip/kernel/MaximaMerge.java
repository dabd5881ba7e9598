package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.Arrays;

/**
 * Gathers {@link TokenMaxima}: each worker its own arrays, merged after; a maximum has no order.
 */
final class MaximaMerge implements LateForward.Visitor {
  private final Tokens images;
  private final Tokens texts;
  private final TokenMaxima[] parts;

  MaximaMerge(Tokens images, Tokens texts, int workers) {
    this.images = images;
    this.texts = texts;
    parts = new TokenMaxima[workers];
    Arrays.setAll(parts, _ -> new TokenMaxima(lowest(images), lowest(texts)));
  }

  private static float[] lowest(Tokens rows) {
    long end = 0;
    for (int i = 0; i < rows.size(); i++) {
      end = Math.max(end, rows.start(i) + rows.length(i));
    }
    float[] values = new float[Math.toIntExact(end)];
    Arrays.fill(values, Float.NEGATIVE_INFINITY);
    return values;
  }

  @Override
  public void pair(int worker, int i, int j, int lane, Maxima maxima) {
    TokenMaxima part = parts[worker];
    raise(
        part.images(),
        (int) images.start(i),
        images.length(i),
        maxima.patchBest,
        maxima.lanes,
        lane);
    raise(part.texts(), (int) texts.start(j), texts.length(j), maxima.wordBest, maxima.lanes, lane);
  }

  private static void raise(float[] to, int start, int tokens, float[] best, int lanes, int lane) {
    for (int k = 0; k < tokens; k++) {
      to[start + k] = Math.max(to[start + k], best[k * lanes + lane]);
    }
  }

  TokenMaxima merged() {
    for (int w = 1; w < parts.length; w++) {
      raise(parts[0].images(), 0, parts[w].images().length, parts[w].images(), 1, 0);
      raise(parts[0].texts(), 0, parts[w].texts().length, parts[w].texts(), 1, 0);
    }
    return parts[0];
  }
}
