package dev.filip.data.store;

import java.io.IOException;

/**
 * A shard that could not be had after all tries. The message is one line: the location, the last
 * cause, the number of tries.
 */
public final class UnreachableShard extends IOException {
  private static final long serialVersionUID = 1L;

  private final String location;

  /**
   * A failure that nothing more is tried against.
   *
   * @param location as it was asked for; the message leaves out passwords and signatures
   * @param reason the last cause, one line
   * @param tries how often it was tried
   */
  public UnreachableShard(String location, String reason, int tries, Throwable cause) {
    super(
        Locations.shown(location)
            + ": "
            + reason
            + " ("
            + tries
            + (tries == 1 ? " try)" : " tries)"),
        cause);
    this.location = location;
  }

  /** Which shard. */
  public String location() {
    return location;
  }
}
