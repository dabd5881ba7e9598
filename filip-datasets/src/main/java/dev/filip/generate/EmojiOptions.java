package dev.filip.generate;

import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the drawings come from and how they are split.
 *
 * @param imageSize pixels each way
 * @param heldOut share of the names kept from training, for every artist
 * @param lineArt redrawings with lines of every training drawing, in splits of their own
 * @param seed of captions and held-out names
 * @param cache folder for fetched packages
 * @param packages already fetched {@code .tgz} files, used instead of fetching
 * @param npm the command that fetches
 * @param workers threads; changes nothing but the time
 */
public record EmojiOptions(
    int imageSize,
    double heldOut,
    int lineArt,
    long seed,
    Path cache,
    List<Path> packages,
    String npm,
    int workers) {
  public EmojiOptions {
    BadInput.require(
        imageSize >= 16 && imageSize <= 512, "image-size", imageSize, "16 to 512 pixels");
    BadInput.require(heldOut >= 0 && heldOut < 1, "held-out", heldOut, "in [0, 1)");
    BadInput.require(lineArt >= 0 && lineArt <= 100, "line-art", lineArt, "0 to 100");
    BadInput.require(workers >= 1 && workers <= 256, "workers", workers, "1 to 256");
    packages = List.copyOf(packages);
  }

  /**
   * 72 pixels, a tenth of the names held out, four redrawings, packages fetched into {@code cache}.
   */
  public static EmojiOptions defaults(Path cache) {
    return new EmojiOptions(
        72,
        0.1,
        4,
        1,
        cache,
        List.of(),
        NpmPackage.command(),
        Runtime.getRuntime().availableProcessors());
  }

  /** The cache folder beside an output folder. */
  public static Path cacheBeside(Path out) {
    return out.toAbsolutePath().resolveSibling(".cache");
  }

  public EmojiOptions withImageSize(int other) {
    return new EmojiOptions(other, heldOut, lineArt, seed, cache, packages, npm, workers);
  }

  public EmojiOptions withLineArt(int other) {
    return new EmojiOptions(imageSize, heldOut, other, seed, cache, packages, npm, workers);
  }

  public EmojiOptions withSeed(long other) {
    return new EmojiOptions(imageSize, heldOut, lineArt, other, cache, packages, npm, workers);
  }

  public EmojiOptions withPackages(List<Path> other) {
    return new EmojiOptions(imageSize, heldOut, lineArt, seed, cache, other, npm, workers);
  }

  public EmojiOptions withNpm(String other) {
    return new EmojiOptions(imageSize, heldOut, lineArt, seed, cache, packages, other, workers);
  }

  public EmojiOptions withWorkers(int other) {
    return new EmojiOptions(imageSize, heldOut, lineArt, seed, cache, packages, npm, other);
  }
}
