package dev.filip.train;

import dev.filip.io.Progress;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The progress line of a run on standard error: loss, images/s, time left. */
public final class ProgressListener implements TrainListener {
  private final String name;
  private String evaluation = "";
  private @Nullable Progress progress;

  /** {@code name} begins the line, such as {@code train late}. */
  public ProgressListener(String name) {
    this.name = name;
  }

  @Override
  public void onStart(long done, long total) {
    progress = new Progress(name, total);
  }

  @Override
  public void onStep(long step, double loss, double imagesPerSecond) {
    if (progress != null) {
      progress.to(
          step,
          String.format(
              Locale.ROOT, "loss %.3f, %.0f images/s%s", loss, imagesPerSecond, evaluation));
    }
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> scores) {
    scores.entrySet().stream()
        .findFirst()
        .ifPresent(e ->
            evaluation =
                String.format(Locale.ROOT, ", %s %.3f at %d", e.getKey(), e.getValue(), step));
  }

  @Override
  public void onEnd() {
    if (progress != null) {
      progress.close();
    }
  }
}
