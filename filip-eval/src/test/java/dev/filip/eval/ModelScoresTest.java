package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.io.BadInput;
import dev.filip.viz.Html;
import dev.filip.viz.Report;
import dev.filip.viz.ScoreTable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ModelScoresTest {
  private static final String METADATA =
      "{\"boxes\": [{\"span\": [0, 8], \"noun\": [4, 8], \"box\": [0, 0, 10, 20]},"
          + "{\"span\": [12, 21], \"noun\": [18, 21], \"box\": [10, 0, 20, 20]}],"
          + "\"foils\": {\"colour\": \"green ball on red box\"}}";
  private final FakeSource source =
      new FakeSource()
          .add("ball box ball red", -1, METADATA, "red ball on green box")
          .add("sky box cat red", -1, METADATA, "red ball on green box");

  private ModelScores scores(String name, Interaction interaction) throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, interaction);
    EvalData data = EvalData.all(source);
    return ModelScores.of(
        name, model, data, List.of(RetrievalEval.DEFAULT, new PointingEval(), BindingEval.DEFAULT));
  }

  @Test
  void tableHasEveryScoreOfEveryModelWithItsChance() throws IOException {
    ScoreTable table =
        ModelScores.table(
            List.of(scores("late", Interaction.LATE), scores("global", Interaction.GLOBAL)));
    assertThat(table.models()).containsExactly("late", "global");
    assertThat(table.rows())
        .extracting(ScoreTable.Row::name)
        .containsExactly(
            "Text to image, R@1",
            "Image to text, R@1",
            "Word in box",
            "Patch to noun",
            "Patch to any word",
            "Binding: colour");
    assertThat(table.rows())
        .allSatisfy(row -> assertThat(row.cells()).containsOnlyKeys("late", "global"));
    assertThat(table.rows().get(5).cells())
        .allSatisfy((m, c) -> assertThat(c.chance()).isEqualTo(0.5));
    Report report =
        new Report("t", "i", table, List.of(), Report.Gallery.NONE, List.of(), List.of());
    assertThat(report.html()).contains(Html.escape("Word in box"), "guessing: 50.0 %");
    assertThat(scores("late", Interaction.LATE).toJson().at("/pointing/word_in_box/n").asInt())
        .isEqualTo(4);
  }

  @Test
  void examplePicturesAreDrawn() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    ExamplePictures pictures = ExamplePictures.of(model, source.read(0));
    for (byte[] png : List.of(pictures.alignment(), pictures.nouns(), pictures.heat())) {
      assertThat(ImageIO.read(new ByteArrayInputStream(png))).isNotNull();
    }
    FakeSource plain = new FakeSource().add("ball box ball red", "red ball");
    assertThatThrownBy(() -> ExamplePictures.of(model, plain.read(0)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("boxes");
  }

  @Test
  void judgingDuringTrainingGivesTheNamesOfTheConfig() throws IOException {
    FakeSource both = new FakeSource();
    both.classes = List.of("ball", "box", "cat", "sky", "red");
    both.templates = List.of("{}");
    both.add("ball box ball red", 0, METADATA, "red ball on green box");
    both.add("cat cat cat cat", 2, METADATA, "red ball on green box");
    RunEvaluator evaluator =
        new RunEvaluator(
            EvalData.all(both), List.of("retrieval", "zero-shot", "pointing", "binding"));
    Map<String, Double> scores = evaluator.scores(new FakeEmbedder(2, 2, Interaction.LATE));
    assertThat(scores)
        .containsKeys(
            "r1",
            "r5",
            "r10",
            "t2i_r1",
            "top1",
            "top5",
            "mean_per_class",
            "word_in_box",
            "patch_to_word",
            "binding_colour");
    assertThat(scores).containsEntry("top1", 1.0).containsEntry("r5", 1.0);
    assertThatThrownBy(() -> new RunEvaluator(EvalData.all(both), List.of("recal")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("recal");
  }
}
