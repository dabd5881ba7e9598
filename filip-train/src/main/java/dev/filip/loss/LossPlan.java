package dev.filip.loss;

import dev.filip.config.Interaction;
import dev.filip.config.LossConfig;
import dev.filip.distributed.Communicator;
import dev.filip.tensor.Compute;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which loss each step of a run has: token selection may begin late, and the weight of the late
 * loss may rise. A function of the step alone, so a resumed run goes on as it would have. Owns the
 * losses; one call at a time. On a GPU the late loss is {@link TiledLateLoss}, untried there.
 */
public final class LossPlan implements AutoCloseable {
  private final LossConfig settings;
  private final Interaction interaction;
  private final int steps;
  private final FeaturePrecision.Chosen precision;
  private final ContrastiveLoss late;
  private final GlobalLoss global;
  private final @Nullable TokenSelection selected;

  /**
   * @param steps of the whole run, of which shares are taken
   * @param towers their arithmetic, and the device of the late loss
   * @param width of the features
   * @param threads of the late loss on a CPU; they change no answer
   * @param ranks over whose pairs the losses go; borrowed
   */
  public LossPlan(
      LossConfig settings,
      Interaction interaction,
      int steps,
      Compute towers,
      int width,
      int threads,
      Communicator ranks) {
    this.settings = settings;
    this.interaction = interaction;
    this.steps = steps;
    Regularisers regular = Regularisers.of(settings);
    precision =
        FeaturePrecision.choose(settings.featurePrecision().word(), towers, width, ranks.world());
    FeaturePrecision rounded = precision.precision();
    late =
        towers.device().isCpu()
            ? new LateLoss(regular, rounded, threads, ranks)
            : new TiledLateLoss(regular, rounded, towers.device(), TiledLateLoss.TILE_BYTES, ranks);
    global = new GlobalLoss(regular, rounded, ranks);
    selected =
        settings.keepTokens().share() < 1
            ? new TokenSelection(settings.keepTokens(), late, threads)
            : null;
  }

  /** The loss of a step, counted from 1; borrowed, valid until {@link #close()}. */
  public ContrastiveLoss at(long step) {
    return switch (interaction) {
      case LATE -> late(step);
      case GLOBAL -> global;
      case BOTH -> new MixedLoss(settings.late(step, steps), late(step), settings.global(), global);
    };
  }

  /**
   * The right answers of a batch.
   *
   * @param keys names of the images of this rank's pairs
   */
  public Positives positives(List<String> keys) {
    return settings.positives() == LossConfig.PositiveChoice.ALL
        ? Positives.of(keys)
        : Positives.OWN;
  }

  /** What features are rounded to, and why. */
  public FeaturePrecision.Chosen precision() {
    return precision;
  }

  private ContrastiveLoss late(long step) {
    return selected != null && settings.keepTokens().selects(step, steps) ? selected : late;
  }

  /** The loss of a model that has learnt nothing: every choice equally likely among b pairs. */
  public double chance(long step, int b) {
    double weight =
        interaction == Interaction.BOTH ? settings.late(step, steps) + settings.global() : 1;
    return weight * Math.log(b);
  }

  @Override
  public void close() {
    if (selected != null) {
      selected.close(); // the late loss with it
    } else {
      late.close();
    }
  }
}
