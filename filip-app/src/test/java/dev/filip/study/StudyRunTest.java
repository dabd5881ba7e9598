package dev.filip.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.OwnJava;
import dev.filip.study.StudyRun.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole studies whose rows are processes that only pretend to train. */
class StudyRunTest {
  @TempDir Path temp;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void data() throws IOException {
    Path data = Files.createDirectories(temp.resolve("data"));
    Files.write(data.resolve("a.png"), new byte[] {1});
    Files.writeString(data.resolve("a.txt"), "one\ntwo\n");
    Files.writeString(
        temp.resolve("c.yaml"),
        "model: vit-tiny-84\naugment: {crop: [0.8, 1.0]}\nsteps: 10\ndata: {train: "
            + data
            + ", validation: "
            + data
            + "}\n");
  }

  private StudyOptions options(int seeds, int jobs, String... judge) {
    return new StudyOptions(
        temp.resolve("c.yaml"),
        List.of(),
        0,
        10,
        seeds,
        jobs,
        Set.of(StudyOptions.Part.values()),
        List.of(judge),
        TuneGrid.NONE);
  }

  private StudyReport run(Study study, StudyOptions options, Existing existing) throws IOException {
    return StudyRun.run(
        study,
        options,
        temp.resolve("out"),
        existing,
        (flags, arguments) ->
            OwnJava.command(
                List.of("-XX:TieredStopAtLevel=1"), FakeFilip.class.getName(), arguments),
        said::add);
  }

