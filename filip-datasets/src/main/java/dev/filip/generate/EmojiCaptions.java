package dev.filip.generate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is said of one emoji: most captions its name, a quarter its keywords too. */
final class EmojiCaptions {
  /** The prompts of zero-shot tests; {@code {c}} is the name. */
  static final List<String> PROMPTS =
      List.of("an emoji of {c}", "a drawing of {c}", "a picture of {c}");

  private static final List<String> FORMS =
      List.of("an emoji of {c}", "{c}", "a drawing of {c}", "a picture of {c}", "an icon of {c}");
  private static final int NAMED = 6;
  private static final int KEYED = 2;

  private EmojiCaptions() {}

  /** {@code form} with the name in its place. */
  static String fill(String form, String name) {
    return form.replace("{c}", name);
  }

  /** Up to eight different captions for training. */
  static List<String> training(Emoji emoji, Dice dice) {
    Set<String> captions = new LinkedHashSet<>();
    int[] forms = dice.order(FORMS.size());
    for (int i = 0; i < NAMED; i++) {
      captions.add(fill(FORMS.get(forms[i % forms.length]), called(emoji, dice)));
    }
    for (int i = 0; i < KEYED && !emoji.keywords().isEmpty(); i++) {
      boolean named = i % 2 == 0;
      List<String> parts = keywords(emoji, named ? 1 + dice.below(3) : 2 + dice.below(2), dice);
      if (named) {
        parts.addFirst(fill(dice.pick(FORMS), called(emoji, dice)));
      }
      captions.add(String.join(", ", parts));
    }
    return List.copyOf(captions);
  }

  /** Name and keywords, as a class text that says more. */
  static String described(Emoji emoji) {
    List<String> parts = new ArrayList<>(List.of(emoji.name()));
    parts.addAll(emoji.keywords().subList(0, Math.min(3, emoji.keywords().size())));
    return String.join(", ", parts);
  }

  private static String called(Emoji emoji, Dice dice) {
    boolean other = dice.coin();
    return other && !emoji.others().isEmpty() ? dice.pick(emoji.others()) : emoji.name();
  }

  private static List<String> keywords(Emoji emoji, int count, Dice dice) {
    int[] order = dice.order(emoji.keywords().size());
    List<String> some = new ArrayList<>();
    for (int i = 0; i < Math.min(count, order.length); i++) {
      some.add(emoji.keywords().get(order[i]));
    }
    return some;
  }
}
