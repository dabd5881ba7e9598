package dev.filip.eval.probe;

import dev.filip.eval.Fingerprint;
import dev.filip.io.BadInput;
import dev.filip.io.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The linear probe: a linear classifier on frozen features.
 *
 * <ul>
 *   <li>L-BFGS: C by a {@link Sweep} on the validation split, then a fit on training and validation
 *       split together, as CLIP's authors do. Without a validation split a stratified fifth of the
 *       training set is one during the sweep.
 *   <li>Few-shot: K training samples a class and, for the sweep alone, the smaller of K and 4
 *       validation samples a class, drawn by a seed; the judged fit sees the K only.
 *   <li>SGD: {@link SgdProbe}.
 * </ul>
 *
 * Immutable; one run at a time.
 */
public final class LinearProbe {
  private static final int FEW_VALIDATION = 4;
  private final Sets sets;
  private final Recipe recipe;
  private final int classes;

  /**
   * What is fitted and judged.
   *
   * @param validation null where there is none
   * @param classNames empty where classes are numbers only
   */
  public record Sets(
      Labelled train, @Nullable Labelled validation, Labelled test, List<String> classNames) {
    public Sets {
      classNames = List.copyOf(classNames);
    }
  }

  /** Who fits. */
  public enum Solver {
    LBFGS,
    SGD
  }

  /**
   * How.
   *
   * @param c given, or null for a sweep
   * @param tolerance scikit-learn's {@code tol}
   * @param iterations at most
   * @param shots training samples a class; empty for all
   * @param seeds of draws; the first is that of the stratified fifth and of SGD
   * @param epochs of SGD, as its batch, rate and warm-up
   */
  public record Recipe(
      Solver solver,
      @Nullable Double c,
      double tolerance,
      int iterations,
      List<Integer> shots,
      List<Long> seeds,
      int epochs,
      int batch,
      double rate) {
    /** What the paper says, where it does. */
    public static final Recipe PAPER =
        new Recipe(Solver.LBFGS, null, 1e-4, 1000, List.of(), List.of(1L, 2L, 3L), 90, 4096, 0.1);

    /** Checked. */
    public Recipe {
      shots = shots.stream().sorted().distinct().toList();
      seeds = List.copyOf(seeds);
      boolean sgd = solver == Solver.SGD;
      if (c != null) {
        BadInput.require(c > 0 && Double.isFinite(c), "--c", c, "> 0");
        BadInput.require(!sgd, "--c", c, "left out with --solver sgd: it has no penalty");
      }
      BadInput.require(tolerance > 0, "--tolerance", tolerance, "> 0");
      BadInput.require(iterations >= 1, "--iterations", iterations, ">= 1");
      BadInput.require(shots.stream().allMatch(k -> k >= 1), "--shots", shots, ">= 1 a class");
      BadInput.require(!seeds.isEmpty(), "--seeds", seeds, "at least one");
      BadInput.require(!sgd || shots.isEmpty(), "--shots", shots, "left out with --solver sgd");
      new SgdProbe.Options(epochs, batch, rate, SgdProbe.Options.PAPER.warmup());
    }

    private LogisticRegression.Stop stop() {
      return new LogisticRegression.Stop(tolerance, iterations);
    }
  }

  /**
   * Checks what can be checked before anything is fitted.
   *
   * @throws BadInput for widths that differ, a label outside, a class without a training sample
   */
  public LinearProbe(Sets sets, Recipe recipe) {
    this.sets = sets;
    this.recipe = recipe;
    Labelled train = sets.train;
    classes = sets.classNames.isEmpty() ? train.classes() : sets.classNames.size();
    BadInput.require(classes >= 2, "classes of " + train.name(), classes, "at least two");
    train.requireEvery(classes, sets.classNames);
    for (Labelled other :
        sets.validation == null ? List.of(sets.test) : List.of(sets.validation, sets.test)) {
      other.requireWidthOf(train);
      other.requireLabelsBelow(classes);
    }
    BadInput.require(
        recipe.solver == Solver.LBFGS || sets.validation == null,
        "--validation",
        sets.validation == null ? "" : sets.validation.name(),
        "left out with --solver sgd: nothing is chosen by it");
  }

  /**
   * Fits and judges.
   *
   * @param print of what was not this probe's to know: sources and how features were made
   */
  public ProbeResult run(Fingerprint print, boolean quiet) {
    int fits = Math.max(1, recipe.shots.size() * recipe.seeds.size()) * (Sweep.FITS + 1);
    try (Progress progress =
        quiet ? null : new Progress("fits", recipe.solver == Solver.SGD ? 1 : fits)) {
      Fits work = new Fits(progress);
      List<ProbeResult.Run> runs = new ArrayList<>();
      if (recipe.solver == Solver.SGD) {
        runs.add(work.sgd());
      } else if (recipe.shots.isEmpty()) {
        runs.add(work.whole());
      } else {
        for (int k : recipe.shots) {
          for (long seed : recipe.seeds) {
            runs.add(work.few(k, seed));
          }
        }
      }
      return new ProbeResult(sets, recipe, classes, runs, printed(print).hex());
    }
  }

