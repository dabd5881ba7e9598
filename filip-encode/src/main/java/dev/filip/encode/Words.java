package dev.filip.encode;

import java.util.List;

/**
 * The tokens of one text, [BOS] to [EOS], after the cut at the model's context: readable pieces,
 * and the characters {@code [from, to)} of the text each stands for ([BOS] and [EOS] stand for
 * none: from = to).
 */
public record Words(List<String> pieces, int[] from, int[] to) {
  public Words {
    if (from.length != pieces.size() || to.length != pieces.size()) {
      throw new IllegalArgumentException(
          pieces.size() + " pieces need as many spans, got " + from.length + " and " + to.length);
    }
    pieces = List.copyOf(pieces);
  }

  /** Tokens. */
  public int size() {
    return pieces.size();
  }

  /** Whether token i stands for a character of {@code [begin, end)}. */
  public boolean touches(int i, int begin, int end) {
    return from[i] < to[i] && from[i] < end && to[i] > begin;
  }

  /** The last token of {@code [begin, end)}, or -1 where the cut took it or nothing is there. */
  public int last(int begin, int end) {
    int last = -1;
    for (int i = 0; i < size(); i++) {
      if (touches(i, begin, end)) {
        last = i;
      }
    }
    return last >= 0 && covered(end) ? last : -1;
  }

  /** A cut text ends before {@code end}: then its last token there is not the phrase's last. */
  private boolean covered(int end) {
    int reach = 0;
    for (int t : to) {
      reach = Math.max(reach, t);
    }
    return reach >= end;
  }
}
