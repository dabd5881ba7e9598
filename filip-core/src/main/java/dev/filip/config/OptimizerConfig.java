package dev.filip.config;

import static dev.filip.io.BadInput.require;

import java.util.List;

/**
 * The optimizer.
 *
 * @param clip largest global gradient norm, 0 for none
 */
public record OptimizerConfig(
    Name name,
    double lr,
    double weightDecay,
    Betas betas,
    double eps,
    double clip,
    boolean scaleLr) {
  static final Section<OptimizerConfig> KEYS =
      Section.of(
          "optimizer",
          OptimizerConfig.class,
          Key.of(
              "name",
              Type.word(Name.class),
              Name.ADAMW,
              "AdamW learns clearly faster on small models; LAMB is the paper's"),
          Key.following(
              "lr",
              Type.number("a finite number > 0"),
              "3e-3 (`adamw`), 2e-3 (`lamb`)",
              given -> isLamb(given) ? 2e-3 : 3e-3,
              "peak learning rate; the default is for towers of width 64, larger ones need less"),
          Key.following(
              "weight_decay",
              Type.number("finite and >= 0"),
              "0.1 (`adamw`), 0.05 (`lamb`)",
              given -> isLamb(given) ? 0.05 : 0.1,
              "never on biases, layer norms, embeddings and the temperature"),
          Key.of(
              "betas", Betas.TYPE, new Betas(0.9, 0.98), "each in [0, 1) (the paper: 0.9, 0.999)"),
          Key.following(
              "eps",
              Type.number("a finite number > 0"),
              "1e-6 (`adamw`), 1e-4 (`lamb`)",
              given -> isLamb(given) ? 1e-4 : 1e-6,
              ""),
          Key.following(
              "clip",
              Type.number("> 0").orNone(0.0),
              "1.0 (`adamw`), `none` (`lamb`)",
              given -> isLamb(given) ? 0.0 : 1.0,
              "largest global gradient norm"),
          Key.of(
              "scale_lr",
              Type.FLAG,
              false,
              "`lr` is for a batch of 512 and grows with sqrt(batch / 512), as the paper's"));

  public OptimizerConfig {
    KEYS.check(name, lr, weightDecay, betas, eps, clip, scaleLr);
  }

  private static boolean isLamb(Given given) {
    return given.is("optimizer.name", Name.LAMB);
  }

  /** Which one. */
  public enum Name {
    ADAMW,
    LAMB
  }

  /** What the running means of the gradients and of their squares keep in a step. */
  public record Betas(double first, double second) {
    private static final String RULE = "two numbers in [0, 1)";
    static final Type<Betas> TYPE =
        Type.pair("two numbers", RULE, Betas::new, b -> List.of(b.first, b.second));

    public Betas {
      require(first >= 0 && first < 1, "optimizer.betas", first, RULE);
      require(second >= 0 && second < 1, "optimizer.betas", second, RULE);
    }
  }

  /** The peak learning rate for a batch over all processes. */
  public double peakLr(int batch) {
    return scaleLr ? lr * Math.sqrt(batch / 512.0) : lr;
  }
}
