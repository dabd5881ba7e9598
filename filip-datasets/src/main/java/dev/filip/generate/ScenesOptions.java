package dev.filip.generate;

import dev.filip.io.BadInput;

/**
 * How many scenes of what size.
 *
 * @param train training scenes; of every four the first two are twins, the others singles
 * @param validation single scenes
 * @param test single scenes, one caption each, with foils
 * @param twins pairs of twins in {@code test-twins}
 * @param imageSize pixels each way
 * @param captions different captions (orders) of a training scene, at most
 * @param seed same seed, same pictures
 * @param workers threads; changes nothing but the time
 */
public record ScenesOptions(
    int train,
    int validation,
    int test,
    int twins,
    int imageSize,
    int captions,
    long seed,
    int workers) {
  public ScenesOptions {
    BadInput.require(train >= 0, "train", train, "0 or more");
    BadInput.require(validation >= 0, "validation", validation, "0 or more");
    BadInput.require(test >= 0, "test", test, "0 or more");
    BadInput.require(twins >= 0, "twins", twins, "0 or more");
    BadInput.require(
        imageSize >= 24 && imageSize <= 1024, "image-size", imageSize, "24 to 1024 pixels");
    BadInput.require(captions >= 1 && captions <= 12, "captions", captions, "1 to 12");
    BadInput.require(workers >= 1 && workers <= 256, "workers", workers, "1 to 256");
  }

  /** 32,000 training, 500 validation, 1,000 test scenes and 250 pairs of twins of 84 pixels. */
  public static ScenesOptions defaults() {
    return new ScenesOptions(
        32_000, 500, 1_000, 250, 84, 4, 1, Runtime.getRuntime().availableProcessors());
  }

  public ScenesOptions withSeed(long other) {
    return new ScenesOptions(train, validation, test, twins, imageSize, captions, other, workers);
  }

  public ScenesOptions withWorkers(int other) {
    return new ScenesOptions(train, validation, test, twins, imageSize, captions, seed, other);
  }

  public ScenesOptions withImageSize(int other) {
    return new ScenesOptions(train, validation, test, twins, other, captions, seed, workers);
  }

  /** Other counts. */
  public ScenesOptions withCounts(int train, int validation, int test, int twins) {
    return new ScenesOptions(train, validation, test, twins, imageSize, captions, seed, workers);
  }
}
