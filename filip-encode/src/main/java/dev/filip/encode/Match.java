package dev.filip.encode;

import dev.filip.config.Interaction;
import dev.filip.kernel.LateInteraction;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.Encoded;
import java.util.Locale;
import java.util.Optional;

/** How images and texts are compared when a model is judged. */
public enum Match {
  /** Tokens with tokens. */
  LATE,
  /** [CLS] with [EOS]. */
  GLOBAL;

  /** What a model was trained for; one trained for both is compared late. */
  public static Match of(Interaction trained) {
    return trained.usesTokens() ? LATE : GLOBAL;
  }

  /** Whether a model of this interaction was trained to be compared so. */
  public boolean trainedBy(Interaction interaction) {
    return interaction == Interaction.BOTH || (this == LATE) == (interaction == Interaction.LATE);
  }

  /** Every image with every text. */
  public PairScores scores(Encoded images, Encoded texts) {
    return switch (this) {
      case LATE -> LateInteraction.scores(images.tokens(), texts.tokens());
      case GLOBAL -> LateInteraction.scores(images.globals(), texts.globals());
    };
  }

  /** What to say where a model is compared in a way it was not trained for. */
  public Optional<String> note(boolean trainedSo) {
    if (trainedSo) {
      return Optional.empty();
    }
    return Optional.of(
        this == LATE
            ? "trained with the global loss only: its tokens were never trained to be compared"
            : "trained with the late loss only: [CLS] and [EOS] were never trained to be compared");
  }

  /** {@code late} or {@code global}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
