package dev.filip.viz;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The paper's figure 2: the patch grid over the picture, at each patch's centre the index of the
 * word it chose. Indices of label words are red and their patches clear; all other indices are
 * white and their patches dimmed. Below it the words with their indices; a label may have several
 * words. Stateless.
 */
public final class AlignmentPicture {
  private static final Color CHIP = new Color(0xee, 0xf0, 0xf3);
  private static final Color LABEL_CHIP = new Color(0xff, 0xe3, 0xe0);

  private static final int GAP = 12;
  private static final int LEGEND = 22;

  private AlignmentPicture() {}

  /**
   * Draws it.
   *
   * @param patchWord the word index each patch chose, one a patch
   * @param words readable words; index 0 is [BOS]
   * @param label indices of the words of the class or object looked for
   */
  public static BufferedImage draw(
      PatchGrid grid, int[] patchWord, List<String> words, Set<Integer> label) {
    return draw(new Board(grid, 0), patchWord, words, label, LEGEND);
  }

  /** The same about half as wide and without its legend, for many on a page. */
  public static BufferedImage small(
      PatchGrid grid, int[] patchWord, List<String> words, Set<Integer> label) {
    return draw(Board.small(grid), patchWord, words, label, 0);
  }

  private static BufferedImage draw(
      Board board, int[] patchWord, List<String> words, Set<Integer> label, int legend) {
    board.grid.expect("patchWord", patchWord.length);
    Chips chips = measure(board, words, label);
    int below = board.bottom() + GAP + legend;
    BufferedImage sheet = board.sheet(below + chips.height() + Board.MARGIN);
    Graphics2D g = Board.pen(sheet);
    board.picture(g);
    for (int k = 0; k < patchWord.length; k++) {
      if (!label.contains(patchWord[k])) {
        board.fill(g, k, Palette.alpha(Color.BLACK, 0.58));
      }
    }
    board.lines(g);
    for (int k = 0; k < patchWord.length; k++) {
      number(board, g, k, patchWord[k], label.contains(patchWord[k]));
    }
    if (legend > 0) {
      legend(g, board, label.isEmpty());
    }
    chips.draw(g, Board.MARGIN, below);
    g.dispose();
    return sheet;
  }

  private static void number(Board board, Graphics2D g, int k, int word, boolean label) {
    Color halo = label ? Palette.alpha(Color.WHITE, 0.9) : Palette.alpha(Color.BLACK, 0.55);
    Color ink = label ? Palette.LABEL_ON_PAPER : Color.WHITE;
    board.number(g, k, Integer.toString(word), ink, halo);
  }

  private static void legend(Graphics2D g, Board board, boolean noLabel) {
    g.setFont(Board.font(Font.PLAIN, 12));
    g.setColor(Palette.FAINT);
    String text =
        noLabel
            ? "number = the word each patch chose"
            : "number = the word each patch chose; red and clear: a label word";
    g.drawString(
        Chips.fit(text, g.getFontMetrics(), board.width() - 2 * Board.MARGIN),
        Board.MARGIN,
        board.bottom() + 20);
  }

  private static Chips measure(Board board, List<String> words, Set<Integer> label) {
    List<Chips.Chip> chips = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      boolean red = label.contains(i);
      chips.add(
          new Chips.Chip(
              Integer.toString(i),
              words.get(i),
              red ? Palette.LABEL_ON_PAPER : Palette.INK,
              red ? LABEL_CHIP : CHIP));
    }
    Graphics2D g = Board.pen(board.sheet(1));
    Chips laid = new Chips(g, chips, board.width() - 2 * Board.MARGIN);
    g.dispose();
    return laid;
  }
}
