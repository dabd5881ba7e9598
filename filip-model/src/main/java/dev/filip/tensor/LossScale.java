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

  /**
   * What a checkpoint keeps.
   *
   * @param scale of the loss
   * @param good steps in a row since it changed
   */
  public record State(double scale, int good) {
    /** Of a run that scales nothing. */
    public static final State NONE = new State(1, 0);
  }

  /** Starts at 65536 and grows every 2000 good steps. */
  public LossScale() {
    this(FIRST, 2000);
  }

  /** Starts at {@code scale}. */
  public LossScale(double scale, int interval) {
    this(new State(scale, 0), interval);
  }

  /** Goes on from a saved state. */
  public LossScale(State state, int interval) {
    this.scale = state.scale();
    this.good = state.good();
    this.interval = interval;
  }

  /** What fp32 and bf16 need: none. */
  public static boolean needed(Precision precision) {
    return precision == Precision.FP16;
  }

  public double scale() {
    return scale;
  }

  /** To go on from. */
  public State state() {
    return new State(scale, good);
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
