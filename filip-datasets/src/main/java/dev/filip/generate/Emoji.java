package dev.filip.generate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One emoji that every artist has drawn, and what is said of it: most captions are its name, a
 * quarter its keywords too.
 *
 * @param code its code points without FE0F, such as {@code 1F408-200D-2B1B}
 * @param name unique, lower case
 * @param others short names that differ from the name
 * @param keywords words that belong to it, without the name
 * @param group such as {@code animals-nature}
 * @param drawings encoded PNG or SVG of each artist
 */
record Emoji(
    String code,
    String name,
    List<String> others,
    List<String> keywords,
    String group,
    Map<Artist, byte[]> drawings) {
  /** The prompts of zero-shot tests; {@code {c}} is the name. */
  static final List<String> PROMPTS =
      List.of("an emoji of {c}", "a drawing of {c}", "a picture of {c}");

  private static final List<String> FORMS =
      List.of("an emoji of {c}", "{c}", "a drawing of {c}", "a picture of {c}", "an icon of {c}");
  private static final int NAMED = 6;
  private static final int KEYED = 2;

  Emoji {
    others = List.copyOf(others);
    keywords = List.copyOf(keywords);
    drawings = Map.copyOf(drawings);
  }

  /** Whether a mirror image is still the same thing: not so for flags, signs and directions. */
  boolean mayFlip() {
    return !group.equals("flags")
        && !group.equals("symbols")
        && !name.contains("left")
        && !name.contains("right");
  }

  /** The first prompt with the name in its place. */
  String caption() {
    return fill(PROMPTS.getFirst(), name);
  }

  private static String fill(String form, String name) {
    return form.replace("{c}", name);
  }

  /** Up to eight different captions for training. */
  List<String> captions(Dice dice) {
    Set<String> captions = new LinkedHashSet<>();
    int[] forms = dice.order(FORMS.size());
    for (int i = 0; i < NAMED; i++) {
      captions.add(fill(FORMS.get(forms[i % forms.length]), called(dice)));
    }
    for (int i = 0; i < KEYED && !keywords.isEmpty(); i++) {
      boolean named = i % 2 == 0;
      List<String> parts = keywords(named ? 1 + dice.below(3) : 2 + dice.below(2), dice);
      if (named) {
        parts.addFirst(fill(dice.pick(FORMS), called(dice)));
      }
      captions.add(String.join(", ", parts));
    }
    return List.copyOf(captions);
  }

  /** Name and keywords, as a class text that says more. */
  String described() {
    List<String> parts = new ArrayList<>(List.of(name));
    parts.addAll(keywords.subList(0, Math.min(3, keywords.size())));
    return String.join(", ", parts);
  }

  private String called(Dice dice) {
    boolean other = dice.coin();
    return other && !others.isEmpty() ? dice.pick(others) : name;
  }

  private List<String> keywords(int count, Dice dice) {
    int[] order = dice.order(keywords.size());
    List<String> some = new ArrayList<>();
    for (int i = 0; i < Math.min(count, order.length); i++) {
      some.add(keywords.get(order[i]));
    }
    return some;
  }
}
