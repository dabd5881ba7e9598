package dev.filip.kernel;

/**
 * Token vectors of several items, back to back: item i owns rows {@code start[i]} to {@code
 * start[i+1]} of {@code rows} ({@code [total, d]}, row-major, unit vectors). Not copied: whoever
 * holds it must not write to the arrays.
 */
public record TokenSet(int d, float[] rows, int[] start) {
  public TokenSet {
    if (start.length == 0
        || start[0] != 0
        || rows.length != Math.multiplyExact(start[start.length - 1], d)) {
      throw new IllegalArgumentException(
          "rows must hold start[last] x d floats, got "
              + rows.length
              + " for d "
              + d
              + " and "
              + start.length
              + " offsets");
    }
  }

  /** Items. */
  public int size() {
    return start.length - 1;
  }

  /** Tokens of item i. */
  public int tokens(int i) {
    return start[i + 1] - start[i];
  }
}
