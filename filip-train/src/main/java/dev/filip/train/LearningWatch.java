package dev.filip.train;

import java.util.Locale;
import java.util.Optional;

/**
 * Looks for runs that learn nothing: after the warm-up and another {@value #WINDOW} steps, whether
 * the last {@value #WINDOW} stayed at the loss of guessing, or sent all patches to one word. A
 * warning each, once; the run goes on. Used by one thread.
 */
final class LearningWatch {
  /** Steps over which signs are averaged. */
  static final int WINDOW = 100;

  private static final double NEAR_CHANCE = 0.97;
  private static final double COLLAPSED = 0.98;

  private final long from;
  private final Means means = new Means();
  private boolean warnedChance;
  private boolean warnedCollapse;
  private long begun;

  private static final class Means {
    private int steps;
    private double loss;
    private double accuracy;
    private double sameWord;
  }

  /**
   * @param warmup steps of the schedule's warm-up
   */
  LearningWatch(long warmup) {
    from = warmup;
  }

  /**
   * One more step whose numbers were read.
   *
   * @param loss over the loss of guessing, ln(batch) times the weights
   * @param accuracy times the batch: 1 for guessing
   * @param sameWord share of patches that chose the most chosen word, NaN for a global loss
   * @return a warning line, when there is something new to say
   */
  Optional<String> see(long step, double loss, double accuracy, double sameWord) {
    if (step <= from) {
      return Optional.empty();
    }
    begun = means.steps == 0 ? step : begun;
    means.loss += loss / WINDOW;
    means.accuracy += accuracy / WINDOW;
    means.sameWord += sameWord / WINDOW;
    if (++means.steps < WINDOW) {
      return Optional.empty();
    }
    Optional<String> said = judge(step);
    means.steps = 0;
    means.loss = 0;
    means.accuracy = 0;
    means.sameWord = 0;
    return said;
  }

  private Optional<String> judge(long step) {
    if (!warnedChance && means.loss > NEAR_CHANCE && means.accuracy < 2) {
      warnedChance = true;
      return Optional.of(
          line(step, "the loss stays at that of guessing, ln(batch): " + percent(means.loss))
              + "likely causes: too high an optimizer.lr, too short a schedule.warmup, images and"
              + " captions that do not belong together (filip data inspect), token selection from"
              + " the first step (loss.keep_after), late alone from nothing (interaction: both with"
              + " loss.late_warmup)");
    }
    if (!warnedCollapse && means.sameWord > COLLAPSED) {
      warnedCollapse = true;
      return Optional.of(
          line(step, "all patches choose one word: same_word_share " + percent(means.sameWord))
              + "the late interaction has collapsed: lower optimizer.lr, raise schedule.warmup, or"
              + " interaction: both (captions of one word look so, too)");
    }
    return Optional.empty();
  }

  private String line(long step, String what) {
    return "warning: step " + begun + " to " + step + ", " + what + "; ";
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
