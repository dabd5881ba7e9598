package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.io.BadInput;
import dev.filip.io.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scorer whose numbers stand in the captions: {@code "a cat 25"} is 0.25 by text. */
class ScoresTest {
  private static final CurateOptions OPTIONS = new CurateOptions(3, 2, false);

  @TempDir Path folder;
  private Path shards;
  private final List<Integer> batches = new ArrayList<>();
  private String print = "one";

  @BeforeEach
  void write() throws IOException {
    shards = folder.resolve("shards");
    try (ShardWriter writer = new ShardWriter(shards, 4)) {
      for (int i = 0; i < 10; i++) {
        MadePairs.add(writer, "s" + i, MadePairs.picture(i, 60, 50), "a cat " + 5 * i);
      }
      MadePairs.add(writer, "two", MadePairs.picture(20, 60, 50), "a dog 0\na dog 40");
      MadePairs.add(writer, "short", MadePairs.picture(21, 60, 50), "cat");
      MadePairs.add(writer, "broken", new byte[] {1, 2, 3}, "a cat 49");
    }
  }

  /** {@code s_text} is the number, {@code s_image} a tenth of it. */
  private PairScorer.Models models() {
    return new PairScorer.Models() {
      @Override
      public String fingerprint(String model) {
        return print;
      }

      @Override
      public PairScorer open(String model) {
        return new Numbers();
      }
    };
  }

  private final class Numbers implements PairScorer {
    @Override
    public List<String> columns() {
      return List.of("s_image", "s_text");
    }

    @Override
    public List<float[]> score(List<Pair> pairs) {
      batches.add(pairs.size());
      return pairs.stream().map(this::score).toList();
    }

    private float[] score(Pair pair) {
      if (pair.image().length < 10) {
        return new float[0];
      }
      float[] all = new float[2 * pair.captions().size()];
      for (int c = 0; c < pair.captions().size(); c++) {
        all[2 * c + 1] = Integer.parseInt(pair.captions().get(c).replaceAll("\\D", "")) / 100f;
        all[2 * c] = all[2 * c + 1] / 10;
      }
      return all;
    }

    @Override
    public void close() {}
  }

  private Curation curation(SampleSource source, String score) throws IOException {
    Path rules = MadePairs.rules(folder, "length: {min_words: 2, min_characters: 3}", score);
    return new Curation(source, rules, OPTIONS, models());
  }

  private ObjectNode run(String out, String score) throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      return curation(source, score).write(folder.resolve(out));
    }
  }

  private List<String> keys(String out) throws IOException {
    return MadePairs.keys(folder.resolve(out));
  }

  @Test
  void aLeastScoreTakesWhatIsBelow() throws IOException {
    ObjectNode answer = run("out", "score: {model: m, by: s_text, min: 0.35}");
    assertThat(keys("out")).containsExactly("s7", "s8", "s9", "two");
    assertThat(answer.path("rules").path("score").asInt()).isEqualTo(8);
    assertThat(answer.path("rules").path("length").asInt()).isEqualTo(1);
    assertThat(answer.path("score").path("scored").asInt()).as("short is gone").isEqualTo(12);
    assertThat(batches).as("shard by shard").containsExactly(4, 4, 3, 1);
    assertThat(Files.readString(folder.resolve("out/report.html")))
        .contains("score took 8", "score 0.350", "Score of the best caption");
  }

  @Test
  void aShareKeepsTheBestAndThoseThatAreAsGood() throws IOException {
    run("out", "score: {model: m, by: s_text, keep: 0.25}"); // 3 of 12: 0.45, 0.40, 0.40
    assertThat(keys("out")).containsExactly("s8", "s9", "two");
    run("tie", "score: {model: m, by: s_text, keep: 0.1}"); // 2 of 12, the second has a twin
    assertThat(keys("tie")).containsExactly("s8", "s9", "two");
    run("mean", "score: {model: m, keep: 1}");
    assertThat(keys("mean")).hasSize(12).contains("broken");
  }

  @Test
  void scoresAreAColumnOfWhatIsWritten() throws IOException {
    run("out", "score: {model: m, by: s_text, min: 0.4}");
    try (SampleSource kept = MadePairs.open(folder.resolve("out"))) {
      JsonNode scores = Objects.requireNonNull(kept.text(2).metadata()).path("scores");
      assertThat(scores.path("s_text").toString()).isEqualTo("[0.0,0.4]");
      assertThat(scores.path("s_image").toString()).isEqualTo("[0.0,0.04]");
      assertThat(kept.text(2).captions()).containsExactly("a dog 0", "a dog 40");
    }
  }

  @Test
  void sharesMakeTheSameBytesAndADryRunCountsTheSame() throws IOException {
    String rule = "score: {model: m, by: s_text, keep: 0.5}";
    ObjectNode whole = run("whole", rule);
    Path out = folder.resolve("out");
    try (SampleSource source = MadePairs.open(shards)) {
      Curation curation = curation(source, rule);
      curation.share(out, Curation.Stage.JUDGE, new Share(0, 1));
      curation.share(out, Curation.Stage.SCORE, new Share(1, 2));
      assertThatThrownBy(() -> curation.share(out, Curation.Stage.WRITE, new Share(0, 2)))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("shards without scores must be 0 before --write, got 2");
      curation.share(out, Curation.Stage.SCORE, new Share(0, 2));
      curation.share(out, Curation.Stage.WRITE, new Share(1, 2));
      batches.clear();
      curation.write(out);
      assertThat(batches).as("nothing is scored again").isEmpty();
      for (var entry : curation.count().properties()) {
        assertThat(whole.get(entry.getKey())).as(entry.getKey()).isEqualTo(entry.getValue());
      }
    }
    assertThat(MadePairs.sum(out)).isEqualTo(MadePairs.sum(folder.resolve("whole")));
  }

  @Test
  void anotherModelIsAnotherRequest() throws IOException {
    run("out", "score: {model: m, min: 0}");
    print = "two";
    assertThatThrownBy(() -> run("out", "score: {model: m, min: 0}"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("model was one, not two");
  }

  @Test
  void aSampleIsExplained() throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      Curation curation = curation(source, "score: {model: m, by: s_text, min: 0.3}");
      ObjectNode low = curation.explain("s3");
      assertThat(low.path("rule").asText()).isEqualTo("score");
      assertThat(low.path("why").asText()).isEqualTo("score 0.1500 below 0.3000");
      assertThat(curation.explain("two").path("kept").asBoolean()).isTrue();
      assertThat(curation.explain("short").path("rule").asText()).isEqualTo("length");
      assertThat(curation.explain("broken").path("why").asText()).isEqualTo("no image to score");
    }
  }

  @Test
  void wrongSettingsAreNamed() {
    for (String[] wrong :
        new String[][] {
          {"score: {min: 0.3}", "score.model must be a model folder, got nothing"},
          {"score: {model: m}", "score must be given one of both"},
          {"score: {model: m, min: 0.1, keep: 0.3}", "got both min and keep"},
          {"score: {model: m, keep: 0}", "score.keep must be in (0, 1], got 0.0"},
          {"score: {model: m, min: 28}", "score.min must be in [-1, 1], got 28.0"},
          {"score: {model: m, min: 0, by: cosine}", "one of mean, s_image, s_text"},
          {"score: {model: m, min: 0}\nclean: on", "score must be the last rule"},
        }) {
      assertThatThrownBy(() -> run("out", wrong[0]))
          .as(wrong[0])
          .isInstanceOf(BadInput.class)
          .hasMessageContaining(wrong[1]);
    }
  }
}
