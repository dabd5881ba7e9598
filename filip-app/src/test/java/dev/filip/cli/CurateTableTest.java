package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.download.ParquetFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code filip curate --dry-run} of a Parquet table, against the same rows as CSV. */
class CurateTableTest {
  private static final int ROWS = 20_000;
  private static final List<String> CAPTIONS =
      List.of(
          "two dogs on the beach",
          "  a small   house by the river ",
          "ein kleiner Hund läuft am Strand entlang",
          "ball",
          "",
          "a man, a boat (old) and a caf\u00e9");

  @TempDir Path folder;
  private Path parquet;
  private Path csv;
  private Path rules;

  /** Every fifth row is of an image that came before. */
  private static String value(int row, int column) {
    return column == 0
        ? "images/" + (row % 5 == 4 ? row / 2 : row) + ".jpg"
        : CAPTIONS.get(row * 31 % 7 % CAPTIONS.size());
  }

  @BeforeEach
  void write() throws IOException {
    parquet = folder.resolve("t.parquet");
    csv = folder.resolve("t.csv");
    rules =
        Files.writeString(folder.resolve("rules.yaml"), "clean: on\nlength: on\nlanguage: on\n");
    try (OutputStream out = Files.newOutputStream(parquet)) {
      ParquetFile.write(
          out,
          List.of(
              new ParquetFile.Column("image", ParquetFile.Type.TEXT),
              new ParquetFile.Column("caption", ParquetFile.Type.TEXT)),
          ROWS,
          row -> column -> value(row, column));
    }
    StringBuilder lines = new StringBuilder("image,caption\n");
    for (int row = 0; row < ROWS; row++) {
      lines.append(value(row, 0)).append(",\"").append(value(row, 1)).append("\"\n");
    }
    Files.writeString(csv, lines);
  }

  private String run(Object... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine filip =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = filip.execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    assertThat(code).as("%s", err).isZero();
    return out.toString();
  }

  @Test
  void onePassCountsAsTheTableInMemory() {
    String slow = run("curate", csv, "--rules", rules, "--dry-run", "--json");
    assertThat(slow).contains("\"no caption\"", "\"language\"");
    for (int workers : new int[] {1, 2, 7}) {
      assertThat(
              run("curate", parquet, "--rules", rules, "--dry-run", "--json", "--workers", workers))
          .isEqualTo(slow);
    }
  }
}
