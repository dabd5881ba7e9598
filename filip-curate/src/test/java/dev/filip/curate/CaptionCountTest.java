package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.CaptionTable;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the way that holds the table: {@code captions.parquet} is by the script beside it. */
class CaptionCountTest {
  @TempDir Path folder;

  private static Path table() throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(CaptionCountTest.class.getResource("captions.parquet")).toURI());
  }

  private static ObjectNode slow(Path table, Path rules) throws IOException {
    CurateOptions options = new CurateOptions(100, 2, false);
    try (SampleSource source = Sources.open(table.toString(), SourceOptions.DEFAULT)) {
      return new Curation(source, rules, options).count();
    }
  }

  private static ObjectNode fast(Path table, Path rules, int workers) throws IOException {
    CurateOptions options = new CurateOptions(100, workers, false);
    try (CaptionTable captions =
        Objects.requireNonNull(Sources.captions(table.toString(), SourceOptions.DEFAULT))) {
      return CaptionCount.of(captions, rules, options);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void countsAreThoseOfTheWholeTable(int workers) throws Exception {
    Path rules =
        MadePairs.rules(
            folder, "clean: on", "meaningless: on", "length: on", "language: on", "persons: on");
    ObjectNode counts = fast(table(), rules, workers);
    assertThat(counts).isEqualTo(slow(table(), rules));
    assertThat(counts.at("/read").asInt()).isBetween(4500, 5900); // 6,000 rows
    assertThat(counts.at("/captions").asInt()).isGreaterThan(counts.at("/read").asInt());
    assertThat(counts.at("/unreadable/no caption").asInt()).isPositive();
    assertThat(counts.at("/changed/clean").asInt()).isPositive();
    for (String rule : List.of("meaningless", "length", "language")) {
      assertThat(counts.at("/captions_removed/" + rule).asInt()).as(rule).isPositive();
    }
  }

  @Test
  void oneRuleIsEnough() throws Exception {
    Path rules = MadePairs.rules(folder, "sensitive: on");
    assertThat(fast(table(), rules, 2)).isEqualTo(slow(table(), rules));
  }

  /** A rule on images or on repetition, or another kind of source, goes the other way. */
  @Test
  void othersAreNotAsked() throws Exception {
    assertThat(Curation.judgesTextsAlone(MadePairs.rules(folder, "length: on"))).isTrue();
    assertThat(Curation.judgesTextsAlone(MadePairs.rules(folder, "length: on", "repetition: on")))
        .isFalse();
    Path csv = Files.writeString(folder.resolve("t.csv"), "image,caption\na.png,a cat\n");
    assertThat(Sources.captions(csv.toString(), SourceOptions.DEFAULT)).isNull();
    assertThat(Sources.captions(folder.toString(), SourceOptions.DEFAULT)).isNull();
    assertThat(Sources.captions("pipe:cat", SourceOptions.DEFAULT)).isNull();
    assertThat(Sources.captions("s3://a/b.parquet", SourceOptions.DEFAULT)).isNull();
    assertThat(Sources.captions(folder + "/none.parquet", SourceOptions.DEFAULT)).isNull();
  }
}
