package dev.filip.text;

import dev.filip.config.TextBehaviour;
import java.util.function.UnaryOperator;

/** What happens to a text before it is split into words. Thread-safe. */
interface TextCleaner {
  MappedText clean(String text);

  static TextCleaner of(TextBehaviour behaviour) {
    return switch (behaviour) {
      case TRANSFORMERS -> new TransformersCleaner();
      case OPEN_CLIP -> new OpenClipCleaner(FtfyFixes::apply);
      case OPEN_CLIP_WITHOUT_FTFY -> new OpenClipCleaner(UnaryOperator.identity());
    };
  }
}
