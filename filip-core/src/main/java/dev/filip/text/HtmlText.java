package dev.filip.text;

import java.util.regex.Pattern;

/** Text that people wrote with HTML in it, such as descriptions of pictures. Stateless. */
public final class HtmlText {
  private static final Pattern TAG =
      Pattern.compile("</?[A-Za-z][^<>]*>|<!--.*?-->", Pattern.DOTALL);
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private HtmlText() {}

  /**
   * Without its tags, character references as what they stand for, white space as single spaces. A
   * {@code <} that begins no tag stays.
   */
  public static String plain(String html) {
    String text = html.indexOf('<') < 0 ? html : TAG.matcher(html).replaceAll(" ");
    if (text.indexOf('&') >= 0) {
      text = HtmlReferences.unescape(MappedText.of(text)).text();
    }
    return SPACE.matcher(text).replaceAll(" ").strip();
  }
}
