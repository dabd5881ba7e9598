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

  /**
   * Hugging Face's normalizer for CLIP: NFC of Unicode 9, each run of white space one space, lower
   * case code point by code point (so a final sigma keeps its plain form).
   */
  static final class TransformersCleaner {
    private TransformersCleaner() {}

    static MappedText clean(MappedText text) {
      return LowerCase.perCodePoint(spaces(Nfc.ofUnicode9(text)));
    }

    private static MappedText spaces(MappedText text) {
      MappedText out = new MappedText(text.size());
      for (int i = 0; i < text.size(); ) {
        int end = i;
        while (end < text.size() && CodePoints.isSpace(text.at(end))) {
          end++;
        }
        if (end > i) {
          out.replace(" ", text, i, end);
          i = end;
        } else {
          out.add(text, i++);
        }
      }
      return out;
    }
  }
}
