package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.encode.Match;
import dev.filip.eval.EvalData;
import dev.filip.eval.FakeSource;
import dev.filip.io.BadInput;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFeaturesTest {
  @TempDir private Path cache;

  @BeforeEach
  void natives() {
    Natives.load();
  }

  private final FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
  private final FakeSource source =
      new FakeSource()
          .add("ball ball ball sky", 0, "")
          .add("broken", 0, "")
          .add("box cat box box", 1, "")
          .add("cat cat cat cat", -1, "");

  private ModelFeatures.Made make(Match match) throws IOException {
    return new ModelFeatures(model, match, cache).of(EvalData.all(source));
  }

  private static float[] rows(Labelled set) {
    try (var _ = new StepScope()) {
      return Tensors.toFloats(set.block(0, set.size()));
    }
  }

  private int stores() throws IOException {
    try (var all = Files.list(cache)) {
      return (int) all.count();
    }
  }

  @Test
  void aFeatureIsTheMeanOfThePatches() throws IOException {
    source.classes = List.of("ball", "box");
    ModelFeatures.Made made = make(Match.LATE);
    assertThat(made.cached()).isFalse();
    assertThat(made.rows().labels()).containsExactly(0, 1);
    assertThat(made.classNames()).containsExactly("ball", "box");
    assertThat(made.skipped()).containsEntry("truncated", 1).containsEntry("no label", 1);
    float[] rows = rows(made.rows());
    assertThat(rows).hasSize(2 * FakeEmbedder.D);
    // axes are given in the order concepts are met, which readers do not keep
    assertThat(java.util.Arrays.copyOf(rows, FakeEmbedder.D))
        .containsOnly(0.75f, 0.25f, 0f)
        .containsOnlyOnce(0.75f);
    float[] unit = rows(make(Match.GLOBAL).rows());
    double square = 0;
    for (int j = 0; j < FakeEmbedder.D; j++) {
      square += unit[j] * unit[j];
    }
    assertThat(square).isBetween(0.9999, 1.0001);
    assertThat(stores()).as("one pass makes both").isEqualTo(1);
  }

  @Test
  void whatWasMadeIsReadAgainUntilAByteOrThePreprocessingChanges() throws IOException {
    float[] first = rows(make(Match.LATE).rows());
    ModelFeatures.Made again = make(Match.LATE);
    assertThat(again.cached()).isTrue();
    assertThat(rows(again.rows())).containsExactly(first);
    source.replace(0, "ball ball sky ball"); // as many bytes as before
    assertThat(make(Match.LATE).cached()).as("same key, same size, other bytes").isFalse();
    model.preprocessing = "other";
    assertThat(make(Match.LATE).cached()).isFalse();
    assertThat(stores()).isEqualTo(3);
  }

  @Test
  void aDamagedStoreIsMadeAgain() throws IOException {
    float[] first = rows(make(Match.LATE).rows());
    try (var all = Files.list(cache)) {
      Path file = all.toList().getFirst().resolve("images-00000.tokens");
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }
    ModelFeatures.Made again = make(Match.LATE);
    assertThat(again.cached()).isFalse();
    assertThat(rows(again.rows())).containsExactly(first);
  }

  @Test
  void classesAreMatchedByName() throws IOException {
    source.classes = List.of("owl", "box");
    ModelFeatures.Made made = make(Match.LATE);
    assertThat(ModelFeatures.matched(made, List.of("ant", "box", "cat", "owl")).labels())
        .containsExactly(3, 1);
    assertThat(ModelFeatures.matched(made, List.of()).labels()).containsExactly(0, 1);
    assertThatThrownBy(() -> ModelFeatures.matched(made, List.of("box", "cat")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("'owl'");
    assertThatThrownBy(() -> ModelFeatures.matched(made, List.of("box", "owl", "owl")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("'owl' twice");
  }

  @Test
  void withoutALabelThereIsNothingToLearn() {
    FakeSource none = new FakeSource().add("ball sky", -1, "");
    assertThatThrownBy(() -> new ModelFeatures(model, null, cache).of(EvalData.all(none)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("labelled images");
  }
}
