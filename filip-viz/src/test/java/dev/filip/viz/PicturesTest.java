package dev.filip.viz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Pictures say what the numbers say; they are also written to target/pictures to be looked at. */
class PicturesTest {
  private static final List<String> WORDS =
      List.of("[BOS]", "a", "large", "red", "ball", "and", "a", "green", "box", "[EOS]");

  @Test
  void labelPatchesAreClearAndOthersDimmed() throws IOException {
    PatchGrid grid = Toy.grid(84, 6, 6);
    int[] choice = new int[36];
    java.util.Arrays.fill(choice, 9);
    for (int k : new int[] {7, 8, 13, 14}) {
      choice[k] = 4;
    }
    for (int k : new int[] {21, 22, 27, 28}) {
      choice[k] = 8;
    }
    BufferedImage out = AlignmentPicture.draw(grid, choice, WORDS, Set.of(3, 4));
    keep("alignment", out);
    Board board = new Board(grid, 0);
    assertThat(corner(out, board, 7)).isEqualTo(new Color(0xd9482b));
    assertThat(brightness(corner(out, board, 5))).isLessThan(110);
    assertThat(red(out, board, 7)).isGreaterThan(20);
    assertThat(red(out, board, 5)).isZero();
  }

  @Test
  void heatMapOrdersColoursAndFramesTheBest() throws IOException {
    PatchGrid grid = Toy.grid(84, 6, 6);
    float[] score = new float[36];
    for (int k = 0; k < 36; k++) {
      score[k] = (float) Math.exp(-Math.hypot(k % 6 - 1.3, Math.floorDiv(k, 6) - 1.4) / 2) - 0.1f;
    }
    BufferedImage out = HeatMap.draw(grid, score, "4 ball", HeatMap.Range.of(score));
    keep("heat", out);
    Board board = new Board(grid, 30);
    assertThat(brightness(corner(out, board, 8))).isGreaterThan(brightness(corner(out, board, 35)));
    int x = (int) board.patch(7).getX();
    int y = (int) board.patch(7).getCenterY();
    assertThat(out.getRGB(x + 1, y) & 0xffffff).isEqualTo(0xffffff);
  }

  @Test
  void nounMapColoursEachPatchByItsNoun() throws IOException {
    PatchGrid grid = Toy.grid(84, 6, 6);
    int[] nouns = new int[36];
    for (int k = 0; k < 36; k++) {
      nouns[k] = k % 6 < 3 && k / 6 < 4 ? 0 : k % 6 > 2 ? 1 : -1;
    }
    BufferedImage out =
        NounMap.draw(
            grid,
            nouns,
            List.of("ball", "box"),
            List.of(new NounMap.Box(0, 8, 10, 42, 44), new NounMap.Box(1, 48, 46, 90, 76)));
    keep("nouns", out);
    Board board = new Board(grid, 0);
    Color ball = corner(out, board, 2);
    Color box = corner(out, board, 5);
    assertThat(ball.getRed() - ball.getBlue()).isGreaterThan(box.getRed() - box.getBlue());
  }

  @Test
  void fineGridsAndLongTextsStillFit() throws IOException {
    int[] choice = new int[28 * 28];
    for (int k = 0; k < choice.length; k++) {
      choice[k] = k % 77;
    }
    List<String> words = new java.util.ArrayList<>();
    for (int i = 0; i < 77; i++) {
      words.add(i % 9 == 0 ? "extraordinarily" : "word" + i);
    }
    BufferedImage out =
        AlignmentPicture.draw(Toy.grid(224, 28, 28), choice, words, Set.of(9, 18, 27));
    keep("fine", out);
    assertThat(out.getWidth()).isLessThan(1000);
    List<String> long1 = List.of("[BOS]", "w".repeat(400), "[EOS]");
    BufferedImage narrow = AlignmentPicture.draw(Toy.grid(10, 1, 1), new int[1], long1, Set.of());
    assertThat(narrow.getWidth()).isLessThan(400);
  }

  @Test
  void pngRoundTripsAndWrongSizesAreRefused() throws IOException {
    PatchGrid grid = Toy.grid(20, 2, 2);
    BufferedImage out = AlignmentPicture.draw(grid, new int[4], WORDS, Set.of());
    BufferedImage back = ImageIO.read(new ByteArrayInputStream(AwtImages.png(out)));
    assertThat(back.getRGB(30, 30)).isEqualTo(out.getRGB(30, 30));
    assertThatThrownBy(() -> AlignmentPicture.draw(grid, new int[3], WORDS, Set.of()))
        .hasMessage("patchWord must have one entry a patch = 4, got 3");
  }

  private static Color corner(BufferedImage out, Board board, int k) {
    var box = board.patch(k);
    return new Color(out.getRGB((int) box.getX() + 8, (int) box.getMaxY() - 8));
  }

  private static double brightness(Color c) {
    return (c.getRed() + c.getGreen() + c.getBlue()) / 3.0;
  }

  private static int red(BufferedImage out, Board board, int k) {
    var box = board.patch(k);
    int count = 0;
    for (int y = 0; y < board.cell; y++) {
      for (int x = 0; x < board.cell; x++) {
        int rgb = out.getRGB((int) box.getX() + x, (int) box.getY() + y) & 0xffffff;
        count += rgb == (Palette.LABEL_ON_PAPER.getRGB() & 0xffffff) ? 1 : 0;
      }
    }
    return count;
  }

  static void keep(String name, BufferedImage image) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "pictures"));
    Files.write(folder.resolve(name + ".png"), AwtImages.png(image));
  }
}
