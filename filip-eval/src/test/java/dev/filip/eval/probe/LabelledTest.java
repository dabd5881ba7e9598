package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features and labels from files, good and bad. */
class LabelledTest {
  @TempDir private Path folder;

  @BeforeEach
  void natives() {
    Natives.load();
  }

  private Path npy(String name, String type, String shape, byte[] data) throws IOException {
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    header = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    ByteBuffer all = ByteBuffer.allocate(10 + header.length() + data.length);
    all.order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    all.put((byte) 1).put((byte) 0).putShort((short) header.length());
    all.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
    return Files.write(folder.resolve(name), all.array());
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  @Test
  void rowsAreReadWhereTheyLie() throws IOException {
    Path x = npy("x.npy", "<f4", "(2, 3)", floats(1, 2, 3, 4, 5, 6));
    Labelled set = Labelled.open(x, npy("y.npy", "|i1", "(2,)", new byte[] {1, 0}));
    assertThat(set.labels()).containsExactly(1, 0);
    try (var _ = new StepScope()) {
      assertThat(Tensors.toFloats(set.block(1, 1))).containsExactly(4, 5, 6);
      assertThat(Tensors.toFloats(set.rows(new int[] {1, 0}))).containsExactly(4, 5, 6, 1, 2, 3);
      assertThat(Tensors.toFloats(set.select(new int[] {1}).block(0, 1))).containsExactly(4, 5, 6);
    }
  }

  @Test
  void halvesAreWidened() throws IOException {
    ByteBuffer halves = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    halves.putShort(Float.floatToFloat16(1.5f)).putShort(Float.floatToFloat16(-2));
    Path x = npy("x.npy", "<f2", "(2, 1)", halves.array());
    Labelled set = Labelled.open(x, npy("y.npy", "|u1", "(2,)", new byte[2]));
    try (var _ = new StepScope()) {
      assertThat(Tensors.toFloats(set.block(0, 2))).containsExactly(1.5f, -2);
    }
  }

  @Test
  void wrongFilesAreNamedWithTheRow() throws IOException {
    Path x = npy("x.npy", "<f4", "(2, 2)", floats(1, 2, 3, 4));
    Path y = npy("y.npy", "|i1", "(2,)", new byte[2]);
    refused(
        npy("n.npy", "<f4", "(2, 2)", floats(1, 2, 3, Float.NaN)),
        y,
        "n.npy: row 1, column 1 must be a finite number, got NaN");
    refused(
        npy("i.npy", "<f4", "(2, 2)", floats(Float.NEGATIVE_INFINITY, 2, 3, 4)),
        y,
        "i.npy: row 0, column 0 must be a finite number, got -Infinity");
    refused(
        x,
        npy("m.npy", "|i1", "(2,)", new byte[] {0, -1}),
        "m.npy: label of row 1 must be a class from 0 on, got -1");
    refused(
        x,
        npy("l.npy", "|i1", "(3,)", new byte[3]),
        "l.npy must be one label for each of the 2 rows of");
    refused(x, x, "x.npy must be whole numbers of shape [rows], got floats of shape [2, 2]");
    refused(y, y, "y.npy must be floats of shape [rows, features], got whole numbers");
    refused(npy("o.npy", "|O", "(2, 2)", new byte[32]), y, "o.npy must be floats of 16, 32 or 64");
    refused(npy("b.npy", ">f4", "(2, 2)", new byte[16]), y, "little endian, in C order");
    refused(npy("s.npy", "<f4", "(2, 3)", new byte[16]), y, "as long as its shape [2, 3] says");
    refused(npy("e.npy", "<f4", "(0, 3)", new byte[0]), y, "at least one row");
    refused(
        Files.write(folder.resolve("z.npy"), "PK..........".getBytes(StandardCharsets.US_ASCII)),
        y,
        "z.npy must be a .npy file");
  }

  private static void refused(Path features, Path labels, String why) {
    assertThatThrownBy(() -> Labelled.open(features, labels))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(why);
  }
}
