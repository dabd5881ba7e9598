package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.Arrays;

/**
 * Texts in the form that {@link LateKernel} meets them in, packed once for many images ({@link
 * LateKernel#pack}). A copy in fp32, as large as its tokens and a little padding: the tokens
 * themselves may be dropped. Immutable; for kernels of the same machine and form.
 */
public final class PackedTexts {
  /** Texts, the longest first: a group of so many as there are lanes has a panel. */
  final int[] order;

  final Panel[] panels;
  private final int[] length;
  private final int lanes;
  private final int d;

  PackedTexts(Tokens texts, int lanes, Workers workers) {
    this.order = LateForward.byLength(texts);
    this.panels = new Panel[Math.ceilDiv(order.length, lanes)];
    this.lanes = lanes;
    this.d = texts.d();
    this.length = new int[order.length];
    Arrays.setAll(length, texts::length);
    workers.forEach(
        panels.length,
        (_, group) -> {
          Panel panel = new Panel(lanes);
          panel.fill(texts, order, group * lanes);
          panels[group] = panel;
        });
  }

  /** Texts. */
  public int size() {
    return order.length;
  }

  /** Width. */
  public int d() {
    return d;
  }

  /** Tokens of text j. */
  int length(int j) {
    return length[j];
  }

  int lanes() {
    return lanes;
  }
}
