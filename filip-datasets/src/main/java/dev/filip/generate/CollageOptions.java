package dev.filip.generate;

import dev.filip.io.BadInput;

/**
 * How many collages of what.
 *
 * @param emoji where the drawings come from; its image size is not used
 * @param train training collages, of Google's and Twitter's drawings
 * @param validation collages of the same two
 * @param test collages in each of {@code test-seen} (the same two) and {@code test-unseen}
 *     (OpenMoji)
 * @param names different things
 * @param imageSize pixels each way
 * @param lineArt share of the training drawings that is redrawn with lines
 * @param captions of a training collage: the plain one, the same from the last thing on, rewordings
 * @param testCaptions of a test collage, made the same way
 * @param variation strength of colour and form changes of the training drawings, 0 for none
 */
public record CollageOptions(
    EmojiOptions emoji,
    int train,
    int validation,
    int test,
    int names,
    int imageSize,
    double lineArt,
    double variation,
    int captions,
    int testCaptions) {
  public CollageOptions {
    BadInput.require(train >= 0, "collages", train, "0 or more");
    BadInput.require(validation >= 0, "validation", validation, "0 or more");
    BadInput.require(test >= 0, "test", test, "0 or more");
    BadInput.require(names >= 4, "names", names, "4 or more");
    BadInput.require(
        imageSize >= 32 && imageSize <= 1024, "image-size", imageSize, "32 to 1024 pixels");
    BadInput.require(lineArt >= 0 && lineArt <= 1, "line-art", lineArt, "in [0, 1]");
    BadInput.require(
        variation >= 0 && variation <= 2, "variation", variation, "in [0, 2], 0 for none");
    BadInput.require(captions >= 1 && captions <= 10, "captions", captions, "1 to 10");
    BadInput.require(
        testCaptions >= 1 && testCaptions <= 10, "test-captions", testCaptions, "1 to 10");
  }

  /** 24,000 training, 500 validation, twice 1,000 test collages of 100 names at 84 pixels. */
  public static CollageOptions defaults(EmojiOptions emoji) {
    return new CollageOptions(emoji, 24_000, 500, 1_000, 100, 84, 0.7, 1, 2, 1);
  }

  /** All samples of all splits. */
  public int total() {
    return train + validation + 2 * test;
  }

  public CollageOptions withCounts(int train, int validation, int test) {
    return new CollageOptions(
        emoji,
        train,
        validation,
        test,
        names,
        imageSize,
        lineArt,
        variation,
        captions,
        testCaptions);
  }

  public CollageOptions withNames(int other) {
    return with(other, imageSize, lineArt, variation);
  }

  public CollageOptions withImageSize(int other) {
    return with(names, other, lineArt, variation);
  }

  public CollageOptions withVariation(double other) {
    return with(names, imageSize, lineArt, other);
  }

  public CollageOptions withLineArt(double other) {
    return with(names, imageSize, other, variation);
  }

  private CollageOptions with(int things, int pixels, double redrawn, double varied) {
    return new CollageOptions(
        emoji, train, validation, test, things, pixels, redrawn, varied, captions, testCaptions);
  }

  public CollageOptions withCaptions(int ofTraining) {
    return with(ofTraining, testCaptions);
  }

  public CollageOptions withTestCaptions(int ofTest) {
    return with(captions, ofTest);
  }

  private CollageOptions with(int ofTraining, int ofTest) {
    return new CollageOptions(
        emoji, train, validation, test, names, imageSize, lineArt, variation, ofTraining, ofTest);
  }
}
