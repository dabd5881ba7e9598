package dev.filip.eval;

import dev.filip.io.BadInput;
import dev.filip.kernel.PairScores;
import java.util.Locale;
import java.util.Map;

/** Which of the two late scores ranks candidates. For a global model all rank the same. */
public enum Ranking {
  /** The direction each score was trained for: s_image ranks texts, s_text ranks images. */
  PAPER,
  /** s_text in both directions. */
  TEXT,
  /** s_image + s_text in both directions. */
  SUM;

  /** {@code --rank} of tasks that rank. */
  static final Task.Option OPTION =
      new Task.Option(
          "--rank",
          "RANK",
          "What ranks: paper (s_image ranks texts, s_text ranks images), text (s_text ranks both) or sum (of both). Default: paper.");

  /**
   * What {@link #OPTION} says.
   *
   * @throws BadInput for anything else
   */
  public static Ranking of(Map<String, String> given, Ranking otherwise) {
    String word = given.get(OPTION.name());
    if (word == null) {
      return otherwise;
    }
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "paper" -> PAPER;
      case "text" -> TEXT;
      case "sum" -> SUM;
      default -> throw BadInput.of(OPTION.name(), word, "paper, text or sum");
    };
  }

  /** {@code paper}, {@code text} or {@code sum}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@code [images, texts]}: the scores that rank texts for an image. */
  float[] forTexts(PairScores scores) {
    return switch (this) {
      case PAPER -> scores.sImage();
      case TEXT -> scores.sText();
      case SUM -> sum(scores);
    };
  }

  /** {@code [images, texts]}: the scores that rank images for a text. */
  float[] forImages(PairScores scores) {
    return this == SUM ? sum(scores) : scores.sText();
  }

  private static float[] sum(PairScores scores) {
    float[] out = scores.sImage().clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += scores.sText()[i];
    }
    return out;
  }
}
