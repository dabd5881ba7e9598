package dev.filip.loss;

import dev.filip.config.Interaction;
import dev.filip.config.KeepTokens;
import dev.filip.config.LossConfig;
import dev.filip.config.LossTiles;
import dev.filip.distributed.Communicator;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which loss each step of a run has: token selection may begin late, and the weight of the late
 * loss may rise. A function of the step alone, so a resumed run goes on as it would have. Owns the
 * losses; one call at a time. On a GPU they are those that read nothing from it.
 */
public final class LossPlan implements AutoCloseable {
  private final LossConfig settings;
  private final Interaction interaction;
  private final int steps;
  private final FeaturePrecision.Chosen precision;
  private final String passedOver;
  private final ContrastiveLoss late;
  private final ContrastiveLoss global;
  private final @Nullable ContrastiveLoss selected;

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
    this(settings, interaction, steps, towers, width, threads, ranks, !towers.device().isCpu());
  }

  /**
   * The same.
   *
   * @param asOnDevice whether the losses are those of a GPU, which compute on the CPU, too
   */
  public LossPlan(
      LossConfig settings,
      Interaction interaction,
      int steps,
      Compute towers,
      int width,
      int threads,
      Communicator ranks,
      boolean asOnDevice) {
    this.settings = settings;
    this.interaction = interaction;
    this.steps = steps;
    Regularisers regular = Regularisers.of(settings);
    precision =
        FeaturePrecision.choose(settings.featurePrecision().word(), towers, width, ranks.world());
    FeaturePrecision rounded = precision.precision();
    KeepTokens keep = settings.keepTokens();
    boolean fused = settings.tiles().kernel() == LossTiles.Kernel.FUSED;
    passedOver =
        fused && towers.device().isCpu()
            ? "loss.kernel fused is for GPUs, on a CPU it is passed over"
            : "";
    if (asOnDevice) {
      ComputeDevice device = towers.device();
      long tile = settings.tiles().bytes();
      FusedTiles.@Nullable Kernels own = fused && !device.isCpu() ? new CudaLateKernels() : null;
      late = new TiledLateLoss(regular, rounded, device, tile, ranks, own);
      global = new DeviceGlobalLoss(regular, rounded, device, ranks);
      selected = keep.share() < 1 ? new DeviceSelection(keep, late, device, tile) : null;
    } else {
      late = new LateLoss(regular, rounded, threads, ranks);
      global = new GlobalLoss(regular, rounded, ranks);
      selected = keep.share() < 1 ? new TokenSelection(keep, late, threads) : null;
    }
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
   * @param repeats whether a pair has the very image of the one before it
   */
  public Positives positives(List<String> keys, IntPredicate repeats) {
    return settings.positives() == LossConfig.PositiveChoice.ALL
        ? Positives.of(keys, repeats)
        : Positives.OWN;
  }

  /** What was asked of the loss and has no meaning here: one line for the user, or empty. */
  public String passedOver() {
    return passedOver;
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
