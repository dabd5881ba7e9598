package dev.filip.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.AugmentConfig;
import dev.filip.config.DataConfig.CaptionChoice;
import dev.filip.config.Interaction;
import dev.filip.config.OptimizerConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each variant means is read back through the config reader. */
class VariantsTest {
  @TempDir Path temp;

  private RunConfig base(String... sets) {
    return config(List.of(sets));
  }

  private RunConfig config(List<String> sets) {
    try {
      Files.writeString(temp.resolve("a.txt"), "one\ntwo\n");
      Files.write(temp.resolve("a.png"), new byte[] {1});
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    String yaml =
        "model: vit-tiny-84\naugment: {crop: [0.8, 1.0], style: 0.5}\ndata: {train: "
            + temp
            + ", validation: "
            + temp
            + "}\n";
    return RunConfigReader.parse(yaml, "c.yaml", sets);
  }

  private List<RunConfig> meant(Study study, StudyOptions.Part part) {
    RunConfig base = base();
    return study.variants(base).stream()
        .map(variant ->
            config(new Row(variant, 7, part, 50, TuneGrid.Point.AS_CONFIGURED).sets(base)))
        .toList();
  }

  @Test
  void ablationAddsOneComponentEachToTheBaseline() {
    List<RunConfig> runs = meant(new AblationStudy(), StudyOptions.Part.ACCURACY);
    AugmentConfig augment = base().augment();
    List<List<Object>> components = new ArrayList<>();
    for (RunConfig run : runs) {
      components.add(List.of(run.augment(), run.data().captions(), run.interaction()));
      assertThat(run.seed()).isEqualTo(7);
      assertThat(run.length()).isEqualTo(new RunConfig.Length.Steps(50));
      assertThat(run.evaluate().every()).isEqualTo(50);
      assertThat(run.optimizer()).isEqualTo(base().optimizer());
    }
    assertThat(components)
        .containsExactly(
            List.of(AugmentConfig.NONE, CaptionChoice.FIRST, Interaction.GLOBAL),
            List.of(augment, CaptionChoice.FIRST, Interaction.GLOBAL),
            List.of(AugmentConfig.NONE, CaptionChoice.ALL, Interaction.GLOBAL),
            List.of(AugmentConfig.NONE, CaptionChoice.FIRST, Interaction.LATE),
            List.of(augment, CaptionChoice.ALL, Interaction.LATE));
  }

  @Test
  void ablationWantsSomethingToTakeAway() {
    assertThatThrownBy(() -> new AblationStudy().variants(base("augment=none")))
        .hasMessageContaining("augment must be what the study shall add to the baseline, got none");
    assertThatThrownBy(() -> new AblationStudy().variants(base("interaction=global")))
        .hasMessageContaining("interaction must be late or both");
    assertThatThrownBy(() -> new AblationStudy().variants(base("data.captions=first")))
        .hasMessageContaining("data.captions must be all");
  }

  @Test
  void efficiencyReducesWidthPrecisionAndTokens() {
    List<RunConfig> runs = meant(new EfficiencyStudy(), StudyOptions.Part.TIMING);
    List<List<Object>> columns = new ArrayList<>();
    for (RunConfig run : runs) {
      var model = run.newModel().orElseThrow();
      columns.add(
          List.of(
              run.interaction(),
              model.embedDim(),
              run.loss().featurePrecision().word(),
              run.loss().keepTokens().share()));
      assertThat(model.vision()).isEqualTo(base().newModel().orElseThrow().vision());
      assertThat(run.evaluate().every()).isZero();
      assertThat(run.loss().keepTokens().after()).as("what is timed selects").isZero();
    }
    assertThat(columns)
        .containsExactly(
            List.of(Interaction.GLOBAL, 128, "fp32", 1.0),
            List.of(Interaction.LATE, 128, "fp32", 1.0),
            List.of(Interaction.LATE, 128, "bf16", 1.0),
            List.of(Interaction.LATE, 64, "bf16", 1.0),
            List.of(Interaction.LATE, 64, "bf16", 0.5),
            List.of(Interaction.LATE, 64, "bf16", 0.25));
  }

  @Test
  void stabilityTurnsOneKnobInEachRow() {
    List<RunConfig> runs = meant(new StabilityStudy(), StudyOptions.Part.ACCURACY);
    assertThat(new HashSet<>(runs)).as("no row is another's twin").hasSameSizeAs(runs);
    assertThat(runs).anyMatch(run -> run.loss().zLoss() > 0);
    assertThat(runs).anyMatch(run -> run.loss().lateWarmup() > 0);
    assertThat(runs).anyMatch(run -> run.loss().labelSmoothing() > 0);
    assertThat(runs).anyMatch(run -> run.loss().maxLogitScale() < 100);
    assertThat(runs).anyMatch(run -> run.schedule().warmup() == 0);
    assertThat(runs).anyMatch(run -> run.optimizer().clip() == 0);
    assertThat(runs).anyMatch(run -> run.optimizer().name() == OptimizerConfig.Name.LAMB);
    List<String> folders =
        new StabilityStudy()
            .variants(base()).stream()
                .map(variant ->
                    new Row(variant, 1, StudyOptions.Part.ACCURACY, 5, TuneGrid.Point.AS_CONFIGURED)
                        .folder())
                .toList();
    assertThat(folders).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z0-9.-]+"));
  }
}
