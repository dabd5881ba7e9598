package dev.filip.curate;

import dev.filip.io.BadInput;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One rule with its settings. Those on one image or one text judge it by itself; the others need
 * all samples that come before them in the rules' order. Immutable.
 */
sealed interface Rule
    permits ImageRule, TextRule, Rule.Repetition, Rule.NearDuplicates, Rule.Score {
  /**
   * A text that stands beside many images says nothing about one.
   *
   * @param most images a text may have
   */
  record Repetition(int most) implements Rule {}

  /**
   * Of pictures that look alike the first one stays.
   *
   * @param distance bits in which two hashes may differ and still be alike
   * @param model folder of the one that looks again at what hashes leave; null for none
   * @param similarity at or above which its tokens find two alike; without meaning without a model
   */
  record NearDuplicates(int distance, @Nullable String model, double similarity) implements Rule {
    /** Where none is given. */
    static final double SIMILARITY = 0.95;

    /** The model's folder, of a rule that has one. */
    String folder() {
      return Objects.requireNonNull(model, "hashes alone decide");
    }
  }

  /**
   * A pair that a model finds unlike. It is the last rule: nothing costs more.
   *
   * @param model its folder
   * @param by the column that decides; {@code mean} is that of all
   * @param min the least score that stays; without meaning where {@code keep} is given
   * @param keep the share of the scored samples that stays, the best; null for {@code min}
   */
  record Score(String model, String by, float min, @Nullable Double keep) implements Rule {
    /** The mean of all columns. */
    static final String MEAN = "mean";

    /** Refuses a column that the model has not. */
    void require(List<String> columns) {
      BadInput.require(
          by.equals(MEAN) || columns.contains(by),
          "score.by",
          by,
          "one of " + MEAN + ", " + String.join(", ", columns) + " (what " + model + " gives)");
    }

    /** The score of the caption whose numbers begin at {@code at}. */
    float of(float[] values, int at, List<String> columns) {
      if (!by.equals(MEAN)) {
        return values[at + columns.indexOf(by)];
      }
      float sum = 0;
      for (int c = 0; c < columns.size(); c++) {
        sum += values[at + c];
      }
      return sum / columns.size();
    }
  }
}
