package dev.filip.config;

/**
 * Weights of the two losses and what keeps them steady.
 *
 * @param lateWarmup share of the steps (below 1) or steps over which the late weight rises from 0
 * @param featurePrecision of the features the loss sees
 * @param positives which texts of a batch are right for an image
 * @param tiles of the late loss on a GPU
 */
public record LossConfig(
    double late,
    double global,
    double lateWarmup,
    KeepTokens keepTokens,
    RunConfig.PrecisionChoice featurePrecision,
    double labelSmoothing,
    double zLoss,
    double maxLogitScale,
    PositiveChoice positives,
    LossTiles tiles) {
  static final Section<LossConfig> KEYS =
      Section.of(
          "loss",
          LossConfig.class,
          Key.following(
              "late",
              Type.number("finite and >= 0"),
              "1 (`late`), 0.5 (`both`), 0 (`global`)",
              given -> weight(given, Interaction.GLOBAL),
              "weight of FILIP's loss, > 0 unless `interaction: global`"),
          Key.following(
              "global",
              Type.number("finite and >= 0"),
              "0 (`late`), 0.5 (`both`), 1 (`global`)",
              given -> weight(given, Interaction.LATE),
              "weight of CLIP's loss, 0 with `late`, > 0 with `both`. With `interaction: global`"
                  + " both weights are 0 and 1 whatever is given, so one file serves both"),
          Key.of(
              "late_warmup",
              StepCount.TYPE,
              0.0,
              "over which the weight of FILIP's loss rises from 0; only with `interaction: both`"),
          KeepTokens.KEYS,
          Key.of(
              "feature_precision",
              Type.word(RunConfig.PrecisionChoice.class),
              RunConfig.PrecisionChoice.AUTO,
              "what features are rounded to before similarities are made of them and before they"
                  + " are sent to other processes. `auto`: `bf16` for several processes, on a GPU,"
                  + " and for one on a CPU that multiplies it faster where the towers are bf16 and"
                  + " `embed_dim` is at least 128; otherwise `fp32`; the log says which and why"
                  + " ([TRAINING.md](TRAINING.md#16-bit-features))"),
          Key.of("label_smoothing", Type.number("in [0, 1)"), 0.0, ""),
          Key.of(
              "z_loss",
              Type.number("finite and >= 0"),
              0.0,
              "weight of the mean squared log-sum-exp of the logits, which keeps them from growing"
                  + " (1e-4 is usual)"),
          Key.of(
              "max_logit_scale",
              Type.number("finite and >= 1"),
              100.0,
              "cap of the learnt factor of the similarities"),
          Key.of(
                  "positives",
                  Type.word(PositiveChoice.class),
                  PositiveChoice.OWN,
                  "`own`: a text is right for the image of its pair only. `all`: for every pair of"
                      + " the batch whose image it is, on whatever process, by the sample's name;"
                      + " a target is spread evenly over the right answers, both ways (the paper's"
                      + " fine-tuning, [TRAINING.md](TRAINING.md#several-captions-of-an-image))")
              .quietly(),
          LossTiles.KEYS);

  public LossConfig {
    KEYS.check(
        late,
        global,
        lateWarmup,
        keepTokens,
        featurePrecision,
        labelSmoothing,
        zLoss,
        maxLogitScale,
        positives,
        tiles);
  }

  private static double weight(Given given, Interaction without) {
    Interaction interaction = given.get("interaction", Interaction.class);
    return interaction == Interaction.BOTH ? 0.5 : interaction == without ? 0 : 1;
  }

  /** The late weight at a step; steps count from 1. */
  public double late(long step, int total) {
    int rise = StepCount.of(lateWarmup, total);
    return step >= rise ? late : late * step / rise;
  }

  LossConfig with(RunConfig.PrecisionChoice features) {
    return new LossConfig(
        late,
        global,
        lateWarmup,
        keepTokens,
        features,
        labelSmoothing,
        zLoss,
        maxLogitScale,
        positives,
        tiles);
  }

  LossConfig onlyGlobal() {
    return new LossConfig(
        0,
        1,
        0,
        keepTokens,
        featurePrecision,
        labelSmoothing,
        zLoss,
        maxLogitScale,
        positives,
        tiles);
  }

  /** Which texts of a batch are right for an image: its pair's own, or all that describe it. */
  public enum PositiveChoice {
    OWN,
    ALL
  }
}
