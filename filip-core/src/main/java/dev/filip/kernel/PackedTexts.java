package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.Arrays;
import java.util.List;

/**
 * Texts in the form that {@link LateKernel} meets them in, packed once for many images ({@link
 * LateKernel#pack}). What texts begin with alike is held, and met, once. A copy in fp32, as large
 * as its rows and a little padding: the tokens themselves may be dropped. Immutable; for kernels of
 * the same machine and form.
 */
public final class PackedTexts {
  /**
   * One level of what texts begin with, a panel for every so many nodes as there are lanes.
   *
   * @param inners nodes that go on one level below
   */
  record Level(List<PrefixTree.Node> nodes, Panel[] panels, int inners) {}

  final List<Level> levels;
  private final int[] length;
  private final int lanes;
  private final int d;

  PackedTexts(Tokens texts, int lanes, Workers workers) {
    this.lanes = lanes;
    this.d = texts.d();
    this.length = new int[texts.size()];
    Arrays.setAll(length, texts::length);
    PrefixTree tree = PrefixTree.of(texts, lanes);
    this.levels = tree.levels().stream().map(nodes -> level(texts, nodes, workers)).toList();
  }

  private Level level(Tokens texts, List<PrefixTree.Node> nodes, Workers workers) {
    Panel[] panels = new Panel[Math.ceilDiv(nodes.size(), lanes)];
    workers.forEach(
        panels.length,
        (_, p) -> {
          Panel panel = new Panel(lanes);
          panel.begin(d, nodes.get(p * lanes).rows());
          for (int at = p * lanes; at < Math.min(nodes.size(), (p + 1) * lanes); at++) {
            PrefixTree.Node node = nodes.get(at);
            panel.put(at - p * lanes, texts, node.text(), node.from(), node.to());
          }
          panels[p] = panel;
        });
    return new Level(nodes, panels, (int) nodes.stream().filter(node -> !node.leaf()).count());
  }

  /** Texts. */
  public int size() {
    return length.length;
  }

  /** Width. */
  public int d() {
    return d;
  }

  /** Rows that an image meets: all tokens, but those that texts begin with alike once. */
  public long rows() {
    return levels.stream()
        .flatMap(level -> level.nodes.stream())
        .mapToLong(PrefixTree.Node::rows)
        .sum();
  }

  /** Tokens of text j. */
  int length(int j) {
    return length[j];
  }

  int lanes() {
    return lanes;
  }
}
