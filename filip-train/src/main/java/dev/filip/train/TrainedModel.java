package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Finetune;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Tower;
import dev.filip.model.FilipModel;
import dev.filip.model.ParameterMap;
import dev.filip.text.BpeTokenizer;
import java.util.Locale;

/**
 * A model in training with what belongs to its folder; borrowed from the run.
 *
 * @param preprocessor {@code preprocessor_config.json}
 * @param from the model folder whose weights it began with and how they were made; empty for none
 */
public record TrainedModel(
    FilipModel model, BpeTokenizer tokenizer, JsonNode preprocessor, JsonNode from) {
  /** With the same model computed otherwise. */
  TrainedModel with(FilipModel other) {
    return new TrainedModel(other, tokenizer, preprocessor, from);
  }

  /** How much of each tower a run trains, in words. */
  static final class Share {
    private final Finetune finetune;
    private final ParameterMap parameters;

    Share(Finetune finetune, ParameterMap parameters) {
      this.finetune = finetune;
      this.parameters = parameters;
    }

    /**
     * One line: {@code finetune: image tower locked (0 of 200,000 trained), text tower whole
     * (...)}.
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
}
