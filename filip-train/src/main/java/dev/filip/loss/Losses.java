package dev.filip.loss;

import dev.filip.config.Interaction;
import dev.filip.config.RunConfig;
import dev.filip.distributed.Alone;
import dev.filip.distributed.Communicator;

/** Which loss a run asks for. */
public final class Losses {
  private Losses() {}

  /** The loss of a run of one process, on all cores; the caller closes it. */
  public static ContrastiveLoss of(RunConfig.Loss loss, Interaction interaction) {
    return of(loss, interaction, Runtime.getRuntime().availableProcessors(), Alone.INSTANCE);
  }

  /**
   * The same on so many threads, whose number does not change its answer, over the pairs of all
   * ranks.
   */
  public static ContrastiveLoss of(
      RunConfig.Loss loss, Interaction interaction, int threads, Communicator ranks) {
    return switch (interaction) {
      case LATE -> late(loss, threads, ranks);
      case GLOBAL -> global(loss, ranks);
      case BOTH ->
          new MixedLoss(
              loss.late(), late(loss, threads, ranks), loss.global(), global(loss, ranks));
    };
  }

  private static ContrastiveLoss late(RunConfig.Loss loss, int threads, Communicator ranks) {
    ContrastiveLoss late =
        new LateLoss(
            loss.labelSmoothing(), FeaturePrecision.of(loss.featurePrecision()), threads, ranks);
    return loss.keepTokens().share() < 1
        ? new TokenSelection(loss.keepTokens().share(), late, threads)
        : late;
  }

  private static ContrastiveLoss global(RunConfig.Loss loss, Communicator ranks) {
    return new GlobalLoss(
        loss.labelSmoothing(), FeaturePrecision.of(loss.featurePrecision()), ranks);
  }
}
