package dev.filip.curate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.filip.config.ConfigNode;
import dev.filip.image.HashIndex;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a file, in its order: what comes first takes a sample, and a rule sees what those
 * before it left. Immutable.
 *
 * @param names as the file has them
 * @param request every setting, in order: what a run compares when it goes on
 */
record RuleBook(List<String> names, List<Rule> rules, ArrayNode request) {
  /** More than there are kinds of rules; a rule's number fits into a byte, a set of them in 56. */
  static final int MOST = 56;

  private static final int UNLIMITED = Integer.MAX_VALUE;
  private static final Map<String, Kind> KINDS = kinds();

  RuleBook {
    names = List.copyOf(names);
    rules = List.copyOf(rules);
    BadInput.require(!rules.isEmpty(), "rules", "none", "at least one rule");
  }

  /** A rule's keys, and how it is made of their values. */
  private record Kind(Set<String> keys, BiFunction<ConfigNode, Path, Rule> maker) {}

  /** Reads a file; paths in it are relative to its folder. */
  static RuleBook read(Path file) {
    return parse(Texts.read(file), file);
  }

  /** Rules of a text; an unknown or wrong key is {@link BadInput} that names it. */
  static RuleBook parse(String text, Path file) {
    ConfigNode root = ConfigNode.parse(text, file.toString());
    BadInput.require(
        root.node() != null && root.node().isObject(),
        file.toString(),
        "no rule",
        "a map of rules: " + String.join(", ", KINDS.keySet()));
    root.map(KINDS.keySet());
    List<String> names = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    ArrayNode request = Json.mapper().createArrayNode();
    for (var entry : root.node().properties()) {
      String name = entry.getKey();
      ConfigNode given = new ConfigNode(name, entry.getValue());
      Kind kind = KINDS.get(name);
      if (kind != null && !isOff(given)) {
        Rule rule = kind.maker.apply(settings(given, kind), file);
        names.add(name);
        rules.add(rule);
        request.add(name + ": " + shown(rule));
      }
    }
    int score = names.indexOf("score");
    BadInput.require(
        score < 0 || score == names.size() - 1,
        "score",
        "rule " + (score + 1) + " of " + names.size(),
        "the last rule: a model looks at what all others leave");
    return new RuleBook(names, rules, request);
  }

  /** Whether every rule judges a sample by itself and its texts alone. */
  boolean judgesTextsAlone() {
    return rules.stream().allMatch(TextRule.class::isInstance);
  }

  /** Whether a rule can only judge when all samples are known. */
  boolean needsAll() {
    return rules.stream()
        .anyMatch(rule -> !(rule instanceof TextRule || rule instanceof ImageRule));
  }

  private static boolean isOff(ConfigNode given) {
    var node = given.node();
    return node.isBoolean() && !node.booleanValue() || node.asText().equals("off");
  }

  /** {@code on}, {@code true} and nothing stand for the defaults. */
  private static ConfigNode settings(ConfigNode given, Kind kind) {
    var node = given.node();
    boolean defaults =
        node.isNull()
            || node.isBoolean()
            || node.isTextual() && (node.asText().isEmpty() || node.asText().equals("on"));
    if (!defaults && !node.isObject()) {
      String keys =
          kind.keys.isEmpty() ? "" : ", or a map with keys " + String.join(", ", kind.keys);
      throw given.wrong("on or off" + keys);
    }
    return (defaults ? new ConfigNode(given.path(), Json.object()) : given).map(kind.keys);
  }

  /**
   * A record's settings as a text; of a word list its checksum, of sources their shape. A model's
   * place does not count.
   */
  private static String shown(Rule rule) {
    return switch (rule) {
      case SensitiveRule sensitive -> "words " + sensitive.words().fingerprint();
      case PersonRule _ -> "PersonRule";
      case LeakRule leak -> leak.request();
      case Rule.NearDuplicates near ->
          "NearDuplicates[distance="
              + near.distance()
              + (near.model() == null ? "" : ", similarity=" + near.similarity())
              + "]";
      case Rule.Score score ->
          score.by() + " " + (score.keep() == null ? score.min() : "best " + score.keep());
      default -> rule.toString();
    };
  }

