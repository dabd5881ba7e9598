package dev.filip.cli;

import java.nio.file.Path;
import java.util.List;

/** What several model folders are called beside each other. Stateless. */
final class ModelNames {
  private ModelNames() {}

  /** The folder's name, that of the run for RUN/model, or the whole path where that is taken. */
  static String of(Path model, List<Path> models) {
    long same = models.stream().filter(other -> plain(other).equals(plain(model))).count();
    return same > 1 ? model.toString() : plain(model);
  }

  private static String plain(Path model) {
    Path path = model.toAbsolutePath().normalize();
    String last = String.valueOf(path.getFileName());
    Path parent = path.getParent();
    boolean inRun = last.equals("model") || last.equals("best");
    return inRun && parent != null ? String.valueOf(parent.getFileName()) : last;
  }
}
