package dev.filip.text;

/**
 * Hugging Face's normalizer for CLIP: NFC of Unicode 9, each run of white space one space, lower
 * case code point by code point (so a final sigma keeps its plain form).
 */
final class TransformersCleaner {
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
