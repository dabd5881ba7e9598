package dev.filip.encode;

import dev.filip.config.Interaction;
import dev.filip.kernel.LateInteraction;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  /** {@code match}, or where it is null what a model was trained for. */
  public static Match orTrained(@Nullable Match match, Interaction trained) {
    return match == null ? of(trained) : match;
  }

  /** Whether a model of this interaction was trained to be compared so. */
  public boolean trainedBy(Interaction interaction) {
    return interaction == Interaction.BOTH || (this == LATE) == (interaction == Interaction.LATE);
  }

  /** The rows that are compared. */
  public Tokens rows(Encoded items) {
    return this == LATE ? items.tokens() : items.globals();
  }

  /**
   * The rows by which images are compared with each other ({@link LateInteraction#alike}): patches
   * without [CLS], or the one of the whole picture.
   */
  public Tokens pictures(Encoded images, PatchLayout layout) {
    int first = layout.first();
    return this == GLOBAL || first == 0 ? rows(images) : images.tokens().from(first);
  }

  /** Every image with every text. */
  public PairScores scores(Encoded images, Encoded texts) {
    return LateInteraction.scores(rows(images), rows(texts));
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
