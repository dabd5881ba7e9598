package dev.filip.parity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.image.ImageHeader;
import dev.filip.image.Preprocess;
import dev.filip.image.Preprocessor;
import dev.filip.image.UndecodableImage;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
   * How far numbers may be off.
   *
   * @param absolute empty: 1e-6 for lossless files, 2/255/std for lossy ones
   * @param relative to the golden's number
   */
  public record Tolerance(OptionalDouble absolute, double relative) {
    /** The documented one. */
    public static final Tolerance USUAL = new Tolerance(OptionalDouble.empty(), 0);

    public Tolerance {
      BadInput.require(absolute.orElse(0) >= 0, "atol", absolute.orElse(0), ">= 0");
      BadInput.require(relative >= 0, "rtol", relative, ">= 0");
    }
  }

  /**
   * One file.
   *
   * @param first flat index of the first number outside the tolerance, or -1
   * @param why null when compared; else why it could not be
   */
  public record FileResult(
      String file,
      double maxAbs,
      double meanAbs,
      double tolerance,
      int first,
      @Nullable String why) {
    /** Whether every number lies within the tolerance. */
    public boolean ok() {
      return first < 0 && why == null;
    }
  }

  /**
   * All files, by name.
   *
   * @param notCompared images without a golden
   */
  public record Result(List<FileResult> files, List<String> notCompared) {
    /** Whether every file is within its tolerance. */
    public boolean ok() {
      return files.stream().allMatch(FileResult::ok);
    }

    /** The compared file that is furthest off, where any is off. */
    public Optional<FileResult> worst() {
      return files.stream()
          .filter(f -> f.why() == null && !(f.maxAbs() == 0))
          .max(Comparator.comparingDouble(FileResult::maxAbs));
    }

    /** {@code stages} by file, {@code worst}, {@code first_difference}, {@code not_compared}. */
    public ObjectNode toJson() {
      ObjectNode json = Json.object().put("ok", ok());
      ObjectNode stages = json.putObject("stages");
      for (FileResult file : files) {
        ObjectNode stage = stages.putObject(file.file());
        if (file.why() == null) {
          stage.put("max_abs", file.maxAbs()).put("mean_abs", file.meanAbs());
        } else {
          stage.put("why", file.why());
        }
        stage.put("atol", file.tolerance()).put("ok", file.ok());
      }
      json.put("worst", worst().map(FileResult::file).orElse(null));
      json.put(
          "first_difference",
          files.stream().filter(f -> !f.ok()).map(FileResult::file).findFirst().orElse(null));
      notCompared.forEach(json.putArray("not_compared")::add);
      return json;
    }
  }

  /**
   * Compares.
   *
   * @throws BadInput for a golden that is none for these settings, naming the file
   */
  public static Result run(Path folder, Preprocess settings, Tolerance tolerance)
      throws IOException {
    BadInput.require(Files.isDirectory(folder), "golden", folder, "a folder");
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.filter(Files::isRegularFile).sorted().toList();
    }
    List<Path> goldens = files.stream().filter(p -> p.toString().endsWith(".npy")).toList();
    BadInput.require(!goldens.isEmpty(), "golden", folder, "a folder with IMAGE.npy files");
    Preprocessor preprocessor = new Preprocessor(settings);
    List<FileResult> results = new ArrayList<>();
    for (Path golden : goldens) {
      results.add(compare(golden, preprocessor, tolerance));
    }
    List<String> alone =
        files.stream()
            .filter(p -> !goldens.contains(p) && !goldens.contains(Path.of(p + ".npy")))
            .map(p -> p.getFileName().toString())
            .toList();
    return new Result(List.copyOf(results), alone);
  }

  private static FileResult compare(Path golden, Preprocessor preprocessor, Tolerance tolerance)
      throws IOException {
    String name = golden.getFileName().toString().replaceFirst("\\.npy$", "");
    Path image = golden.resolveSibling(name);
    BadInput.require(Files.exists(image), "golden " + golden, "no image", "beside " + image);
    Npy theirs = floats(golden);
    long[] shape = {3, preprocessor.settings().height(), preprocessor.settings().width()};
    BadInput.require(
        Arrays.equals(shape, theirs.shape()),
        "golden " + golden + ": shape",
        Arrays.toString(theirs.shape()),
        Arrays.toString(shape) + " for this model");
    float[] values = theirs.floats();
    for (float value : values) {
      BadInput.require(Float.isFinite(value), "golden " + golden, value, "finite numbers");
    }
    double allowed = tolerance.absolute().orElse(LOSSLESS);
    try {
      byte[] file = Files.readAllBytes(image);
      if (tolerance.absolute().isEmpty() && lossy(file)) {
        allowed = 2 / 255.0 / preprocessor.settings().std().stream().reduce(1.0, Math::min);
      }
      float[] ours = preprocessor.apply(file);
      return measured(name, ours, values, allowed, tolerance.relative());
    } catch (UndecodableImage e) {
      return new FileResult(name, Double.NaN, Double.NaN, allowed, -1, e.getMessage());
    }
  }

  private static Npy floats(Path golden) throws IOException {
    Npy array = Npy.open(golden);
    BadInput.require(
        array.kind() == Npy.Kind.FLOAT,
        golden.toString(),
        "whole numbers",
        "float16, float32 or float64");
    return array;
  }

  private static boolean lossy(byte[] file) throws UndecodableImage {
    return switch (ImageHeader.of(file).kind()) {
      case JPEG -> true;
      case WEBP -> file.length > 15 && file[15] != 'L';
      case PNG, GIF, BMP -> false;
    };
  }

  private static FileResult measured(
      String name, float[] ours, float[] theirs, double allowed, double relative) {
    double most = 0;
    double sum = 0;
    int first = -1;
    for (int i = 0; i < ours.length; i++) {
      double off = Math.abs((double) ours[i] - theirs[i]);
      most = Math.max(most, off); // NaN stays
      sum += off;
      first = first < 0 && !(off <= allowed + relative * Math.abs(theirs[i])) ? i : first;
    }
    return new FileResult(name, most, sum / ours.length, allowed, first, null);
  }
}
