package dev.filip.data;

import dev.filip.io.BadInput;
import java.io.IOException;

/** A sample that cannot be used. The reason is a short category that can be counted. */
public final class UnreadableSample extends IOException {
  private static final long serialVersionUID = 1L;
  private final String reason;

  /** {@code KEY: REASON (DETAIL)}. */
  public UnreadableSample(String key, String reason, String detail) {
    super(BadInput.line(key + ": " + reason + (detail.isEmpty() ? "" : " (" + detail + ")")));
    this.reason = reason;
  }

  /** The category, such as {@code bad json}. */
  public String reason() {
    return reason;
  }
}
