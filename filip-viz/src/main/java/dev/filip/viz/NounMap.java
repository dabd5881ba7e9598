package dev.filip.viz;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Every patch in the colour of its best noun, the names below, true boxes outlined in the colour of
 * theirs where they are known. Stateless.
 */
public final class NounMap {
  private NounMap() {}

  /** A true box of noun {@code noun}, in pixels of the grid's picture. */
  public record Box(int noun, double x0, double y0, double x1, double y1) {}

  /**
   * Draws it.
   *
   * @param patchNoun index into {@code nouns} for each patch, or -1 for none
   */
  public static BufferedImage draw(
      PatchGrid grid, int[] patchNoun, List<String> nouns, List<Box> boxes) {
    grid.expect("patchNoun", patchNoun.length);
    Board board = new Board(grid, 0);
    Chips chips = measure(board, nouns);
    BufferedImage sheet = board.sheet(board.bottom() + 14 + chips.height() + Board.MARGIN);
    Graphics2D g = Board.pen(sheet);
    board.greyPicture(g);
    for (int k = 0; k < patchNoun.length; k++) {
      if (patchNoun[k] >= 0) {
        board.fill(g, k, Palette.alpha(Palette.name(patchNoun[k]), 0.45));
      }
    }
    board.lines(g);
    g.setClip(board.left - 1, board.top - 1, board.gridWidth() + 2, board.gridHeight() + 2);
    for (Box box : boxes) {
      outline(g, board, box);
    }
    g.setClip(null);
    chips.draw(g, Board.MARGIN, board.bottom() + 14);
    g.dispose();
    return sheet;
  }

  private static void outline(Graphics2D g, Board board, Box box) {
    double sx = (double) board.gridWidth() / board.grid.image().width();
    double sy = (double) board.gridHeight() / board.grid.image().height();
    Rectangle2D shape =
        new Rectangle2D.Double(
            board.left + box.x0 * sx,
            board.top + box.y0 * sy,
            (box.x1 - box.x0) * sx,
            (box.y1 - box.y0) * sy);
    g.setColor(Color.BLACK);
    g.setStroke(new BasicStroke(6f));
    g.draw(shape);
    g.setColor(Palette.name(box.noun));
    g.setStroke(new BasicStroke(3.5f));
    g.draw(shape);
  }

  private static Chips measure(Board board, List<String> nouns) {
    List<Chips.Chip> chips = new ArrayList<>();
    for (int i = 0; i < nouns.size(); i++) {
      Color ground = Palette.name(i);
      double light = 0.299 * ground.getRed() + 0.587 * ground.getGreen() + 0.114 * ground.getBlue();
      chips.add(new Chips.Chip("", nouns.get(i), light > 120 ? Palette.INK : Color.WHITE, ground));
    }
    Graphics2D g = Board.pen(board.sheet(1));
    Chips laid = new Chips(g, chips, board.width() - 2 * Board.MARGIN);
    g.dispose();
    return laid;
  }
}
