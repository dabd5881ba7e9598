package dev.filip.loss;

import dev.filip.config.Interaction;
import dev.filip.config.RunConfig;

/** Which loss a run asks for. */
public final class Losses {
  private Losses() {}

  /** The loss of a run, on all cores; the caller closes it. */
  public static ContrastiveLoss of(RunConfig.Loss loss, Interaction interaction) {
    return of(loss, interaction, Runtime.getRuntime().availableProcessors());
  }

  /** The same on so many threads; its answer does not depend on their number. */
  public static ContrastiveLoss of(RunConfig.Loss loss, Interaction interaction, int threads) {
    return switch (interaction) {
      case LATE -> new DenseLoss(1, 0, loss.labelSmoothing());
      case GLOBAL -> new DenseLoss(0, 1, loss.labelSmoothing());
      case BOTH -> new DenseLoss(loss.late(), loss.global(), loss.labelSmoothing());
    };
  }
}
