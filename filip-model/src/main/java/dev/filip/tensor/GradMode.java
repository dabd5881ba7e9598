package dev.filip.tensor;

import org.bytedeco.pytorch.AutoGradMode;

/** Recording of gradients by this thread, on or off, until closed (by the same thread). */
public final class GradMode implements AutoCloseable {
  private final AutoGradMode mode;

  private GradMode(boolean on) {
    mode = new AutoGradMode(on);
  }

  /** Nothing is recorded. */
  public static GradMode off() {
    return new GradMode(false);
  }

  /** Operations are recorded, also inside a backward hook. */
  public static GradMode on() {
    return new GradMode(true);
  }

  /** Whether this thread records. */
  public static boolean isOn() {
    return org.bytedeco.pytorch.GradMode.is_enabled();
  }

  @Override
  public void close() {
    mode.close();
  }
}
