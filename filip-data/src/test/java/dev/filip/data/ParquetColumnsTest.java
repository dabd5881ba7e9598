package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.image.ImageHeader;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that pyarrow wrote: {@code make_parquet.py} beside them. */
class ParquetColumnsTest {
  @TempDir Path folder;

  private Path table(String name) throws IOException {
    try {
      Path golden =
          Path.of(Objects.requireNonNull(getClass().getResource(name + ".parquet")).toURI());
      Path here = folder.resolve(name + ".parquet");
      return Files.exists(here) ? here : Files.copy(golden, here);
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private SampleSource open(String name) throws IOException {
    return Sources.open(table(name).toString(), SourceOptions.DEFAULT);
  }

  private static List<List<String>> captions(SampleSource source) {
    return IntStream.range(0, (int) source.size())
        .mapToObj(i -> {
          try {
            return source.text(i).captions();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        })
        .toList();
  }

  /** Types are the columns' own; of two rows of one image the first counts. */
  @Test
  void theOtherColumnsAreMetadata() throws IOException {
    SourceOptions all = SourceOptions.DEFAULT.withOtherColumns();
    try (SampleSource source = Sources.open(table("columns").toString(), all)) {
      assertThat(source.size()).isEqualTo(2);
      assertThat(source.text(0).metadata())
          .isEqualTo(
              Json.parse(
                  """
                  {"year": 2001, "views": 1099511627776, "score": 0.1, "exact": 1.50,
                   "safe": true, "day": "2020-02-29", "seen": "2020-02-29T12:30:00Z",
                   "author": "Ä. B.", "tags": ["red", null, "cup"],
                   "camera": {"lens": {"mm": 35}, "name": "x"}, "sizes": {"w": 3, "h": null},
                   "raw": "plain"}
                  """));
      assertThat(source.text(1).metadata())
          .isEqualTo(
              Json.parse(
                  """
                  {"year": null, "views": 0, "score": null, "exact": null, "safe": null,
                   "day": null, "seen": null, "author": null, "tags": [],
                   "camera": {"lens": null, "name": null}, "sizes": null, "raw": null}
                  """));
    }
    try (SampleSource source = Sources.open(table("columns").toString(), all)) {
      assertThat(source.describe()).endsWith("; left out for the dot in their names: dotted.name)");
    }
    try (SampleSource source = open("columns")) {
      assertThat(source.text(0).metadata()).isNull();
    }
    SourceOptions other = SourceOptions.columns(null, "author").withOtherColumns();
    try (SampleSource source = Sources.open(table("columns").toString(), other)) {
      JsonNode first = Objects.requireNonNull(source.text(0).metadata());
      assertThat(first.path("title").asText()).isEqualTo("a cup");
      assertThat(first.has("author")).isFalse();
    }
    try (SampleSource source = Sources.open(table("embedded").toString(), all)) {
      assertThat(source.text(0).metadata()).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd", "lz4", "lz4_hadoop", "gzip", "old"})
  void pagesOfEveryKind(String name) throws IOException {
    Files.write(folder.resolve("a.png"), MadeSource.png(1));
    try (SampleSource source = open(name)) {
      assertThat(captions(source))
          .containsExactly(List.of("a cup", "the same cup"), List.of("ein Bär"), List.of());
      assertThat(source.read(0).image()).isEqualTo(MadeSource.png(1));
      assertThat(source.text(1).key()).isEqualTo("sub/b.png");
    }
  }

  /** Columns are read in batches, and by rows where others are wanted too. */
  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd", "lz4", "gzip", "old", "columns"})
  void batchesHoldWhatRowsDo(String name) throws IOException {
    SourceOptions all = SourceOptions.DEFAULT.withOtherColumns();
    try (SampleSource rows = Sources.open(table(name).toString(), all);
        SampleSource batches = open(name)) {
      assertThat(batches.size()).isEqualTo(rows.size());
      assertThat(captions(batches)).isEqualTo(captions(rows));
      for (int i = 0; i < rows.size(); i++) {
        assertThat(batches.text(i).key()).isEqualTo(rows.text(i).key());
      }
    }
  }

  private void refused(String name, SourceOptions options, String message) throws IOException {
    Path table = table(name);
    assertThatThrownBy(() -> Sources.open(table.toString(), options))
        .isInstanceOf(BadInput.class)
        .hasMessage(message.replace("FILE", table.toString()));
  }

  @Test
  void whatIsNotReadIsNamed() throws IOException {
    refused(
        "brotli",
        SourceOptions.DEFAULT,
        "column filepath of FILE is packed with brotli, which is not read: write it with zstd,"
            + " lz4, snappy or gzip");
    refused(
        "numbers",
        SourceOptions.DEFAULT,
        "--image-key: column image of FILE must hold paths, encoded images or {bytes, path}, got"
            + " values of type int64");
    refused(
        "numbers",
        SourceOptions.columns("path", "text"),
        "--caption-key: column text of FILE must hold texts or lists of texts, got values of type"
            + " int64");
    refused(
        "numbers",
        SourceOptions.columns("path", "deep"),
        "--caption-key: column deep of FILE must hold texts or lists of texts, got nested values"
            + " of another kind");
    refused(
        "embedded",
        SourceOptions.columns("image", "image"),
        "--caption-key: column image of FILE must hold texts or lists of texts, got nested values"
            + " of another kind");
    refused(
        "lists",
        SourceOptions.columns("caption", "caption"),
        "--image-key: column caption of FILE must hold paths, encoded images or {bytes, path}, got"
            + " nested values of another kind");
  }

  @Test
  void listsOfCaptions() throws IOException {
    try (SampleSource source = open("lists")) {
      assertThat(captions(source))
          .containsExactly(List.of("a cup", "one cup", "the same cup"), List.of(), List.of());
    }
  }

  private static int width(SampleSource source, long index) throws IOException {
    return ImageHeader.of(source.read(index).image()).width();
  }

  /** In any order: each row group is unpacked when it is first asked for. */
  @Test
  void imagesInTheTableAsHuggingFaceWritesThem() throws IOException {
    Files.write(folder.resolve("a.png"), MadeSource.png(2));
    try (SampleSource source = open("embedded")) {
      assertThat(source.size()).isEqualTo(5);
      assertThat(source.describe())
          .startsWith("5 images with 5 captions in ")
          .endsWith("(Parquet; columns image, caption; images in it)");
      assertThat(captions(source)).contains(List.of("three"), List.of("four"), List.of("beside"));
      assertThat(source.read(4).image()).isEqualTo(MadeSource.png(2));
      assertThat(width(source, 2)).isEqualTo(5);
      assertThat(width(source, 1)).isEqualTo(4);
      assertThat(width(source, 0)).isEqualTo(3);
      assertThat(source.text(1).key()).isEqualTo("1"); // paths there are names, and repeat
      assertThatThrownBy(() -> source.read(3))
          .isInstanceOf(UnreadableSample.class)
          .hasMessage("row 3: no image");
      String print = source.fingerprint();
      Files.delete(folder.resolve("a.png"));
      assertThat(source.fingerprint()).isEqualTo(print);
      assertThatThrownBy(() -> source.read(4)).hasMessage("a.png: no such file");
    }
  }

  @Test
  void imagesInAColumnOfBytes() throws IOException {
    Path table = table("binary");
    try (SampleSource source = Sources.open(table.toString(), SourceOptions.columns("jpg", null))) {
      assertThat(captions(source))
          .containsExactly(List.of("three", "3"), List.of("two"), List.of("five"));
      assertThat(width(source, 2)).isEqualTo(5);
      assertThat(width(source, 0)).isEqualTo(3);
      assertThatThrownBy(() -> source.read(1)).hasMessage("row 1: no image");
      Inspect found = Inspect.of(source, null);
      assertThat(found.unreadable()).isEqualTo(java.util.Map.of("no image", 1));
    }
  }

  @Test
  void pathsThatAreNoFilesAreCounted() throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    Path table = folder.resolve("t.csv");
    Files.writeString(table, "image,text\n,a\nsub,b\n\0,c\nno.png,d\n");
    try (SampleSource source = Sources.open(table.toString(), SourceOptions.DEFAULT)) {
      assertThat(source.fingerprint()).hasSize(64);
      assertThat(Inspect.of(source, null).unreadable())
          .isEqualTo(java.util.Map.of("no file but a folder", 2, "no such file", 2));
    }
  }
}
