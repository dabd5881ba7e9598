package dev.filip.tensor;

/**
 * Dynamic loss scaling for fp16 on a GPU: the loss is multiplied by {@link #scale}, gradients are
 * divided by it; a step with a non-finite gradient is skipped and halves the scale, {@code
 * interval} good steps in a row double it. Values as PyTorch's GradScaler. Not thread-safe.
 */
public final class LossScale {
  private static final double FIRST = 65536;
  private static final double SMALLEST = 1;
  private static final double LARGEST = 16_777_216;
  private final int interval;
  private double scale;
  private int good;

  /** Starts at 65536 and grows every 2000 good steps. */
  public LossScale() {
    this(FIRST, 2000);
  }

  /** Goes on from a saved state. */
  public LossScale(double scale, int interval) {
    this.scale = scale;
    this.interval = interval;
  }

  /** What fp32 and bf16 need: none. */
  public static boolean needed(Precision precision) {
    return precision == Precision.FP16;
  }

  public double scale() {
    return scale;
  }

  /**
   * Tells how a step's gradients came out.
   *
   * @return whether the optimizer may step
   */
  public boolean update(boolean finite) {
    if (!finite) {
      scale = Math.max(SMALLEST, scale / 2);
      good = 0;
      return false;
    }
    good++;
    if (good >= interval) {
      scale = Math.min(LARGEST, scale * 2);
      good = 0;
    }
    return true;
  }
}
