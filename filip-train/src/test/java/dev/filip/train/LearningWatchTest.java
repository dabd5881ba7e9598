package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningWatchTest {
  private static List<String> watch(int steps, double loss, double accuracy, double sameWord) {
    LearningWatch watch = new LearningWatch(50);
    List<String> said = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      watch.see(step, loss, accuracy, sameWord).ifPresent(said::add);
    }
    return said;
  }

  @Test
  void saysOnceThatNothingIsLearnt() {
    assertThat(watch(149, 1, 1, 0.3)).isEmpty();
    assertThat(watch(1000, 1, 1, 0.3))
        .singleElement()
        .asString()
        .startsWith("warning: step 51 to 150, the loss stays at that of guessing")
        .contains("optimizer.lr");
  }

  @Test
  void saysThatTheInteractionCollapsed() {
    assertThat(watch(1000, 0.5, 30, 0.99)).singleElement().asString().contains("collapsed");
    assertThat(watch(1000, 1, 1, 0.99)).hasSize(2);
  }

  @Test
  void aRunThatLearnsOrIsGlobalIsLeftAlone() {
    assertThat(watch(1000, 0.9, 1.5, 0.5)).isEmpty();
    assertThat(watch(1000, 0.98, 6, Double.NaN)).as("accuracy rises first").isEmpty();
  }
}