  private long started() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.filter(file -> file.getFileName().toString().startsWith("started")).count();
    }
  }

  private JsonNode json(String study) {
    return Json.read(temp.resolve("out").resolve(study + ".json"));
  }

  @Test
  void aFailingRowIsReportedAndRunAgainByResumeAlone() throws Exception {
    Files.writeString(temp.resolve("fail"), "augment=none --set data.captions=first");
    Files.writeString(temp.resolve("diverge"), "interaction=global --set augment=none --set data");
    Files.move(temp.resolve("fail"), temp.resolve("later"));
    Files.writeString(temp.resolve("fail"), "captions.never");
    StudyReport first = run(new AblationStudy(), options(1, 2), Existing.REFUSE);
    assertThat(first.anyDone()).isTrue();
    assertThat(started()).isEqualTo(5);
    JsonNode rows = json("ablation").get("rows");
    assertThat(rows.get(0).at("/runs/0/outcome").asText()).isEqualTo("diverged");
    assertThat(rows.get(0).at("/runs/0/reason").asText()).startsWith("the loss is not finite");
    assertThat(rows.get(4).at("/runs/0/outcome").asText()).isEqualTo("done");

    Files.move(
        temp.resolve("later"),
        temp.resolve("fail"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Path late = temp.resolve("out/rows/late-interaction-seed1");
    Files.delete(late.resolve("result.json"));
    dev.filip.io.Outputs.delete(late.resolve("run"));
    run(new AblationStudy(), options(1, 1), Existing.RESUME);
    assertThat(started()).as("only the row without a result").isEqualTo(6);
    JsonNode failed = json("ablation").get("rows").get(3).at("/runs/0");
    assertThat(failed.get("outcome").asText()).isEqualTo("failed");
    assertThat(failed.get("reason").asText()).isEqualTo("no space left on device");
    assertThat(Files.readString(temp.resolve("out/ablation.md")))
        .contains("| + late interaction | - | - | - | 0 | failed: no space left on device |")
        .contains("diverged: the loss is not finite");

    Files.delete(temp.resolve("fail"));
    run(new AblationStudy(), options(1, 1), Existing.RESUME);
    assertThat(started()).as("the failed row again, the diverged one not").isEqualTo(7);
    assertThat(json("ablation").get("rows").get(3).at("/runs/0/outcome").asText())
        .isEqualTo("done");
    assertThat(Files.size(temp.resolve("out/ablation.png"))).isGreaterThan(1000);
  }

  @Test
  void seedsGiveMeanAndSpreadAndOtherSourcesTheirColumns() throws Exception {
    run(new AblationStudy(), options(2, 2, "some/test-unseen/"), Existing.REFUSE);
    JsonNode row = json("ablation").get("rows").get(0);
    assertThat(row.get("runs")).hasSize(2);
    JsonNode r1 = row.at("/spread/t2i_r1");
    assertThat(r1.get("mean").asDouble()).isEqualTo(0.3, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(r1.get("low").asDouble()).isEqualTo(0.2);
    assertThat(r1.get("high").asDouble()).isEqualTo(0.4);
    assertThat(row.at("/spread/loss/mean").asDouble()).as("of the last tenth").isEqualTo(2);
    assertThat(Files.readString(temp.resolve("out/ablation.md")))
        .contains("R@1 text to image, test-unseen")
        .contains("| baseline | 2.000 (2.000 to 2.000) | 0.300 (0.200 to 0.400) |")
        .contains("--seeds 2");
  }

  @Test
  void timedRowsComeAfterTheOthersAndCanBeLeftForLater() throws Exception {
    StudyOptions all = options(1, 2);
    run(new EfficiencyStudy(), only(all, StudyOptions.Part.ACCURACY), Existing.REFUSE);
    assertThat(started()).isEqualTo(6);
    assertThat(json("efficiency").get("rows").get(0).has("timing")).isFalse();
    run(new EfficiencyStudy(), only(all, StudyOptions.Part.TIMING), Existing.RESUME);
    assertThat(started()).isEqualTo(12);
    JsonNode row = json("efficiency").get("rows").get(5);
    assertThat(row.at("/timing/seconds_per_step").asDouble()).isEqualTo(0.1);
    assertThat(row.at("/timing/peak_memory_bytes").asLong()).isEqualTo(123_000_000);
    assertThat(row.at("/runs/0/scores/r1").asDouble()).isEqualTo(0.2);
    assertThat(Files.readString(temp.resolve("out/efficiency.md")))
        .contains("| global | 128 | fp32 | - | 0.1000 | 123 MB | 0.200 |")
        .contains("| late | 64 | bf16 | 25% | 0.1000 | 123 MB | 0.200 |");
  }

  @Test
  void everyRowIsTunedOverTheSameGridAndTheChoiceIsToldBeside() throws Exception {
    StudyOptions plain = options(2, 2, "some/test");
    TuneGrid grid = TuneGrid.parse(List.of("lr=1e-3,2e-3,3e-3"), 2, 0);
    Files.writeString(temp.resolve("diverge"), "optimizer.lr=3e-3");
    run(new InteractionStudy(), tuned(plain, grid), Existing.REFUSE);
    assertThat(started())
        .as("two rows, three rates, two seeds; the chosen are judged, not run again")
        .isEqualTo(12);
    assertThat(Files.readString(temp.resolve("out/interaction.md")))
        .contains(
            "| global | 2.000 (2.000 to 2.000) | 0.600 (0.500 to 0.700) | 0.600 (0.500 to 0.700) | 0.250 (0.250 to 0.250) |")
        .contains("| 2 | lr 1e-3 |")
        .contains("| 2 | lr 2e-3 |")
        .contains("| row | lr 1e-3 | lr 2e-3 | lr 3e-3 |")
        .contains(
            "| late | 0.400 (0.300 to 0.500) | **0.600 (0.500 to 0.700)** | 0.000 (0.000 to 0.000) |")
        .contains("--tune optimizer.lr=1e-3,2e-3,3e-3 --tune-seeds 2");
    JsonNode late = json("interaction").get("rows").get(1).get("tuning");
    assertThat(late.at("/chosen/0").asText()).isEqualTo("optimizer.lr=2e-3");
    assertThat(late.at("/tried/2/runs/1/outcome").asText()).isEqualTo("diverged");
    run(new InteractionStudy(), tuned(plain, grid), Existing.RESUME);
    assertThat(started()).as("all of it is known").isEqualTo(12);

    TuneGrid shorter = TuneGrid.parse(List.of("lr=1e-3,2e-3"), 1, 5);
    run(new InteractionStudy(), tuned(plain, shorter), Existing.RESUME);
    assertThat(started()).as("four short trials; their choice was run before").isEqualTo(16);
    assertThat(temp.resolve("out/tuning/late-lr2e-3-seed1/result.json")).exists();

    StudyOptions longer = steps(tuned(plain, grid), 20);
    run(new InteractionStudy(), longer, Existing.RESUME);
    assertThat(started()).as("other steps are other runs, whatever lies there").isEqualTo(28);
  }

  @Test
  void aGridThatCannotBeIsRefusedBeforeAnythingRuns() {
    StudyOptions plain = options(1, 1);
    assertThatThrownBy(() -> TuneGrid.parse(List.of("lr"), 1, 0))
        .hasMessage("--tune must be KEY=VALUE,VALUE..., such as lr=1e-3,3e-3, got lr");
    assertThatThrownBy(() -> TuneGrid.parse(List.of("lr=1e-3,1e-3"), 1, 0))
        .hasMessageContaining("--tune must be at least two different values");
    assertThatThrownBy(() -> TuneGrid.parse(List.of("lr=1,2", "optimizer.lr=1,2"), 1, 0))
        .hasMessageContaining("one list a key");
    TuneGrid two = TuneGrid.parse(List.of("lr=1e-3,2e-3", "warmup=0.1,0.3"), 1, 0);
    assertThat(two.points().stream().map(TuneGrid.Point::label))
        .containsExactly(
            "lr 1e-3, warmup 0.1",
            "lr 1e-3, warmup 0.3",
            "lr 2e-3, warmup 0.1",
            "lr 2e-3, warmup 0.3");
    assertThat(two.points().getLast().slug()).isEqualTo("lr2e-3-warmup0.3");
    TuneGrid typo = TuneGrid.parse(List.of("optimizer.lrr=1e-3,3e-3"), 1, 0);
    assertThatThrownBy(() -> run(new InteractionStudy(), tuned(plain, typo), Existing.REFUSE))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("optimizer.lrr");
    TuneGrid own = TuneGrid.parse(List.of("interaction=late,global"), 1, 0);
    assertThatThrownBy(() -> run(new InteractionStudy(), tuned(plain, own), Existing.REFUSE))
        .hasMessage("--tune must be a key that the study's rows leave alone, got interaction");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  private static StudyOptions steps(StudyOptions o, int steps) {
    return new StudyOptions(
        o.config(),
        o.sets(),
        steps,
        o.timingSteps(),
        o.seeds(),
        o.jobs(),
        o.parts(),
        o.judge(),
        o.tune());
  }

  private static StudyOptions tuned(StudyOptions o, TuneGrid grid) {
    return new StudyOptions(
        o.config(),
        o.sets(),
        o.steps(),
        o.timingSteps(),
        o.seeds(),
        o.jobs(),
        o.parts(),
        o.judge(),
        grid);
  }

  private static StudyOptions only(StudyOptions o, StudyOptions.Part part) {
    return new StudyOptions(
        o.config(),
        o.sets(),
        o.steps(),
        o.timingSteps(),
        o.seeds(),
        o.jobs(),
        Set.of(part),
        o.judge(),
        o.tune());
  }

  @Test
  void otherFoldersAndConfigsAreRefusedInOneLine() throws Exception {
    Path out = Files.createDirectories(temp.resolve("out"));
    assertThatThrownBy(() -> run(new StabilityStudy(), options(1, 1), Existing.REFUSE))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> run(new StabilityStudy(), options(1, 1), Existing.REPLACE))
        .hasMessageContaining("--force must be used on a study's folder");
    assertThatThrownBy(() -> run(new StabilityStudy(), options(1, 1), Existing.RESUME))
        .hasMessageContaining("--resume: there is no study in");
    Files.writeString(out.resolve("study.json"), "{\"study\": \"ablation\"}");
    assertThatThrownBy(() -> run(new StabilityStudy(), options(1, 1), Existing.RESUME))
        .hasMessageContaining("holds a study ablation of another config");
    Files.writeString(temp.resolve("data/a.txt"), "one\n");
    assertThatThrownBy(() -> run(new AblationStudy(), options(1, 1), Existing.REFUSE))
        .hasMessageContaining("data.train must be data with several captions a picture");
    assertThat(started()).isZero();
  }
}
