package dev.filip.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the names of categories in captions. A name is found where it stands as whole words in any
 * case, blanks or hyphens between them, as it is or with its last word in the plural: {@code -s};
 * {@code -es} after s, x, z, ch, sh; {@code -ies} for a y after a consonant; and the irregular ones
 * listed here. Nothing else counts, so {@code man} is no {@code person}. Where names overlap the
 * one that begins first is taken, the longest of those: a {@code hot dog} is no {@code dog}.
 * Immutable.
 */
final class CategoryNames {
  private static final Map<String, List<String>> IRREGULAR =
      Map.ofEntries(
          Map.entry("person", List.of("people", "persons")),
          Map.entry("man", List.of("men")),
          Map.entry("woman", List.of("women")),
          Map.entry("child", List.of("children")),
          Map.entry("mouse", List.of("mice")),
          Map.entry("goose", List.of("geese")),
          Map.entry("foot", List.of("feet")),
          Map.entry("tooth", List.of("teeth")),
          Map.entry("knife", List.of("knives")),
          Map.entry("wife", List.of("wives")),
          Map.entry("leaf", List.of("leaves")),
          Map.entry("loaf", List.of("loaves")),
          Map.entry("shelf", List.of("shelves")),
          Map.entry("wolf", List.of("wolves")),
          Map.entry("calf", List.of("calves")),
          Map.entry("scarf", List.of("scarves", "scarfs")),
          Map.entry("potato", List.of("potatoes")),
          Map.entry("tomato", List.of("tomatoes")));

  private final Map<String, Integer> category = new HashMap<>();
  private final Pattern pattern;

  CategoryNames(List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      for (String form : forms(plain(names.get(i)))) {
        category.putIfAbsent(form, i);
      }
    }
    String any =
        category.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(n -> n))
            .map(form ->
                Pattern.compile(" ")
                    .splitAsStream(form)
                    .map(Pattern::quote)
                    .collect(Collectors.joining("[\\s-]+")))
            .collect(Collectors.joining("|"));
    pattern =
        Pattern.compile(
            "(?<![\\p{L}\\p{N}])(?:" + any + ")(?![\\p{L}\\p{N}])",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  /** Category {@code category} at characters {@code [from, to)}. */
  record Mention(int category, int from, int to) {}

  /** Each category that a caption names, at its first place. */
  List<Mention> in(String caption) {
    List<Mention> out = new ArrayList<>();
    Set<Integer> had = new HashSet<>();
    Matcher match = pattern.matcher(caption);
    while (match.find()) {
      Integer found = category.get(plain(match.group()));
      if (found != null && had.add(found)) {
        out.add(new Mention(found, match.start(), match.end()));
      }
    }
    return out;
  }

  private static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s-]+", " ");
  }

  private static List<String> forms(String name) {
    int blank = name.lastIndexOf(' ') + 1;
    String last = name.substring(blank);
    List<String> forms = new ArrayList<>(List.of(name));
    for (String plural : IRREGULAR.getOrDefault(last, List.of(plural(last)))) {
      forms.add(name.substring(0, blank) + plural);
    }
    return forms;
  }

  private static String plural(String word) {
    if (word.matches(".*(s|x|z|ch|sh)")) {
      return word + "es";
    }
    return word.matches(".*[^aeiou]y") ? word.substring(0, word.length() - 1) + "ies" : word + "s";
  }
}
