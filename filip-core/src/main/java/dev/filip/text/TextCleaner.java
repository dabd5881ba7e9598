package dev.filip.text;

import dev.filip.config.TextBehaviour;
import java.util.function.UnaryOperator;

/** What happens to a text before it is split into words. Thread-safe. */
interface TextCleaner {
  OpenClipCleaner FTFY = new OpenClipCleaner(FtfyFixes::apply);
  OpenClipCleaner NO_FTFY = new OpenClipCleaner(UnaryOperator.identity());

  MappedText clean(String text);

  static TextCleaner of(TextBehaviour behaviour) {
    return switch (behaviour) {
      case TRANSFORMERS -> text -> TransformersCleaner.clean(MappedText.of(text));
      case OPEN_CLIP -> text -> LowerCase.python(FTFY.clean(text));
      case OPEN_CLIP_WITHOUT_FTFY -> text -> LowerCase.python(NO_FTFY.clean(text));
      case OPEN_CLIP_HF -> text -> TransformersCleaner.clean(FTFY.clean(text));
    };
  }
}
