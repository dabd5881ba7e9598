package dev.filip.image;

import java.io.IOException;

/** An image that is not used: broken, of an unknown kind, or too large. */
public final class UndecodableImage extends IOException {
  private static final long serialVersionUID = 1L;
  private final String reason;

  /**
   * @param reason a short category that can be counted, such as {@code broken jpeg}
   * @param detail what exactly; may be empty
   */
  public UndecodableImage(String reason, String detail) {
    super(detail.isEmpty() ? reason : reason + ": " + detail);
    this.reason = reason;
  }

  /** The category: {@code empty}, {@code unknown kind}, {@code too large}, {@code broken png}... */
  public String reason() {
    return reason;
  }
}