  /** All that a score depends on besides the features. */
  private Fingerprint printed(Fingerprint print) {
    print.with("solver", recipe.solver.name()).with("c", String.valueOf(recipe.c));
    print.with("tolerance", String.valueOf(recipe.tolerance));
    print.with("iterations", String.valueOf(recipe.iterations));
    print.with("shots", recipe.shots.toString()).with("seeds", recipe.seeds.toString());
    if (recipe.solver == Solver.SGD) {
      print.with("sgd", recipe.epochs + " " + recipe.batch + " " + recipe.rate);
    }
    print.with("classes", classes + " " + sets.classNames);
    print.with("train", sets.train.labelsPrint()).with("test", sets.test.labelsPrint());
    return print.with("validation", sets.validation == null ? "" : sets.validation.labelsPrint());
  }

  /** The fits of one run. */
  private final class Fits {
    private final @Nullable Progress progress;
    private long done;

    Fits(@Nullable Progress progress) {
      this.progress = progress;
    }

    /** All samples. */
    ProbeResult.Run whole() {
      Labelled validation = sets.validation;
      Sweep sweep = null;
      if (recipe.c == null && validation == null) {
        Draw.Parts parts = new Draw(sets.train, classes, recipe.seeds.getFirst()).fifth();
        BadInput.require(
            parts.rest().length > 0,
            "samples of " + sets.train.name(),
            sets.train.size(),
            "two of some class at least, or --validation or --c");
        sweep = sweep(sets.train.select(parts.first()), sets.train.select(parts.rest()));
      } else if (recipe.c == null && validation != null) {
        sweep = sweep(sets.train, validation);
      }
      List<Labelled> all =
          validation == null ? List.of(sets.train) : List.of(sets.train, validation);
      return judged(all, sweep, 0, recipe.seeds.getFirst());
    }

    /** K a class. */
    ProbeResult.Run few(int k, long seed) {
      int some = Math.min(k, FEW_VALIDATION);
      Draw draw = new Draw(sets.train, classes, seed);
      Labelled validation;
      if (sets.validation == null) {
        int[] rest = draw.shots(k, some).rest();
        BadInput.require(
            rest.length > 0 || recipe.c != null,
            "samples a class of " + sets.train.name(),
            "at most " + k,
            "more than --shots, or --validation or --c given");
        validation = sets.train.select(rest);
      } else {
        validation =
            sets.validation.select(new Draw(sets.validation, classes, seed).shots(some, 0).first());
      }
      Labelled train = sets.train.select(draw.shots(k, 0).first());
      return judged(List.of(train), recipe.c == null ? sweep(train, validation) : null, k, seed);
    }

    private Sweep sweep(Labelled train, Labelled validation) {
      try (var regression = new LogisticRegression(List.of(train), classes, recipe.stop())) {
        return Sweep.run((c, start) -> {
          LogisticRegression.Fit fit = fit(regression, c, start);
          Sweep.Point point = Sweep.Point.of(c, fit, fit.classifier().judge(validation));
          return new Sweep.Tried(point, fit.weights());
        });
      }
    }

    private ProbeResult.Run judged(
        List<Labelled> train, @Nullable Sweep sweep, int shots, long seed) {
      double c = recipe.c != null ? recipe.c : sweep == null ? 1 : sweep.best().c();
      try (var regression = new LogisticRegression(train, classes, recipe.stop())) {
        LogisticRegression.Fit fit = fit(regression, c, null);
        int rows = train.stream().mapToInt(Labelled::size).sum();
        return new ProbeResult.Run(
            shots,
            seed,
            fit.classifier().judge(sets.test),
            new ProbeResult.Found(
                c, fit.objective(), Double.NaN, fit.iterations(), fit.converged(), rows),
            sweep);
      }
    }

    private LogisticRegression.Fit fit(
        LogisticRegression regression, double c, double @Nullable [] start) {
      String called = String.format(Locale.ROOT, "C %.3g", c);
      LogisticRegression.Fit fit =
          regression.fit(c, start, (i, value, gradient) -> said(called, i, gradient));
      done++;
      return fit;
    }

    private void said(String called, int iteration, double gradient) {
      if (progress != null) {
        progress.to(
            done,
            String.format(Locale.ROOT, "%s, step %d, gradient %.2g", called, iteration, gradient));
      }
    }

    ProbeResult.Run sgd() {
      SgdProbe.Options options =
          new SgdProbe.Options(
              recipe.epochs, recipe.batch, recipe.rate, SgdProbe.Options.PAPER.warmup());
      SgdProbe.Trained trained =
          new SgdProbe(sets.train, classes, options)
              .run(
                  recipe.seeds.getFirst(),
                  (epoch, loss) -> {
                    if (progress != null) {
                      progress.to(
                          0,
                          String.format(
                              Locale.ROOT, "epoch %d/%d, loss %.4f", epoch, recipe.epochs, loss));
                    }
                  });
      return new ProbeResult.Run(
          0,
          recipe.seeds.getFirst(),
          trained.classifier().judge(sets.test),
          new ProbeResult.Found(
              Double.NaN, Double.NaN, trained.loss(), trained.steps(), true, sets.train.size()),
          null);
    }
  }
}
