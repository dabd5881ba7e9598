package dev.filip.encode;

/**
 * Where a model's patches are: {@code rows x columns} squares of {@code side} input pixels, row by
 * row. Image token {@code first + k} is patch k ({@code first} is 1 where [CLS] takes part).
 */
public record PatchLayout(int rows, int columns, int side, int first) {
  /** Patches. */
  public int size() {
    return rows * columns;
  }

  /** Whether patch k's centre lies in {@code box} (input pixels). */
  public boolean centreIn(int k, Rect box) {
    int row = k / columns;
    return box.contains((k % columns + 0.5) * side, (row + 0.5) * side);
  }

  /** How many patch centres lie in {@code box}. */
  public int centresIn(Rect box) {
    int count = 0;
    for (int k = 0; k < size(); k++) {
      count += centreIn(k, box) ? 1 : 0;
    }
    return count;
  }
}
