package dev.filip.generate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What is said of a collage: the plain sentence, the same told from the other end, and rewordings
 * that keep the meaning, as a translation there and back would: another order, other words for a
 * thing, other connectives. Immutable.
 *
 * @param names of the things
 * @param synonyms for each thing what it is called besides: words that belong to no other thing of
 *     this set, so that they say as much as the name
 */
record CollageWording(List<String> names, List<List<String>> synonyms) {
  private static final String SHORT_WORDS = "[a-z]+( [a-z]+)?";
  private static final int TRIES = 8;

  CollageWording {
    names = List.copyOf(names);
    synonyms = List.copyOf(synonyms);
  }

  /** Names of these emoji, with their other names and keywords as synonyms. */
  static CollageWording of(List<Emoji> emoji) {
    List<String> names = emoji.stream().map(Emoji::name).toList();
    List<Set<String>> words = emoji.stream().map(CollageWording::words).toList();
    List<List<String>> synonyms = new ArrayList<>();
    for (Set<String> own : words) {
      synonyms.add(
          own.stream()
              .filter(word -> !names.contains(word))
              .filter(word -> words.stream().filter(other -> other.contains(word)).count() == 1)
              .toList());
    }
    return new CollageWording(names, synonyms);
  }

  private static Set<String> words(Emoji emoji) {
    Set<String> words = new LinkedHashSet<>(emoji.others());
    words.addAll(emoji.keywords());
    words.removeIf(word -> !word.matches(SHORT_WORDS));
    return words;
  }

  /** {@code NAME REL NAME ... on COLOUR ground}: what a test picture is called. */
  Caption plain(Collage collage) {
    return say(collage, false, Manner.PLAIN, names(collage));
  }

  /**
   * Up to {@code count} different captions, the plain one first, then the same from the last thing
   * on, then rewordings.
   */
  List<Caption> captions(Collage collage, int count, Dice dice) {
    List<Caption> captions = new ArrayList<>(List.of(plain(collage)));
    if (count > 1) {
      captions.add(say(collage, true, Manner.PLAIN, names(collage)));
    }
    for (int i = 0; captions.size() < count && i < TRIES * count; i++) {
      Caption other = reworded(collage, dice);
      if (captions.stream().noneMatch(caption -> caption.text().equals(other.text()))) {
        captions.add(other);
      }
    }
    return captions;
  }

  private Caption reworded(Collage collage, Dice dice) {
    List<String> called = new ArrayList<>();
    for (Collage.Item item : collage.items()) {
      List<String> others = synonyms.get(item.name());
      boolean other = dice.coin() && !others.isEmpty();
      called.add(other ? dice.pick(others) : names.get(item.name()));
    }
    return say(collage, dice.coin(), dice.pick(Manner.values()), called);
  }

  private List<String> names(Collage collage) {
    return collage.items().stream().map(item -> names.get(item.name())).toList();
  }

  /** One sentence, from the first item on or from the last; {@code called} has a word an item. */
  private static Caption say(
      Collage collage, boolean fromLast, Manner manner, List<String> called) {
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, collage.items().size()).boxed().toList());
    if (fromLast) {
      Collections.reverse(order);
    }
    Caption.Builder caption = new Caption.Builder();
    for (int i = 0; i < order.size(); i++) {
      Collage.Item item = collage.items().get(order.get(i));
      if (i > 0) {
        caption.say(manner.relation(collage.items().get(order.get(i - 1)), item));
      }
      String name = called.get(order.get(i));
      int noun = name.lastIndexOf(' ') + 1;
      caption.name(name.substring(0, noun).strip(), name.substring(noun), order.get(i));
    }
    return caption.say(manner.ground(collage.ground().word())).build();
  }

  /** The connectives of one sentence. */
  enum Manner {
    PLAIN("left of", "right of", "above", "below", "on %s ground"),
    SIDES("to the left of", "to the right of", "over", "under", "with %s background"),
    PLACES("on the left of", "on the right of", "on top of", "beneath", "in front of %s");

    private final String left;
    private final String right;
    private final String above;
    private final String below;
    private final String ground;

    Manner(String left, String right, String above, String below, String ground) {
      this.left = left;
      this.right = right;
      this.above = above;
      this.below = below;
      this.ground = ground;
    }

    private String relation(Collage.Item a, Collage.Item b) {
      if (a.row() == b.row()) {
        return a.column() < b.column() ? left : right;
      }
      return a.row() < b.row() ? above : below;
    }

    private String ground(String colour) {
      return ground.replace("%s", colour);
    }
  }
}