  int size() {
    return rules.size();
  }

  /** The rule that asks a model; null without one. */
  Rule.@Nullable Score score() {
    return rules.getLast() instanceof Rule.Score score ? score : null;
  }

  /** The rule that looks for near duplicates by a model; null without one. */
  Rule.@Nullable NearDuplicates near() {
    for (Rule rule : rules) {
      if (rule instanceof Rule.NearDuplicates near && near.model() != null) {
        return near;
      }
    }
    return null;
  }

  /** Where hashes of evaluation sets lie from now on. */
  void keepLeaks(Path folder) {
    for (Rule rule : rules) {
      if (rule instanceof LeakRule leak) {
        leak.keepIn(folder);
      }
    }
  }

  boolean looksAtImages() {
    return rules.stream().anyMatch(r -> !(r instanceof TextRule || r instanceof Rule.Repetition));
  }

  private static Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    put(kinds, "undecodable", List.of(), (n, f) -> new ImageRule.Undecodable());
    put(
        kinds,
        "file_size",
        List.of("min"),
        (n, f) -> new ImageRule.FileSize(least(n, "min", 1024, 0)));
    put(
        kinds,
        "shorter_side",
        List.of("min"),
        (n, f) -> new ImageRule.ShorterSide(least(n, "min", 200, 1)));
    put(kinds, "aspect_ratio", List.of("max"), (n, f) -> new ImageRule.AspectRatio(ratio(n)));
    put(
        kinds,
        "single_colour",
        List.of("spread"),
        (n, f) -> new ImageRule.SingleColour(within(n, "spread", 8, 0, 255)));
    put(kinds, "clean", List.of("html", "url", "hashtags"), (n, f) -> clean(n));
    put(kinds, "meaningless", List.of(), (n, f) -> new MeaninglessRule());
    put(
        kinds,
        "length",
        List.of("min_words", "max_words", "min_characters", "max_characters"),
        (n, f) -> length(n));
    put(kinds, "language", List.of("keep", "ratio"), (n, f) -> language(n));
    put(kinds, "sensitive", List.of("words"), (n, f) -> sensitive(n, f));
    put(
        kinds,
        "repetition",
        List.of("max_images"),
        (n, f) -> new Rule.Repetition(least(n, "max_images", 10, 1)));
    put(kinds, "persons", List.of(), (n, f) -> new PersonRule(new Persons()));
    put(kinds, "leak", List.of("against", "distance"), (n, f) -> leak(n));
    put(
        kinds,
        "near_duplicates",
        List.of("distance", "model", "similarity"),
        RuleBook::nearDuplicates);
    put(kinds, "score", List.of("model", "by", "min", "keep"), (n, f) -> score(n, f));
    return kinds;
  }

  private static void put(
      Map<String, Kind> kinds,
      String name,
      List<String> keys,
      BiFunction<ConfigNode, Path, Rule> maker) {
    kinds.put(name, new Kind(new LinkedHashSet<>(keys), maker));
  }

  private static LeakRule leak(ConfigNode node) {
    List<String> against =
        node.at("against").map(ConfigNode::listOrOne).orElse(List.of()).stream()
            .map(ConfigNode::text)
            .toList();
    BadInput.require(
        !against.isEmpty(), node.join("against"), "none", "a SOURCE, or a list of such");
    return LeakRule.against(
        against, within(node, "distance", LeakRule.DISTANCE, 0, HashIndex.MOST));
  }

  private static int least(ConfigNode node, String key, int byDefault, int least) {
    return within(node, key, byDefault, least, UNLIMITED);
  }

  private static int within(ConfigNode node, String key, int byDefault, int least, int most) {
    int value = node.integer(key, byDefault);
    String rule = most == UNLIMITED ? ">= " + least : "in [" + least + ", " + most + "]";
    BadInput.require(value >= least && value <= most, node.join(key), value, rule);
    return value;
  }

  private static double ratio(ConfigNode node) {
    double most = node.number("max", 3);
    BadInput.require(most >= 1 && Double.isFinite(most), node.join("max"), most, ">= 1");
    return most;
  }

  private static CleanRule clean(ConfigNode node) {
    CleanRule.Hashtags tags = CleanRule.Hashtags.LISTS;
    if (node.at("hashtags").isPresent()) {
      ConfigNode given = node.at("hashtags").get();
      String word = given.text();
      List<String> known =
          List.of(CleanRule.Hashtags.values()).stream()
              .map(value -> value.name().toLowerCase(Locale.ROOT))
              .toList();
      if (!known.contains(word)) {
        throw given.wrong("one of " + String.join(", ", known));
      }
      tags = CleanRule.Hashtags.valueOf(word.toUpperCase(Locale.ROOT));
    }
    return new CleanRule(node.flag("html", true), node.flag("url", true), tags);
  }

  private static LengthRule length(ConfigNode node) {
    int leastWords = least(node, "min_words", 3, 0);
    int leastCharacters = least(node, "min_characters", 6, 0);
    return new LengthRule(
        leastWords,
        least(node, "max_words", 75, leastWords),
        leastCharacters,
        least(node, "max_characters", 1000, leastCharacters));
  }

  private static LanguageRule language(ConfigNode node) {
    List<String> keep =
        node.at("keep").map(ConfigNode::listOrOne).orElse(List.of()).stream()
            .map(given -> LanguageRule.code(given.path(), given.text()))
            .toList();
    double ratio = node.number("ratio", LanguageRule.RATIO);
    BadInput.require(ratio > 0 && ratio <= 1, node.join("ratio"), ratio, "in (0, 1]");
    return new LanguageRule(keep.isEmpty() ? List.of("eng") : keep, ratio);
  }

  private static SensitiveRule sensitive(ConfigNode node, Path file) {
    WordList words =
        node.at("words")
            .map(given -> WordList.read(file.toAbsolutePath().resolveSibling(given.text())))
            .orElseGet(() -> WordList.builtIn(SensitiveRule.BUILT_IN));
    return new SensitiveRule(words);
  }

  private static Rule.NearDuplicates nearDuplicates(ConfigNode node, Path file) {
    int distance = within(node, "distance", 3, 0, HashIndex.MOST);
    String model = node.at("model").map(given -> folder(given, file)).orElse(null);
    BadInput.require(
        model != null || node.at("similarity").isEmpty(),
        "near_duplicates.similarity",
        "no model",
        "beside near_duplicates.model: hashes have a distance");
    double similarity = node.number("similarity", Rule.NearDuplicates.SIMILARITY);
    BadInput.require(
        similarity > 0 && similarity <= 1, "near_duplicates.similarity", similarity, "in (0, 1]");
    BadInput.require(
        model == null || Files.isDirectory(Path.of(model)),
        "near_duplicates.model",
        String.valueOf(model),
        "a model folder, its path relative to the rules");
    return new Rule.NearDuplicates(distance, model, similarity);
  }

  private static String folder(ConfigNode given, Path file) {
    return file.toAbsolutePath().resolveSibling(given.text()).normalize().toString();
  }

  private static Rule.Score score(ConfigNode node, Path file) {
    ConfigNode model =
        node.at("model").orElseThrow(() -> BadInput.of("score.model", "nothing", "a model folder"));
    boolean share = node.at("keep").isPresent();
    BadInput.require(
        share != node.at("min").isPresent(),
        "score",
        share ? "both min and keep" : "neither min nor keep",
        "given one of both: min: 0.3 (the least score), or keep: 0.3 (the share of the best)");
    double keep = node.number("keep", 1);
    BadInput.require(keep > 0 && keep <= 1, "score.keep", keep, "in (0, 1]");
    double min = node.number("min", 0);
    BadInput.require(min >= -1 && min <= 1, "score.min", min, "in [-1, 1]");
    String by = node.at("by").map(ConfigNode::text).orElse(Rule.Score.MEAN);
    return new Rule.Score(folder(model, file), by, (float) min, share ? keep : null);
  }
}
