package dev.filip.train;

import dev.filip.config.Finetune;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Tower;
import dev.filip.model.ParameterMap;
import java.util.Locale;

/** How much of each tower a run trains, in words. */
final class TrainedShare {
  private final Finetune finetune;
  private final ParameterMap parameters;

  TrainedShare(Finetune finetune, ParameterMap parameters) {
    this.finetune = finetune;
    this.parameters = parameters;
  }

  /**
   * One line: {@code finetune: image tower locked (0 of 200,000 trained), text tower whole (...)}.
   */
  String describe() {
    return "finetune: "
        + tower(Tower.IMAGE, "image", "vis")
        + ", "
        + tower(Tower.TEXT, "text", "text_");
  }

  private String tower(Tower tower, String word, String prefix) {
    long all = parameters.count(prefix);
    long trained = parameters.countTrained(prefix);
    String projection = finetune.keepsProjection(tower) ? "" : " but its projection";
    String how;
    if (finetune.isLocked(tower)) {
      how = word + " tower locked" + projection;
    } else if (finetune.hasAdapters(tower)) {
      Lora lora = finetune.lora().orElseThrow();
      how =
          "LoRA rank "
              + lora.rank()
              + " on "
              + word
              + (projection.isEmpty() ? "" : " and its projection");
    } else {
      how = word + " tower trained";
    }
    return String.format(Locale.ROOT, "%s (%,d trained, %,d in all)", how, trained, all);
  }
}
