package dev.filip.generate;

import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the pictures come from.
 *
 * @param imageSize pixels each way
 * @param validation pictures kept from training
 * @param perTitle most pictures of one title (the collection holds 1,375 stars)
 * @param seed of captions and the validation split
 * @param cache folder for fetched packages
 * @param packages already fetched {@code .deb} files, used instead of fetching
 * @param apt the command that fetches
 * @param workers threads; changes nothing but the time
 */
public record OpenclipartOptions(
    int imageSize,
    int validation,
    int perTitle,
    long seed,
    Path cache,
    List<Path> packages,
    String apt,
    int workers) {
  public OpenclipartOptions {
    BadInput.require(
        imageSize >= 16 && imageSize <= 512, "image-size", imageSize, "16 to 512 pixels");
    BadInput.require(validation >= 0, "validation", validation, "0 or more");
    BadInput.require(perTitle >= 1, "per-title", perTitle, "1 or more");
    BadInput.require(workers >= 1 && workers <= 256, "workers", workers, "1 to 256");
    packages = List.copyOf(packages);
  }

  /** 72 pixels, 200 pictures for validation, at most 50 of one title. */
  public static OpenclipartOptions defaults(Path cache) {
    return new OpenclipartOptions(
        72, 200, 50, 1, cache, List.of(), "apt-get", Runtime.getRuntime().availableProcessors());
  }

  public OpenclipartOptions withImageSize(int other) {
    return new OpenclipartOptions(other, validation, perTitle, seed, cache, packages, apt, workers);
  }

  public OpenclipartOptions withSeed(long other) {
    return new OpenclipartOptions(
        imageSize, validation, perTitle, other, cache, packages, apt, workers);
  }

  public OpenclipartOptions withValidation(int other) {
    return new OpenclipartOptions(imageSize, other, perTitle, seed, cache, packages, apt, workers);
  }

  public OpenclipartOptions withPerTitle(int other) {
    return new OpenclipartOptions(
        imageSize, validation, other, seed, cache, packages, apt, workers);
  }

  public OpenclipartOptions withPackages(List<Path> other) {
    return new OpenclipartOptions(
        imageSize, validation, perTitle, seed, cache, other, apt, workers);
  }

  public OpenclipartOptions withApt(String other) {
    return new OpenclipartOptions(
        imageSize, validation, perTitle, seed, cache, packages, other, workers);
  }

  public OpenclipartOptions withWorkers(int other) {
    return new OpenclipartOptions(
        imageSize, validation, perTitle, seed, cache, packages, apt, other);
  }
}
