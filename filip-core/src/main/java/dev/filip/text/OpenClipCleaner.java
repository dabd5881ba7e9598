package dev.filip.text;

import java.util.function.UnaryOperator;

/**
 * open_clip's and OpenAI's cleaning: ftfy's fixes or none, HTML references undone twice, white
 * space collapsed and stripped. Its own tokenizer makes lower case of it in Python's way.
 */
final class OpenClipCleaner {
  private final UnaryOperator<MappedText> fixes;

  OpenClipCleaner(UnaryOperator<MappedText> fixes) {
    this.fixes = fixes;
  }

  MappedText clean(String text) {
    MappedText mapped = MappedText.of(text);
    if (!plain(mapped)) {
      MappedText fixed = fixes.apply(mapped);
      mapped = HtmlReferences.unescape(HtmlReferences.unescape(fixed));
    }
    return spaces(mapped);
  }

  /** Printable ASCII and ordinary line ends without {@code &}: no fix applies. */
  private static boolean plain(MappedText text) {
    for (int i = 0; i < text.size(); i++) {
      int cp = text.at(i);
      if (cp > '~' || cp == '&' || cp < ' ' && (cp < '\t' || cp > '\r' || cp == 0x0B)) {
        return false;
      }
    }
    return true;
  }

  private static MappedText spaces(MappedText text) {
    MappedText out = new MappedText(text.size());
    int spaceFrom = -1;
    for (int i = 0; i < text.size(); i++) {
      if (CodePoints.isPythonSpace(text.at(i))) {
        spaceFrom = spaceFrom < 0 ? i : spaceFrom;
        continue;
      }
      if (spaceFrom >= 0 && out.size() > 0) {
        out.replace(" ", text, spaceFrom, i);
      }
      spaceFrom = -1;
      out.add(text, i);
    }
    return out;
  }
}
