package dev.filip.study;

import dev.filip.config.RunConfig;
import java.util.List;

/** A kind of study: which variants of a config it compares, and what its table shows. */
public sealed interface Study
    permits EfficiencyStudy, AblationStudy, InteractionStudy, StabilityStudy {
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

  /**
   * One line of a study's table: the config with some keys changed. Immutable.
   *
   * @param name as the table shows it
   * @param overrides as {@code --set} takes them
   */
  record Variant(String name, List<String> overrides) {
    public Variant {
      overrides = List.copyOf(overrides);
    }

    static Variant of(String name, String... overrides) {
      return new Variant(name, List.of(overrides));
    }

    /** The name in letters, digits and dashes, for a folder. */
    String slug() {
      return name.toLowerCase(java.util.Locale.ROOT)
          .replace("%", "")
          .replaceAll("[^a-z0-9.]+", "-")
          .replaceAll("^-|-$", "");
    }
  }
}
