package dev.filip.io;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of several shares of some work, each of which another process may do.
 *
 * @param number from 0
 * @param of how many there are
 */
public record Share(int number, int of) {
  /** The only one. */
  public static final Share ALL = new Share(0, 1);

  private static final Pattern FORM = Pattern.compile("([0-9]{1,6})/([0-9]{1,6})");

  public Share {
    if (of < 1 || number < 0 || number >= of) {
      throw new IllegalArgumentException("share " + number + "/" + of);
    }
  }

  /**
   * From the form {@code K/N}, K from 0.
   *
   * @param option which was given so, for messages
   */
  public static Share parse(String option, String text) {
    Matcher matcher = FORM.matcher(text);
    boolean fits =
        matcher.matches()
            && Integer.parseInt(matcher.group(1)) < Integer.parseInt(matcher.group(2));
    BadInput.require(fits, option, text, "K/N with K from 0 to N-1, such as 0/4");
    return new Share(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Whether there are no others. */
  public boolean isAll() {
    return of == 1;
  }
}
