package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of URLs of every kind, row by row. */
class UrlTableTest {
  @TempDir private Path folder;

  private Path file(String name, String... lines) throws IOException {
    byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    if (!name.endsWith(".gz")) {
      return Files.write(file, text);
    }
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text);
    }
    return file;
  }

  private static List<String> rows(Object place) throws IOException {
    return rows(place, UrlColumns.DETECTED);
  }

  private static List<String> rows(Object place, UrlColumns columns) throws IOException {
    List<String> rows = new ArrayList<>();
    try (UrlTable table = UrlTable.open(place.toString(), columns, null)) {
      for (int part = 0; part < table.parts().size(); part++) {
        table.each(part, row -> rows.add(row.url() + " | " + row.caption() + rest(row.others())));
      }
    }
    return rows;
  }

  private static String rest(List<@Nullable Object> others) {
    return others.isEmpty() ? "" : " | " + others;
  }

  @ParameterizedTest
  @CsvSource({"a.csv, ','", "a.csv.gz, ','", "a.tsv, '\t'", "a.tsv.gz, '\t'", "a.txt, '\t'"})
  void tablesWithAHeader(String name, String separator) throws IOException {
    Path file =
        file(
            name,
            String.join(separator, "id", "URL", "TEXT"),
            String.join(separator, "1", "http://a/1.jpg", "a dog"),
            String.join(separator, "2", "", "no address"),
            String.join(separator, "3", "http://a/3.jpg", "\"two\nlines\""),
            String.join(separator, "4", "http://a/4.jpg", ""));
    assertThat(rows(file))
        .containsExactly(
            "http://a/1.jpg | a dog",
            "null | no address",
            "http://a/3.jpg | two lines",
            "http://a/4.jpg | null");
    assertThat(rows(file, new UrlColumns("URL", "id", List.of("TEXT"))))
        .startsWith("http://a/1.jpg | 1 | [a dog]");
  }

  @Test
  void aListOfUrls() throws IOException {
    Path file = file("list.txt", "https://a/1.jpg", "", "  https://a/2.jpg  ", "nonsense");
    assertThat(rows(file))
        .containsExactly("https://a/1.jpg | null", "https://a/2.jpg | null", "nonsense | null");
  }

  @ParameterizedTest
  @CsvSource({"a.jsonl", "a.jsonl.gz", "a.ndjson"})
  void linesOfJson(String name) throws IOException {
    Path file =
        file(
            name,
            "{\"url\": \"http://a/1\", \"caption\": \"one\", \"n\": 3, \"l\": [1, 2]}",
            "{\"caption\": null, \"n\": null, \"url\": null}");
    assertThat(rows(file, new UrlColumns(null, null, List.of())))
        .containsExactly("http://a/1 | one", "null | null");
    assertThat(rows(file, new UrlColumns(null, null, List.of("n", "l"))))
        .containsExactly("http://a/1 | one | [3, [1,2]]", "null | null | [null, null]");
  }

  @Test
  void anArrayOfJson() throws IOException {
    Path file = file("a.json", "[{\"url\": \"http://a/1\"},", "{\"url\": \"http://a/2\"}]");
    assertThat(rows(file)).containsExactly("http://a/1 | null", "http://a/2 | null");
  }

  @Test
  void publishedTables() throws IOException {
    file("cc12m/cc12m.tsv", "http://a/1\ta dog", "http://a/2\ta cat");
    file("cc3m/Train_GCC-training.tsv", "a dog\thttp://a/1");
    assertThat(rows("cc12m:" + folder.resolve("cc12m")))
        .containsExactly("http://a/1 | a dog | [0]", "http://a/2 | a cat | [1]");
    assertThat(rows("cc3m:" + folder.resolve("cc3m"))).containsExactly("http://a/1 | a dog | [0]");
  }

  @Test
  void aFolderIsItsFilesInOrder() throws IOException {
    file("many/10.csv", "url", "http://a/10");
    file("many/2.csv", "url", "http://a/2");
    file("many/.hidden.csv", "url", "http://a/x");
    file("many/notes.md", "nothing");
    assertThat(rows(folder.resolve("many")))
        .containsExactly("http://a/2 | null", "http://a/10 | null");
    file("many/3.tsv", "url", "http://a/3");
    refused(folder.resolve("many"), "of one kind");
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    refused(file("a.csv", "link,caption", "http://a,b"), "--url-column must be a column of");
    refused(file("b.tsv", "http://a/1\ta dog"), "cc12m:PATH");
    refused(folder.resolve("none.csv"), "an existing file or folder");
    refused(file("a.md", "url"), ".parquet, .csv");
    refused(file("a.jsonl", "{\"url\": \"http://a\"}", "{\"url\": "), "cannot read");
    refused(file("a.jsonl", "[1, 2]"), "an object");
    refused(file("x.parquet", "no parquet at all"), "cannot read Parquet file");
    refused("https://a/table.xlsx", ".parquet, .csv");
    refused("cifar10:" + folder, "");
    Path gz = Files.write(folder.resolve("c.csv.gz"), new byte[] {1, 2, 3});
    refused(gz, "c.csv.gz");
    assertThatThrownBy(() ->
            rows(file("d.csv", "url,caption", "a,b"), new UrlColumns(null, "text", List.of())))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--caption-column");
    assertThatThrownBy(
            () -> rows(folder.resolve("d.csv"), new UrlColumns(null, null, List.of("x", "y"))))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--columns");
  }

  private static void refused(Object place, String message) {
    assertThatThrownBy(() -> rows(place))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void parquetOfOtherWriters() throws IOException {
    Path table = folder.resolve("t.parquet");
    try (var in = UrlTableTest.class.getResourceAsStream("laion.parquet")) {
      Files.write(table, java.util.Objects.requireNonNull(in).readAllBytes());
    }
    List<String> wanted = List.of("SAMPLE_ID", "WIDTH", "similarity", "NSFW", "ok");
    List<String> rows = rows(table, new UrlColumns(null, null, wanted));
    assertThat(rows).hasSize(200);
    assertThat(rows.get(0)).isEqualTo("http://a/0.jpg | caption 0 | [0, 100, 0.5, UNLIKELY, true]");
    assertThat(rows.get(1)).isEqualTo("null | caption 1 | [10000000001, 101, 1.5, null, false]");
    assertThat(rows.get(2))
        .isEqualTo("http://a/2.jpg | null | [20000000002, null, null, UNLIKELY, null]");
    assertThatThrownBy(() -> rows(table, new UrlColumns(null, null, List.of("boxes"))))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("boxes");
    assertThat(Arrays.asList(rows.get(199).split(" \\| ")).getFirst()).isEqualTo("null");
  }
}
