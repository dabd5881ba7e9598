package dev.filip.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Our model inputs against another program's: for each {@code a.png.npy} of a folder (float32, [3,
 * height, width]) the image {@code a.png} is preprocessed and compared.
 */
public final class PixelsParity {
  private static final double LOSSLESS = 1e-6;

  private PixelsParity() {}

  /**
   * One file.
   *
   * @param why null when compared; else why it could not be
   */
  public record FileResult(
      String file,
      double maxAbs,
      double meanAbs,
      double tolerance,
      boolean ok,
      @Nullable String why) {}

  /** All files, by name. */
  public record Result(List<FileResult> files) {
    /** Whether every file is within its tolerance. */
    public boolean ok() {
      return files.stream().allMatch(FileResult::ok);
    }

    /** {@code stages} (one a file), {@code first_difference}, {@code ok}. */
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      ArrayNode stages = json.putArray("stages");
      for (FileResult file : files) {
        ObjectNode stage = stages.addObject().put("stage", file.file());
        if (file.why() == null) {
          stage.put("max_abs", file.maxAbs()).put("mean_abs", file.meanAbs());
        } else {
          stage.put("why", file.why());
        }
        stage.put("tolerance", file.tolerance()).put("ok", file.ok());
      }
      json.put(
          "first_difference",
          files.stream().filter(f -> !f.ok()).map(FileResult::file).findFirst().orElse(null));
      return json.put("ok", ok());
    }
  }

  /**
   * Compares.
   *
   * @param tolerance absolute; empty: 1e-6 for lossless files, 2/255/std for lossy ones
   */
  public static Result run(Path folder, Preprocess settings, OptionalDouble tolerance)
      throws IOException {
    BadInput.require(Files.isDirectory(folder), "golden", folder, "a folder");
    List<Path> goldens;
    try (Stream<Path> entries = Files.list(folder)) {
      goldens = entries.filter(p -> p.toString().endsWith(".npy")).sorted().toList();
    }
    BadInput.require(!goldens.isEmpty(), "golden", folder, "a folder with IMAGE.npy files");
    Preprocessor preprocessor = new Preprocessor(settings);
    List<FileResult> results = new ArrayList<>();
    for (Path golden : goldens) {
      results.add(compare(golden, preprocessor, tolerance));
    }
    return new Result(List.copyOf(results));
  }

  private static FileResult compare(
      Path golden, Preprocessor preprocessor, OptionalDouble tolerance) throws IOException {
    String name = golden.getFileName().toString().replaceFirst("\\.npy$", "");
    Path image = golden.resolveSibling(name);
    BadInput.require(Files.exists(image), "golden " + golden, "no image", "beside " + image);
    Npy theirs = Npy.read(golden);
    double allowed = tolerance.orElse(LOSSLESS);
    try {
      byte[] file = Files.readAllBytes(image);
      if (tolerance.isEmpty() && lossy(file)) {
        allowed = 2 / 255.0 / preprocessor.settings().std().stream().reduce(1.0, Math::min);
      }
      float[] ours = preprocessor.apply(file);
      int[] shape = {3, preprocessor.settings().height(), preprocessor.settings().width()};
      if (!Arrays.equals(shape, theirs.shape())) {
        String why =
            "shape " + Arrays.toString(theirs.shape()) + ", ours " + Arrays.toString(shape);
        return new FileResult(name, Double.NaN, Double.NaN, allowed, false, why);
      }
      return measured(name, ours, theirs.values(), allowed);
    } catch (UndecodableImage e) {
      return new FileResult(name, Double.NaN, Double.NaN, allowed, false, e.getMessage());
    }
  }

  private static boolean lossy(byte[] file) throws UndecodableImage {
    return switch (ImageHeader.of(file).kind()) {
      case JPEG -> true;
      case WEBP -> file.length > 15 && file[15] != 'L';
      case PNG, GIF, BMP -> false;
    };
  }

  private static FileResult measured(String name, float[] ours, float[] theirs, double allowed) {
    double most = 0;
    double sum = 0;
    for (int i = 0; i < ours.length; i++) {
      double difference = Math.abs((double) ours[i] - theirs[i]);
      most = difference > most || Double.isNaN(difference) ? difference : most;
      sum += difference;
    }
    return new FileResult(name, most, sum / ours.length, allowed, most <= allowed, null);
  }
}
