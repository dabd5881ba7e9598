package dev.filip.eval;

import dev.filip.io.BadInput;
import dev.filip.text.Prompts;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a retrieval benchmark asks: the words around each caption, how many captions of an image
 * count, and in how many folds the images are ranked. Immutable.
 *
 * @param textToImage template around a caption that asks for its image
 * @param imageToText template around a caption among which images choose
 * @param captions of an image that count, its first; 0 for all
 * @param folds 1 for none
 */
public record RetrievalProtocol(String textToImage, String imageToText, int captions, int folds) {
  private static final String PROMPTS = "--prompts";
  private static final String ASKING = "--text-to-image-prompt";
  private static final String CHOSEN = "--image-to-text-prompt";
  private static final String CAPTIONS = "--captions";
  private static final String FOLDS = "--folds";
  private static final String PLAIN = "{}";

  /** Captions as they are, all of them, all images at once. */
  static final RetrievalProtocol DEFAULT = new RetrievalProtocol(PLAIN, PLAIN, 0, 1);

  static final List<Task.Option> OPTIONS =
      List.of(
          new Task.Option(
              PROMPTS,
              "SET",
              "The paper's prompts, one for each direction: flickr30k or coco; none leaves captions as they are. Default: none."),
          new Task.Option(
              ASKING,
              "TEMPLATE",
              "Another prompt for captions that ask for an image: {} stands for the caption."),
          new Task.Option(
              CHOSEN, "TEMPLATE", "Another prompt for captions among which images choose."),
          new Task.Option(
              CAPTIONS,
              "N",
              "Only the first N captions of each image; published numbers on MSCOCO take 5. Default: all."),
          new Task.Option(
              FOLDS,
              "N",
              "Also the mean over N folds of neighbouring images, each ranked by itself: 5 for MSCOCO's 1K. Default: 1, none."));

  public RetrievalProtocol {
    BadInput.require(captions >= 0, CAPTIONS, captions, ">= 1");
    BadInput.require(folds >= 1, FOLDS, folds, ">= 1");
    prompt(ASKING, textToImage);
    prompt(CHOSEN, imageToText);
  }

  /**
   * What {@link #OPTIONS} say.
   *
   * @throws BadInput for a wrong value
   */
  static RetrievalProtocol of(Map<String, String> given) {
    String set = given.getOrDefault(PROMPTS, "none").toLowerCase(Locale.ROOT);
    BadInput.require(
        List.of("none", "flickr30k", "coco").contains(set),
        PROMPTS,
        set,
        "flickr30k, coco or none");
    boolean plain = set.equals("none");
    return new RetrievalProtocol(
        given.getOrDefault(ASKING, plain ? PLAIN : named(set + "-text-to-image")),
        given.getOrDefault(CHOSEN, plain ? PLAIN : named(set + "-image-to-text")),
        given.containsKey(CAPTIONS) ? positive(given, CAPTIONS) : 0,
        given.containsKey(FOLDS) ? positive(given, FOLDS) : 1);
  }

  private static String named(String set) {
    return Prompts.named(set).templates().getFirst();
  }

  private static int positive(Map<String, String> given, String name) {
    String word = given.getOrDefault(name, "");
    BadInput.require(word.matches("0*[1-9][0-9]{0,7}"), name, word, "a whole number >= 1");
    return Integer.parseInt(word);
  }

  private static Prompts prompt(String option, String template) {
    return new Prompts(option, List.of(template));
  }

  /** The captions of an image that count. */
  List<String> counted(List<String> all) {
    return captions == 0 || all.size() <= captions ? all : all.subList(0, captions);
  }

  /** Captions as they ask for images. */
  List<String> asking(List<String> texts) {
    return filled(prompt(ASKING, textToImage), texts);
  }

  /** Captions as images choose among them. */
  List<String> chosen(List<String> texts) {
    return filled(prompt(CHOSEN, imageToText), texts);
  }

  boolean sameTexts() {
    return textToImage.equals(imageToText);
  }

  /** A template that goes on with a full stop brings its own: the caption's is taken off. */
  private static List<String> filled(Prompts prompt, List<String> texts) {
    boolean stops = prompt.templates().getFirst().contains("}.");
    return texts.stream().map(text -> prompt.of(stops ? open(text) : text).getFirst()).toList();
  }

  private static String open(String caption) {
    int end = caption.length();
    while (end > 0
        && (caption.charAt(end - 1) == '.' || Character.isWhitespace(caption.charAt(end - 1)))) {
      end--;
    }
    return caption.substring(0, end);
  }

  /**
   * Throws where there are fewer images than folds.
   *
   * @param images that were or may be judged
   */
  void requireFolds(long images) {
    BadInput.require(folds <= images, FOLDS, folds, "at most the number of images, " + images);
  }

  /** Adds to the fingerprint what differs from {@link #DEFAULT} and changes a score. */
  void print(Fingerprint print) {
    if (!textToImage.equals(PLAIN) || !imageToText.equals(PLAIN)) {
      print.with("text_to_image_prompt", textToImage).with("image_to_text_prompt", imageToText);
    }
    if (captions > 0) {
      print.with("captions", Integer.toString(captions));
    }
  }
}
