package dev.filip.study;

import dev.filip.config.RunConfig;
import java.util.List;

/**
 * The comparison that the project is about: {@code late} (FILIP) beside {@code global} (CLIP), all
 * else equal but for what {@code --tune} chooses for each.
 */
public record InteractionStudy() implements Study {
  @Override
  public String name() {
    return "interaction";
  }

  @Override
  public String purpose() {
    return "Late interaction (FILIP) beside one vector an image and a text (CLIP): the same towers, data, steps and seeds.";
  }

  @Override
  public List<Study.Variant> variants(RunConfig base) {
    return List.of(
        Study.Variant.of("global", "interaction=global"),
        Study.Variant.of("late", "interaction=late"));
  }

  @Override
  public Findings findings(List<Measured> measured) {
    return Findings.accuracy(
        measured, notes(), Findings.r1Plot("Late beside global interaction", measured));
  }

  private static List<String> notes() {
    return List.of(
        "Numbers are means over the seeds with the smallest and the largest in brackets; a seed changes initialisation, order and augmentation, not the data. The same steps are not the same time.",
        "What is chosen on data.validation is flattered there: compare rows by the sources judged besides (--judge). Losses of the two rows are not comparable.");
  }
}
