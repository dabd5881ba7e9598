package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.io.BadInput;
import dev.filip.io.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run made in shares is the run made at once, byte by byte. */
class SharesTest {
  private static final CurateOptions OPTIONS = new CurateOptions(3, 2, false);

  @TempDir Path folder;
  private Path shards;
  private Path rules;

  @BeforeEach
  void write() throws IOException {
    shards = folder.resolve("shards");
    rules =
        MadePairs.rules(
            folder,
            "clean: on",
            "length: {min_words: 2}",
            "repetition: {max_images: 2}",
            "near_duplicates: {distance: 3}");
    try (ShardWriter writer = new ShardWriter(shards, 4)) {
      for (int i = 0; i < 22; i++) {
        String text = i % 5 == 0 ? "stands too often" : i % 7 == 0 ? "short" : "<i>number</i> " + i;
        MadePairs.add(writer, "s" + i, MadePairs.picture(i % 19, 60, 50), text);
      }
    }
  }

  private ObjectNode run(String out) throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      return new Curation(source, rules, OPTIONS).write(folder.resolve(out));
    }
  }

  private ObjectNode share(String out, Curation.Stage stage, String share) throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      return new Curation(source, rules, OPTIONS)
          .share(folder.resolve(out), stage, Share.parse("--share", share));
    }
  }

  @Test
  void sharesInAnyOrderAndTwiceMakeTheSameBytes() throws IOException {
    ObjectNode whole = run("whole");
    assertThat(whole.path("kept").asInt()).isBetween(8, 16);
    for (String share : List.of("2/4", "0/4", "3/4", "1/4", "0/4")) {
      ObjectNode answer = share("out", Curation.Stage.JUDGE, share);
      assertThat(answer.path("stage").asText() + " " + answer.path("share").asText())
          .isEqualTo("judge " + share);
    }
    for (String share : List.of("1/2", "1/2", "0/2")) {
      share("out", Curation.Stage.WRITE, share);
    }
    assertThat(folder.resolve("out")).as("no share finishes a run").doesNotExist();
    Path written = folder.resolve("out.partial/shards/000001.tar");
    Object before = Files.getLastModifiedTime(written);
    ObjectNode finished = run("out");
    assertThat(Files.getLastModifiedTime(folder.resolve("out/000001.tar"))).isEqualTo(before);
    assertThat(finished.path("kept")).isEqualTo(whole.path("kept"));
    assertThat(MadePairs.sum(folder.resolve("out")))
        .isEqualTo(MadePairs.sum(folder.resolve("whole")));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.contains("partial"));
    }
    share("out", Curation.Stage.WRITE, "0/2"); // a straggler finds all done
  }

  @Test
  void aShareIsWrittenWhenAllAreJudged() throws IOException {
    share("out", Curation.Stage.JUDGE, "0/4");
    assertThatThrownBy(() -> share("out", Curation.Stage.WRITE, "0/4"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("shards without verdicts must be 0 before --write, got 4");
  }

  @Test
  void aShareOfAnotherRunIsRefused() throws IOException {
    share("out", Curation.Stage.JUDGE, "0/4");
    MadePairs.rules(folder, "length: {min_words: 3}");
    assertThatThrownBy(() -> share("out", Curation.Stage.JUDGE, "1/4"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is of another request: rules was");
  }

  @Test
  void aShareHasItsForm() {
    for (String wrong : List.of("4/4", "1", "-1/4", "0/0", "a/b", "1/2/3", "9999999/9999999")) {
      assertThatThrownBy(() -> Share.parse("--judge", wrong))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("--judge must be K/N")
          .hasMessageContaining(wrong);
    }
    assertThat(Share.parse("--judge", "3/4")).isEqualTo(new Share(3, 4));
  }
}
