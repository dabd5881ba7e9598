package dev.filip.viz;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;

/**
 * A sheet that is drawn on: the enlarged picture with its grid on top, a caption area below. Used
 * by one thread.
 */
final class Board {
  static final int MARGIN = 16;
  private static final int SMALLEST_CELL = 30;
  private static final int LARGEST_CELL = 84;
  private static final int WANTED_SIDE = 560;
  private static final int SMALL_SMALLEST_CELL = 18;
  private static final int SMALL_SIDE = 240;

  final PatchGrid grid;
  final int cell;
  final int left = MARGIN;
  final int top;

  /** A layout for {@code grid} with {@code header} pixels above it. */
  Board(PatchGrid grid, int header) {
    this(grid, header, Math.clamp(WANTED_SIDE / longer(grid), SMALLEST_CELL, LARGEST_CELL));
  }

  private Board(PatchGrid grid, int header, int cell) {
    this.grid = grid;
    this.cell = cell;
    this.top = MARGIN + header;
  }

  /** About half as wide, for many on a page. */
  static Board small(PatchGrid grid) {
    return new Board(grid, 0, Math.max(SMALL_SIDE / longer(grid), SMALL_SMALLEST_CELL));
  }

  private static int longer(PatchGrid grid) {
    return Math.max(grid.rows(), grid.columns());
  }

  int gridWidth() {
    return cell * grid.columns();
  }

  int gridHeight() {
    return cell * grid.rows();
  }

  int width() {
    return Math.max(gridWidth(), 280) + 2 * MARGIN;
  }

  /** The y below the grid. */
  int bottom() {
    return top + gridHeight();
  }

  /** A white sheet of this layout's width. */
  BufferedImage sheet(int height) {
    BufferedImage out = new BufferedImage(width(), height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = pen(out);
    g.setColor(Palette.PAPER);
    g.fillRect(0, 0, out.getWidth(), out.getHeight());
    g.dispose();
    return out;
  }

  static Graphics2D pen(BufferedImage sheet) {
    Graphics2D g = sheet.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return g;
  }

  /** The picture, enlarged to the grid. */
  void picture(Graphics2D g) {
    g.drawImage(AwtImages.awt(grid.image()), left, top, gridWidth(), gridHeight(), null);
  }

  /** The picture without its colours, so that those laid over it can be read. */
  void greyPicture(Graphics2D g) {
    BufferedImage image = AwtImages.awt(grid.image());
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        Color c = new Color(image.getRGB(x, y));
        int light =
            (int) Math.round(0.299 * c.getRed() + 0.587 * c.getGreen() + 0.114 * c.getBlue());
        image.setRGB(x, y, light * 0x010101);
      }
    }
    g.drawImage(image, left, top, gridWidth(), gridHeight(), null);
  }

  Rectangle2D patch(int k) {
    int row = k / grid.columns();
    int x = left + cell * (k % grid.columns());
    int y = top + cell * row;
    return new Rectangle2D.Double(x, y, cell, cell);
  }

  void fill(Graphics2D g, int k, Color color) {
    g.setColor(color);
    g.fill(patch(k));
  }

  void outline(Graphics2D g, int k, Color color, float width) {
    Rectangle2D box = patch(k);
    double inset = width / 2;
    g.setColor(color);
    g.setStroke(new BasicStroke(width));
    g.draw(
        new Rectangle2D.Double(
            box.getX() + inset,
            box.getY() + inset,
            box.getWidth() - width,
            box.getHeight() - width));
  }

  void lines(Graphics2D g) {
    g.setColor(Palette.alpha(Color.WHITE, 0.35));
    g.setStroke(new BasicStroke(1f));
    for (int c = 0; c <= grid.columns(); c++) {
      g.drawLine(left + c * cell, top, left + c * cell, bottom());
    }
    for (int r = 0; r <= grid.rows(); r++) {
      g.drawLine(left, top + r * cell, left + gridWidth(), top + r * cell);
    }
  }

  /** A number at a patch's centre, with a halo so that it is readable on any picture. */
  void number(Graphics2D g, int k, String text, Color color, Color halo) {
    Rectangle2D box = patch(k);
    Font font = font(Font.BOLD, Math.clamp(Math.round(cell * 0.38f), 11, 26));
    TextLayout layout = new TextLayout(text, font, g.getFontRenderContext());
    Rectangle2D bounds = layout.getBounds();
    double x = box.getCenterX() - bounds.getCenterX();
    double y = box.getCenterY() - bounds.getCenterY();
    Shape outline = layout.getOutline(AffineTransform.getTranslateInstance(x, y));
    g.setColor(halo);
    g.setStroke(new BasicStroke(3.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    g.draw(outline);
    g.setColor(color);
    g.fill(outline);
  }

  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  static Shape chip(double x, double y, double width, double height) {
    return new RoundRectangle2D.Double(x, y, width, height, 10, 10);
  }
}
