package dev.filip.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.encode.FakeEmbedder;
import dev.filip.eval.ClassPrompts;
import dev.filip.eval.EvalData;
import dev.filip.eval.Ranking;
import dev.filip.eval.ZeroShotEval;
import dev.filip.io.Json;
import dev.filip.text.Prompts;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteTest {
  @TempDir Path temp;

  /** Class folders of "images" whose bytes are the words that the fake embedder sees. */
  private Path set(String name, int images) throws IOException {
    List<String> classes = List.of("cat", "cow", "dog");
    Path root = temp.resolve(name);
    for (int i = 0; i < images; i++) {
      String own = classes.get(i % 3);
      Path folder = Files.createDirectories(root.resolve(own));
      String seen = i % 4 == 0 ? classes.get((i + 1) % 3) : own;
      Files.writeString(folder.resolve(i + ".png"), seen + " sky sky");
    }
    Files.writeString(root.resolve("cat").resolve("bad.png"), "broken");
    return root;
  }

  private Suite suite(SuitePrompts prompts) {
    return new Suite(
        new TokenCache(temp.resolve("cache"), Tokens.Type.FP32), prompts, Ranking.PAPER, 0);
  }

  private static Suite.Score judge(Suite suite, FakeEmbedder model, String name, Path root)
      throws IOException {
    try (SampleSource source = Sources.open(root.toString(), SourceOptions.DEFAULT)) {
      return suite.judge(model, name, "test", source);
    }
  }

  private static FakeEmbedder model(Interaction interaction) {
    return new FakeEmbedder(1, 3, interaction);
  }

  private long stores() throws IOException {
    try (Stream<Path> all = Files.list(temp.resolve("cache"))) {
      return all.filter(Files::isDirectory).count();
    }
  }

  @Test
  void cachedTokensGiveWhatJudgingTheSourceGives() throws IOException {
    Path root = set("eurosat", 131);
    for (Interaction interaction : List.of(Interaction.LATE, Interaction.GLOBAL)) {
      // each fake deals its axes by itself: their tokens do not compare
      Path own = temp.resolve(interaction.name());
      Suite suite =
          new Suite(new TokenCache(own, Tokens.Type.FP32), SuitePrompts.PAPER, Ranking.PAPER, 0);
      Suite.Score score = judge(suite, model(interaction), "eurosat", root);
      try (SampleSource source = Sources.open(root.toString(), SourceOptions.DEFAULT)) {
        ClassPrompts prompts = new ClassPrompts(source.classNames(), Prompts.named("eurosat"));
        EvalData data = new EvalData(source, "eurosat#test", 0, true);
        ZeroShotEval.Result plain = new ZeroShotEval(prompts).run(model(interaction), data);
        assertThat(score.result().toJson()).isEqualTo(plain.toJson());
        assertThat(score.result().outcomes()).isEqualTo(plain.outcomes());
      }
      assertThat(score.result().skipped().total()).isEqualTo(1);
      double[] interval = score.interval();
      double top1 = score.result().top1().value();
      double error = score.result().top1().standardError();
      assertThat(interval[0]).isCloseTo(top1 - 1.96 * error, within(0.02));
      assertThat(interval[1]).isCloseTo(top1 + 1.96 * error, within(0.02));
    }
  }

  @Test
  void otherPromptsCostNoImageAndOtherFilesDo() throws IOException {
    Path root = set("pets", 30);
    FakeEmbedder model = model(Interaction.LATE);
    assertThat(judge(suite(SuitePrompts.PAPER), model, "pets", root).encoded()).isEqualTo(31);
    assertThat(judge(suite(SuitePrompts.SINGLE), model, "pets", root).encoded()).isZero();
    assertThat(stores()).isEqualTo(1);
    Files.writeString(root.resolve("dog").resolve("2.png"), "dog sky cat"); // of the same length
    assertThat(judge(suite(SuitePrompts.SINGLE), model, "pets", root).encoded()).isEqualTo(31);
    assertThat(stores()).isEqualTo(2);
    model.preprocessing = "other";
    assertThat(judge(suite(SuitePrompts.SINGLE), model, "pets", root).encoded()).isEqualTo(31);
  }

  @Test
  void aDamagedCacheIsMadeAgain() throws IOException {
    Path root = set("dtd", 12);
    FakeEmbedder model = model(Interaction.LATE);
    double before = judge(suite(SuitePrompts.PAPER), model, "dtd", root).result().top1().value();
    try (Stream<Path> all = Files.walk(temp.resolve("cache"))) {
      for (Path file : all.filter(p -> p.toString().endsWith(".tokens")).toList()) {
        Files.write(file, new byte[100]);
      }
    }
    Suite.Score again = judge(suite(SuitePrompts.PAPER), model, "dtd", root);
    assertThat(again.encoded()).isEqualTo(13);
    assertThat(again.result().top1().value()).isEqualTo(before);
  }

  @Test
  void theReportHasEveryNumberAndNoMeanOfAFew() throws IOException {
    Path root = set("food101", 60);
    SequencedMap<String, SequencedMap<String, Suite.Score>> models = new LinkedHashMap<>();
    Suite suite = suite(SuitePrompts.PAPER);
    for (Interaction interaction : List.of(Interaction.LATE, Interaction.GLOBAL)) {
      SequencedMap<String, Suite.Score> scores = new LinkedHashMap<>();
      Suite own =
          new Suite(
              new TokenCache(temp.resolve(interaction.name()), Tokens.Type.FP32),
              SuitePrompts.PAPER,
              Ranking.PAPER,
              0);
      scores.put("food101", judge(own, model(interaction), "food101", root));
      models.put(interaction.name(), scores);
    }
    SequencedMap<String, String> skipped = new LinkedHashMap<>();
    skipped.put("cars", "not below DATA");
    SuiteReport few =
        new SuiteReport(models, skipped, List.of("food101", "cars"), suite, "filip eval suite");
    few.write(temp.resolve("out"));
    JsonNode json = Json.read(temp.resolve("out/suite.json"));
    assertThat(json.has("mean")).isFalse();
    assertThat(json.at("/skipped/cars").asText()).isEqualTo("not below DATA");
    JsonNode score = json.at("/models/LATE/food101");
    assertThat(score.get("top1").asDouble()).isEqualTo(0.75);
    assertThat(score.get("top5").isNull()).isTrue();
    assertThat(score.get("ci")).hasSize(2);
    assertThat(score.get("n").asInt()).isEqualTo(60);
    assertThat(score.get("fingerprint").asText()).hasSize(64);
    assertThat(Files.readString(temp.resolve("out/suite.md")))
        .contains(
            "| data set | split | images | classes | LATE | GLOBAL | CLIP ViT-B/32, published |")
        .contains("| food101 | test | 60 | 3 | 75.0 (")
        .contains("| 84.4 | 82.8 | 92.9 | 92.2 |")
        .contains("Left out: cars: not below DATA");
    assertThat(Files.readString(temp.resolve("out/suite.html")))
        .contains("FILIP-base ViT-B/32, published", "75.0 %");
    SuiteReport whole =
        new SuiteReport(models, skipped, List.of("food101"), suite, "filip eval suite");
    assertThat(whole.toJson().at("/mean/LATE").asDouble()).isEqualTo(0.75);
    assertThat(whole.table()).contains("| mean of the twelve | | | | 75.0 |");
  }
}
