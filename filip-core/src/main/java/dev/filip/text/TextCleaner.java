package dev.filip.text;

import dev.filip.config.Behaviour;

/** What happens to a text before it is split into words. Thread-safe. */
interface TextCleaner {
  MappedText clean(String text);

  static TextCleaner of(Behaviour behaviour) {
    return switch (behaviour) {
      case TRANSFORMERS -> new TransformersCleaner();
      case OPEN_CLIP -> new OpenClipCleaner();
    };
  }
}
