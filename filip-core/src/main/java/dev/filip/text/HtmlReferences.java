package dev.filip.text;

/** HTML character references. */
final class HtmlReferences {
  private HtmlReferences() {}

  static MappedText unescape(MappedText text) {
    return text;
  }
}
