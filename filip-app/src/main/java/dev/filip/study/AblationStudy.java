package dev.filip.study;

import static dev.filip.io.BadInput.require;

import dev.filip.config.AugmentConfig;
import dev.filip.config.DataConfig.CaptionChoice;
import dev.filip.config.DataConfig.WeightedSource;
import dev.filip.config.Interaction;
import dev.filip.config.RunConfig;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The paper's component ablation: a global baseline without image augmentation that knows one
 * caption of each picture, each component alone on top of it (not one on top of the other), and all
 * three. The base config is "all".
 */
public record AblationStudy() implements Study {
  private static final int LOOKED_AT = 100;
  private static final String GLOBAL = "interaction=global";
  private static final String PLAIN = "augment=none";
  private static final String FIRST = "data.captions=first";

  @Override
  public String name() {
    return "ablation";
  }

  @Override
  public String purpose() {
    return "Each component alone on top of the baseline (global, pictures as they are, first caption only), and all three together.";
  }

  @Override
  public List<Study.Variant> variants(RunConfig base) {
    require(
        base.interaction() != Interaction.GLOBAL,
        "interaction",
        "global",
        "late or both (the study takes it away)");
    require(
        !base.augment().equals(AugmentConfig.NONE),
        "augment",
        "none",
        "what the study shall add to the baseline");
    require(
        base.data().captions() == CaptionChoice.ALL,
        "data.captions",
        "first",
        "all (the study takes the extra ones away)");
    requireExtraCaptions(base);
    return List.of(
        Study.Variant.of("baseline", GLOBAL, PLAIN, FIRST),
        Study.Variant.of("+ image augmentation", GLOBAL, FIRST),
        Study.Variant.of("+ text augmentation", GLOBAL, PLAIN),
        Study.Variant.of("+ late interaction", PLAIN, FIRST),
        Study.Variant.of("all three"));
  }

  private static void requireExtraCaptions(RunConfig base) {
    SourceOptions columns =
        SourceOptions.columns(base.data().imageKey(), base.data().captionKey()).forTraining();
    for (WeightedSource named : base.data().train()) {
      try (SampleSource source = Sources.open(named.source(), columns)) {
        for (int i = 0; i < Math.min(LOOKED_AT, source.size()); i++) {
          if (source.text(i).captions().size() > 1) {
            return;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw dev.filip.io.BadInput.of(
        "data.train",
        "one caption a picture",
        "data with several captions a picture (text augmentation is the extra ones)");
  }

  @Override
  public Findings findings(List<Measured> measured) {
    return Findings.accuracy(measured, notes(), Findings.r1Plot("Component ablation", measured));
  }

  private static List<String> notes() {
    return List.of(
        "Rows are one component each on top of the baseline, not one on top of the other; the last row has all three. All rows take the same number of steps, which is not the same time.",
        "Numbers are means over the seeds with the smallest and the largest in brackets; a seed changes initialisation, order and augmentation, not the data.",
        "Losses of rows with different interaction or different captions are not comparable: harder inputs give a higher loss.");
  }
}
