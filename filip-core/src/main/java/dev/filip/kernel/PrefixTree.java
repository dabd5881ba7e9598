package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Texts by what they begin with: rows that several texts have in common, bit by bit, stand once. A
 * causal text tower gives equal rows to equal beginnings, so that the prompts of one template share
 * theirs, and those of one template and class all up to the ending. A node has rows of its own and
 * goes on where its parent ends, one level above; where a text ends is a leaf.
 *
 * @param levels nodes by level, the longest first; a parent comes before its children
 */
record PrefixTree(List<List<Node>> levels) {
  /** Rows that a node must save to be worth its maxima being kept. */
  private static final int LEAST = 8;

  private static final int MOST_LEVELS = 8;

  /** What a panel costs beside its products, in rows. */
  private static final double PANEL = 0.5;

  PrefixTree {
    levels = levels.stream().map(List::copyOf).toList();
  }

  /**
   * Rows that one or more texts have in common.
   *
   * @param parent what comes before; -1 for none, else the number of an inner node one level above
   * @param inner its number among the inner nodes of its level; -1 where a text ends
   * @param text the text that ends here, or one of those that go on
   * @param from the first row of that text that is the node's own
   * @param to the row after the last
   */
  record Node(int parent, int inner, int text, int from, int to) {
    boolean leaf() {
      return inner < 0;
    }

    int rows() {
      return to - from;
    }
  }

  /** The texts with what they share, or side by side where sharing does not pay with such lanes. */
  static PrefixTree of(Tokens texts, int lanes) {
    PrefixTree flat =
        new PrefixTree(
            List.of(
                sorted(
                    IntStream.range(0, texts.size())
                        .mapToObj(j -> new Node(-1, -1, j, 0, texts.length(j)))
                        .toList())));
    if (texts.size() <= lanes) {
      return flat;
    }
    Builder builder = new Builder(texts);
    builder.split(IntStream.range(0, texts.size()).toArray(), 0, -1, 0);
    PrefixTree shared = new PrefixTree(builder.levels.stream().map(PrefixTree::sorted).toList());
    return shared.cost(lanes) < flat.cost(lanes) ? shared : flat;
  }

  private static List<Node> sorted(List<Node> nodes) {
    return nodes.stream().sorted(Comparator.comparingInt(node -> -node.rows())).toList();
  }

  private double cost(int lanes) {
    double cost = 0;
    for (List<Node> nodes : levels) {
      for (int at = 0; at < nodes.size(); at += lanes) {
        cost += nodes.get(at).rows() + PANEL;
      }
    }
    return cost;
  }

  private static final class Builder {
    private final Tokens texts;
    private final List<List<Node>> levels = new ArrayList<>();
    private final int[] inners = new int[MOST_LEVELS];
    private final float[] one;
    private final float[] other;

    Builder(Tokens texts) {
      this.texts = texts;
      this.one = new float[texts.d()];
      this.other = new float[texts.d()];
    }

    private void add(int level, Node node) {
      while (levels.size() <= level) {
        levels.add(new ArrayList<>());
      }
      levels.get(level).add(node);
    }

    /** Texts that have all rows before one in common. */
    void split(int[] set, int row, int parent, int level) {
      for (int[] group : groups(set, row)) {
        int shared = group.length == 1 ? 0 : shared(group, row);
        if (level + 1 < MOST_LEVELS && (group.length - 1) * shared >= LEAST) {
          int inner = inners[level]++;
          add(level, new Node(parent, inner, group[0], row, row + shared));
          split(group, row + shared, inner, level + 1);
        } else {
          for (int text : group) {
            add(level, new Node(parent, -1, text, row, texts.length(text)));
          }
        }
      }
    }

    /** The same row side by side; all that have no such row are one group. */
    private List<int[]> groups(int[] set, int row) {
      Map<Row, List<Integer>> groups = new LinkedHashMap<>();
      for (int text : set) {
        groups.computeIfAbsent(row(text, row), _ -> new ArrayList<>()).add(text);
      }
      return groups.values().stream()
          .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
          .toList();
    }

    private Row row(int text, int row) {
      if (row == texts.length(text)) {
        return new Row(new float[0]);
      }
      float[] values = new float[texts.d()];
      texts.copy(text, row, 1, values, 0);
      return new Row(values);
    }

    /** Rows from one on that all of a group have in common. */
    private int shared(int[] group, int row) {
      int end = texts.length(group[0]);
      for (int g = 1; g < group.length && end > row; g++) {
        end = Math.min(end, texts.length(group[g]));
        int r = row;
        while (r < end && same(group[0], group[g], r)) {
          r++;
        }
        end = r;
      }
      return end - row;
    }

    private boolean same(int a, int b, int row) {
      texts.copy(a, row, 1, one, 0);
      texts.copy(b, row, 1, other, 0);
      return Arrays.equals(one, other);
    }
  }

  /** Numbers compared by their bits. */
  private record Row(float[] values) {
    @Override
    public boolean equals(Object o) {
      return o instanceof Row row && Arrays.equals(values, row.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }
  }
}
