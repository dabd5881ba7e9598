package dev.filip.study;

import dev.filip.config.RunConfig;
import java.util.List;

/** A kind of study: which variants of a config it compares, and what its table shows. */
public sealed interface Study permits EfficiencyStudy, AblationStudy, StabilityStudy {
  /** As the command is called. */
  String name();

  /** One line of what is compared. */
  String purpose();

  /**
   * What is compared.
   *
   * @throws dev.filip.io.BadInput when the config leaves nothing to compare
   */
  List<Variant> variants(RunConfig base);

  /** Whether its rows are timed, too. */
  default boolean timed() {
    return false;
  }

  /** Steps a row when neither the command says nor the study follows the config; 0 = it does. */
  default int defaultSteps() {
    return 0;
  }

  /** The table and the picture of what was found. */
  Findings findings(List<Measured> measured);
}
