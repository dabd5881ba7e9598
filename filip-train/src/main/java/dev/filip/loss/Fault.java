package dev.filip.loss;

/** What is wrong with a rank's features: told to the others, so that all of them stop alike. */
enum Fault {
  NONE(""),
  TEXT("text tokens"),
  IMAGE("image tokens"),
  EMBEDS("embeddings");

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
