package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.filip.io.BadInput;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the value of a key is: how it is read and written, and the rule it keeps. Immutable.
 *
 * <p>The rule of a number is the very text that stands in error messages and in {@code
 * docs/CONFIG.md}: the first {@code >= a}, {@code > a} or {@code in [a, b)} in it is what is
 * checked. No number is ever infinite or NaN.
 *
 * @param says the type in the words of the documentation
 * @param rule what {@code holds} means, to stand after "must be"; empty where every value is good
 */
record Type<T>(
    String says, String rule, Predicate<T> holds, Reader<T> reader, Function<T, JsonNode> writer) {
  private static final Pattern ABOVE = Pattern.compile("(>=?) ([-0-9.]+)");
  private static final Pattern BETWEEN =
      Pattern.compile("in ([\\[(])([-0-9.]+), ([-0-9.]+)([\\])])");

  static final Type<Boolean> FLAG =
      of("true/false", (node, _) -> node.flag(), BooleanNode::valueOf);
  static final Type<String> TEXT = of("text", (node, _) -> node.text(), TextNode::valueOf);
  static final Type<Long> LONG =
      of("whole number", (node, _) -> node.whole(), n -> LongNode.valueOf(n));

  /** Makes a value of a node; {@code given} has all that was read before. */
  interface Reader<T> {
    T read(ConfigNode node, Given given);
  }

  /** A type without a rule. */
  static <T> Type<T> of(String says, Reader<T> reader, Function<T, JsonNode> writer) {
    return new Type<>(says, "", _ -> true, reader, writer);
  }

  /** A whole number of 32 bits. */
  static Type<Integer> whole(String rule) {
    DoublePredicate range = range(rule);
    return new Type<>(
        "whole number",
        rule,
        n -> range.test(n),
        (node, _) -> node.integer(),
        n -> IntNode.valueOf(n));
  }

  /** A finite number. */
  static Type<Double> number(String rule) {
    DoublePredicate range = range(rule);
    return number(rule, range);
  }

  /** A finite number with a rule of its own. */
  static Type<Double> number(String rule, DoublePredicate holds) {
    return new Type<>(
        "number",
        rule,
        x -> Double.isFinite(x) && holds.test(x),
        (node, _) -> node.number(),
        DoubleNode::valueOf);
  }

  private static DoublePredicate range(String rule) {
    Matcher above = ABOVE.matcher(rule);
    Matcher between = BETWEEN.matcher(rule);
    if (between.find()) {
      double low = Double.parseDouble(between.group(2));
      double high = Double.parseDouble(between.group(3));
      boolean withLow = between.group(1).equals("[");
      boolean withHigh = between.group(4).equals("]");
      return x -> (withLow ? x >= low : x > low) && (withHigh ? x <= high : x < high);
    }
    if (above.find()) {
      double low = Double.parseDouble(above.group(2));
      return above.group(1).equals(">") ? x -> x > low : x -> x >= low;
    }
    throw new IllegalArgumentException("no range in the rule " + rule);
  }

  /** A word of an enum. */
  static <E extends Enum<E>> Type<E> word(Class<E> type) {
    return of(words(type), (node, _) -> node.choice(type), word -> name(word));
  }

  private static String words(Class<? extends Enum<?>> type) {
    return quoted(Choices.of(type.getEnumConstants()));
  }

  /** Words as the documentation lists them. */
  static String quoted(Collection<String> words) {
    return words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
  }

  private static JsonNode name(Enum<?> word) {
    return TextNode.valueOf(Choices.name(word));
  }

  /** One of these words. */
  static Type<String> oneOf(Set<String> words) {
    return of(
        quoted(words),
        (node, _) -> {
          if (!words.contains(node.text())) {
            throw Choices.notOneOf(words, node.path(), node.text());
          }
          return node.text();
        },
        TextNode::valueOf);
  }

  /** One or more words of an enum, in its order; a single one needs no brackets. */
  static <E extends Enum<E>> Type<Set<E>> set(Class<E> type) {
    Set<String> words = Choices.of(type.getEnumConstants());
    return new Type<>(
        "word or list",
        "one or more of " + String.join(", ", words),
        chosen -> !chosen.isEmpty(),
        (node, _) -> {
          EnumSet<E> chosen = EnumSet.noneOf(type);
          node.listOrOne().forEach(one -> chosen.add(one.choice(type)));
          return Collections.unmodifiableSet(chosen);
        },
        chosen -> array(chosen.stream().map(Type::name).toList()));
  }

  /** One or more values; a single one needs no brackets. */
  static <T> Type<List<T>> list(String says, Type<T> of, String rule) {
    return new Type<>(
        says,
        rule,
        all -> !all.isEmpty(),
        (node, given) -> node.listOrOne().stream().map(one -> of.read(one, given)).toList(),
        all -> array(all.stream().map(of.writer).toList()));
  }

  /** Two numbers; the record made of them keeps the rule. */
  static <T> Type<T> pair(
      String says, String rule, Pair<T> make, Function<T, List<Double>> numbers) {
    return of(
        says,
        (node, _) -> {
          double[] both = node.pair(rule);
          return make.of(both[0], both[1]);
        },
        value ->
            array(
                numbers.apply(value).stream().map(x -> (JsonNode) DoubleNode.valueOf(x)).toList()));
  }

  /** Makes a value of two numbers. */
  interface Pair<T> {
    T of(double first, double second);
  }

  /** The keys of a section under one name. */
  static <R extends Record> Type<R> map(Section<R> section) {
    return of(
        "map",
        (node, given) -> section.read(node.map(section.names()), given),
        value -> section.json(value));
  }

  private static ArrayNode array(List<JsonNode> elements) {
    return JsonNodeFactory.instance.arrayNode().addAll(elements);
  }

  /** The same, or the word {@code none}. */
  Type<Optional<T>> orNone() {
    return new Type<>(
        says + " or `none`",
        rule,
        value -> value.isEmpty() || holds.test(value.get()),
        (node, given) -> node.isNone() ? Optional.empty() : Optional.of(read(node, given)),
        value -> value.map(writer).orElseGet(() -> TextNode.valueOf("none")));
  }

  /** The same, or the word {@code none} for a value that the rule refuses. */
  Type<T> orNone(T none) {
    return new Type<>(
        says + " or `none`",
        rule + ", or none",
        value -> value.equals(none) || holds.test(value),
        (node, given) -> {
          if (node.isNone()) {
            return none;
          }
          T value = reader.read(node, given);
          BadInput.require(holds.test(value), node.path(), value, rule + ", or none");
          return value;
        },
        value -> value.equals(none) ? TextNode.valueOf("none") : writer.apply(value));
  }

  /** The same, where {@code none} may be typed for a value that has a longer form too. */
  Type<T> noneFor(T none) {
    return new Type<>(
        says + " or `none`",
        rule,
        holds,
        (node, given) -> node.isNone() ? none : reader.read(node, given),
        writer);
  }

  /** The same, refused with this rule unless what was read before allows the key. */
  Type<T> only(Predicate<Given> allowed, String otherwise) {
    return new Type<>(
        says,
        rule,
        holds,
        (node, given) -> {
          if (!allowed.test(given)) {
            throw node.wrong(otherwise);
          }
          return reader.read(node, given);
        },
        writer);
  }

  /** The same after a closer look at the node, for a better message than the type's own. */
  Type<T> before(Consumer<ConfigNode> look) {
    return new Type<>(
        says,
        rule,
        holds,
        (node, given) -> {
          look.accept(node);
          return reader.read(node, given);
        },
        writer);
  }

  /** Called otherwise in the documentation. */
  Type<T> called(String other) {
    return new Type<>(other, rule, holds, reader, writer);
  }

  /** The value, which keeps the rule. */
  T read(ConfigNode node, Given given) {
    T value = reader.read(node, given);
    check(node.path(), value);
    return value;
  }

  /** Refuses what breaks the rule. */
  void check(String path, T value) {
    BadInput.require(holds.test(value), path, value, rule);
  }

  JsonNode write(T value) {
    return writer.apply(value);
  }
}
