package dev.filip.study;

import dev.filip.config.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which knobs keep training steady: each of them turned alone, at the config's learning rate and at
 * ten times that, where an unprotected run is in danger.
 */
public record StabilityStudy() implements Study {
  private static final int STEPS = 400;
  private static final double HOT = 10;
  private static final String MIXED = "interaction=both";
  private static final String LATE_WARMUP = "loss.late_warmup=0.3";

  @Override
  public String name() {
    return "stability";
  }

  @Override
  public String purpose() {
    return "Short runs, one knob turned in each: at the config's learning rate, and at ten times that.";
  }

  @Override
  public int defaultSteps() {
    return STEPS;
  }

  @Override
  public List<Study.Variant> variants(RunConfig base) {
    double lr = base.optimizer().lr();
    List<Study.Variant> all = new ArrayList<>(knobs("lr x 1", lr, base));
    all.addAll(knobs("lr x 10", HOT * lr, base));
    all.add(rate("lr x 3", 3 * lr));
    all.add(rate("lr x 30", 30 * lr));
    for (double lamb : new double[] {2e-3, 5e-3, 2e-2}) {
      all.add(lamb("", lamb, "none"));
    }
    all.add(lamb(", clip 1", 2e-2, "1"));
    return all;
  }

  private static Study.Variant rate(String name, double lr) {
    return Study.Variant.of("adamw, " + name, adamw(lr, "1"));
  }

  private static Study.Variant lamb(String more, double lr, String clip) {
    String optimizer = "optimizer={name: lamb, lr: " + number(lr) + ", clip: " + clip + "}";
    return Study.Variant.of("lamb, lr " + number(lr) + more, optimizer);
  }

  private static String adamw(double lr, String clip) {
    return "optimizer={name: adamw, lr: " + number(lr) + ", clip: " + clip + "}";
  }

  private static String number(double value) {
    return Double.toString(value).toLowerCase(Locale.ROOT);
  }

  /** Every knob alone at one rate of AdamW. */
  private static List<Study.Variant> knobs(String rate, double lr, RunConfig base) {
    String name = "adamw, " + rate;
    String plain = adamw(lr, "1");
    String scale = number(Math.max(1, base.loss().maxLogitScale() * 0.3));
    return List.of(
        Study.Variant.of(name, plain),
        Study.Variant.of(name + ", no warm-up", plain, "schedule.warmup=0"),
        Study.Variant.of(name + ", warm-up half the run", plain, "schedule.warmup=0.5"),
        Study.Variant.of(name + ", no clip", adamw(lr, "none")),
        Study.Variant.of(name + ", label smoothing 0.1", plain, "loss.label_smoothing=0.1"),
        Study.Variant.of(name + ", z-loss 1e-4", plain, "loss.z_loss=1.0e-4"),
        Study.Variant.of(
            name + ", logit scale at most " + scale, plain, "loss.max_logit_scale=" + scale),
        Study.Variant.of(name + ", mixed", plain, MIXED, "loss.late=0.5", "loss.global=0.5"),
        Study.Variant.of(
            name + ", mixed, late warm-up",
            plain,
            MIXED,
            "loss.late=0.5",
            "loss.global=0.5",
            LATE_WARMUP));
  }

  @Override
  public Findings findings(List<Measured> measured) {
    Map<String, String> scores = Findings.scores(measured);
    List<String> columns =
        new ArrayList<>(List.of("run", "final loss", "same-word share", "logit scale"));
    columns.addAll(scores.values());
    columns.add("what went wrong");
    List<List<String>> cells = new ArrayList<>();
    for (Measured one : measured) {
      List<String> row = new ArrayList<>();
      row.add(one.variant().name());
      row.add(one.spread(RowResult::loss).text());
      row.add(one.spread(RowResult::sameWordShare).text());
      row.add(one.spread(RowResult::logitScale).text());
      row.addAll(Findings.cells(one, scores.keySet()));
      row.add(Findings.orNothing(one.trouble()));
      cells.add(row);
    }
    return new Findings(columns, cells, notes(), Findings.r1Plot("Stability", measured));
  }

  private static List<String> notes() {
    return List.of(
        "Runs are short: a row that learns slowly is not a row that fails. Final losses of rows with label smoothing or a mixed objective are not those of the others.",
        "Same-word share: patches of true pairs that chose the one most chosen word position; near 1 is a collapse of the late interaction.",
        "\"stayed near ln(batch)\" is chance: nothing was learnt. \"diverged\" ended by a loss or gradient that is not finite.");
  }
}
