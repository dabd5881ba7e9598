package dev.filip.text;

/** ftfy's fixes of text, without its repair of mojibake. */
final class FtfyFixes {
  private FtfyFixes() {}

  static MappedText apply(MappedText text) {
    return Nfc.of(text);
  }
}
