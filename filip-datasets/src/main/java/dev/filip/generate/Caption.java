package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.List;

/**
 * A sentence and which of its characters name which thing of the picture.
 *
 * @param text one line
 * @param phrases in the order of the sentence
 */
record Caption(String text, List<Phrase> phrases) {

  /**
   * Characters [from, to) name thing {@code item}, its noun is [nounFrom, nounTo).
   *
   * @param item index into the picture's things
   */
  record Phrase(int from, int to, int nounFrom, int nounTo, int item) {}

  Caption {
    phrases = List.copyOf(phrases);
  }

  /** One object a phrase: {@code span}, {@code box}, {@code noun}. */
  ArrayNode toJson(List<Box> boxes) {
    ArrayNode all = Json.mapper().createArrayNode();
    for (Phrase phrase : phrases) {
      ObjectNode one = all.addObject();
      one.set("span", range(phrase.from, phrase.to));
      one.set("box", boxes.get(phrase.item).toJson());
      one.set("noun", range(phrase.nounFrom, phrase.nounTo));
    }
    return all;
  }

  /**
   * The metadata of a picture with these captions: {@code boxes} belong to the first caption,
   * {@code captions} gives text and boxes of each.
   */
  static ObjectNode metadata(List<Caption> captions, List<Box> boxes) {
    ObjectNode json = Json.object();
    json.set("boxes", captions.getFirst().toJson(boxes));
    ArrayNode all = json.putArray("captions");
    for (Caption caption : captions) {
      all.addObject().put("text", caption.text).set("boxes", caption.toJson(boxes));
    }
    return json;
  }

  /** The captions, one a line. */
  static String lines(List<Caption> captions) {
    StringBuilder lines = new StringBuilder();
    captions.forEach(c -> lines.append(c.text).append('\n'));
    return lines.toString();
  }

  private static ArrayNode range(int from, int to) {
    return Json.mapper().createArrayNode().add(from).add(to);
  }

  /** Puts a sentence together. */
  static final class Builder {
    private final StringBuilder text = new StringBuilder();
    private final List<Phrase> phrases = new java.util.ArrayList<>();

    /** Adds words, a blank before them where needed. */
    Builder say(String words) {
      if (!text.isEmpty()) {
        text.append(' ');
      }
      text.append(words);
      return this;
    }

    /** Adds a phrase that names thing {@code item}; its last part is the noun. */
    Builder name(String before, String noun, int item) {
      if (!text.isEmpty()) {
        text.append(' ');
      }
      int from = text.length();
      if (!before.isEmpty()) {
        text.append(before).append(' ');
      }
      int nounFrom = text.length();
      text.append(noun);
      phrases.add(new Phrase(from, text.length(), nounFrom, text.length(), item));
      return this;
    }

    Caption build() {
      return new Caption(text.toString(), phrases);
    }
  }
}
