package dev.filip.loss;

/**
 * NaN or infinity met in the loss: the run has diverged or its input is broken. The message says
 * where.
 */
public final class NonFiniteLoss extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String where;

  /**
   * @param where what is not finite, such as {@code image tokens} or {@code loss}
   * @param value an example of it
   */
  public NonFiniteLoss(String where, double value) {
    super(where + " is not finite: " + value);
    this.where = where;
  }

  /** What is not finite. */
  public String where() {
    return where;
  }

  static void require(double value, String where) {
    if (!Double.isFinite(value)) {
      throw new NonFiniteLoss(where, value);
    }
  }

  /** What is wrong with a rank's features: told to the others, so that all of them stop alike. */
  enum Fault {
    NONE(""),
    TEXT("text tokens"),
    IMAGE("image tokens"),
    EMBEDS("embeddings"),
    SCALE("exp(logit_scale)");

    private final String where;

    Fault(String where) {
      this.where = where;
    }

    static Fault of(long ordinal) {
      return values()[Math.toIntExact(ordinal)];
    }

    void raise() {
      if (this != NONE) {
        throw new NonFiniteLoss(where, Double.NaN);
      }
    }
  }
}
