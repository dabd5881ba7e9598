package dev.filip.text;

import dev.filip.config.TextBehaviour;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What happens to a text before it is split into words. Thread-safe.
 *
 * @param repairs of the whole text
 * @param normaliser of what lies between added tokens: Hugging Face's normalizer, where it is used
 */
record TextCleaner(Function<String, MappedText> repairs, UnaryOperator<MappedText> normaliser) {
  private static final OpenClipCleaner FTFY = new OpenClipCleaner(FtfyFixes::apply);
  private static final OpenClipCleaner NO_FTFY = new OpenClipCleaner(UnaryOperator.identity());

  /** Both steps, for texts without added tokens. */
  MappedText clean(String text) {
    return normaliser.apply(repairs.apply(text));
  }

  /** With CLIP's normalizer. */
  static TextCleaner of(TextBehaviour behaviour) {
    return of(behaviour, NormalStep.CLIP);
  }

  /** With a tokenizer's own normalizer; open_clip's own tokenizer has none. */
  static TextCleaner of(TextBehaviour behaviour, List<NormalStep> steps) {
    UnaryOperator<MappedText> normaliser = text -> NormalStep.all(steps, text);
    return switch (behaviour) {
      case TRANSFORMERS -> new TextCleaner(MappedText::of, normaliser);
      case OPEN_CLIP -> new TextCleaner(text -> LowerCase.python(FTFY.clean(text)), text -> text);
      case OPEN_CLIP_WITHOUT_FTFY ->
          new TextCleaner(text -> LowerCase.python(NO_FTFY.clean(text)), text -> text);
      case OPEN_CLIP_HF -> new TextCleaner(FTFY::clean, normaliser);
    };
  }
}
