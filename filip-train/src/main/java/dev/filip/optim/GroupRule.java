package dev.filip.optim;

import java.util.regex.Pattern;

/**
 * Parameters whose whole name matches {@code name} get the weight decay, or not. Rules are read in
 * order; the first match counts.
 *
 * @param reason why, for the log
 */
public record GroupRule(Pattern name, boolean decay, String reason) {
  /** A rule from a regular expression. */
  public static GroupRule of(String name, boolean decay, String reason) {
    return new GroupRule(Pattern.compile(name), decay, reason);
  }
}
