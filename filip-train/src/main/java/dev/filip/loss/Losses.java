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
      case LATE -> late(loss, threads);
      case GLOBAL -> global(loss);
      case BOTH -> new MixedLoss(loss.late(), late(loss, threads), loss.global(), global(loss));
    };
  }

  private static ContrastiveLoss late(RunConfig.Loss loss, int threads) {
    ContrastiveLoss late =
        new LateLoss(loss.labelSmoothing(), FeaturePrecision.of(loss.featurePrecision()), threads);
    return loss.keepTokens().share() < 1
        ? new TokenSelection(loss.keepTokens().share(), late, threads)
        : late;
  }

  private static ContrastiveLoss global(RunConfig.Loss loss) {
    return new GlobalLoss(loss.labelSmoothing(), FeaturePrecision.of(loss.featurePrecision()));
  }
}
