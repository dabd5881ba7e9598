package dev.filip.data.known;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Struct;

/** Writes the files that made-up data sets are made of, below one root. */
final class FakeFiles {
  private final Path root;

  FakeFiles(Path root) {
    this.root = root;
  }

  /** A small picture that another name gives other pixels. */
  FakeFiles image(String path) throws IOException {
    SplittableRandom random = new SplittableRandom(path.hashCode());
    BufferedImage image = new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 120; i++) {
      image.setRGB(i % 12, i / 12, random.nextInt(1 << 24));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, path.endsWith(".png") ? "png" : "jpeg", out);
    return bytes(path, out.toByteArray());
  }

  FakeFiles text(String path, String text) throws IOException {
    return bytes(path, text.getBytes(StandardCharsets.UTF_8));
  }

  FakeFiles bytes(String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    return this;
  }

  FakeFiles folder(String path) throws IOException {
    Files.createDirectories(root.resolve(path));
    return this;
  }

  FakeFiles mat(String path, MatFile content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Mat5.writeToFile(content, file.toFile());
    return this;
  }

  /** A row of numbers as MATLAB has it. */
  static Matrix row(int... values) {
    Matrix row = Mat5.newMatrix(1, values.length);
    for (int i = 0; i < values.length; i++) {
      row.setDouble(0, i, values[i]);
    }
    return row;
  }

  static Cell cell(String... texts) {
    Cell cell = Mat5.newCell(1, texts.length);
    for (int i = 0; i < texts.length; i++) {
      cell.set(i, Mat5.newString(texts[i]));
    }
    return cell;
  }

  /** A column of structs, each a list of values for the fields: texts or whole numbers. */
  static Struct structs(List<String> fields, List<List<Object>> rows) {
    Struct struct = Mat5.newStruct(rows.size(), 1);
    for (int f = 0; f < fields.size(); f++) {
      for (int i = 0; i < rows.size(); i++) {
        Object value = rows.get(i).get(f);
        Array array =
            value instanceof String text
                ? Mat5.newString(text)
                : Mat5.newScalar(((Number) value).doubleValue());
        struct.set(fields.get(f), i, array);
      }
    }
    return struct;
  }
}
