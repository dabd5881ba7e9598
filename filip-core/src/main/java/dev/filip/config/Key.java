package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A key of the config: its name, what it takes, what it is where it is left out, and what it means
 * in Markdown. Reading, writing, {@code --set}, the rule and the table of {@code docs/CONFIG.md}
 * follow from it. Immutable.
 *
 * @param byDefault null where the key must be given
 * @param component the component of the section's record that it fills
 * @param says the default in the words of the documentation
 * @param quiet left out of the canonical form at its default
 * @param inner the keys under it, if it is a map
 */
record Key<T>(
    String name,
    String component,
    Type<T> type,
    @Nullable Default<T> byDefault,
    String says,
    String meaning,
    boolean quiet,
    @Nullable Section<?> inner)
    implements Field<T> {

  /** The value of a key that is left out; null for none. */
  interface Default<T> {
    @Nullable T of(Given given);
  }

  private Key(
      String name, Type<T> type, @Nullable Default<T> byDefault, String says, String meaning) {
    this(name, camel(name), type, byDefault, says, meaning, false, null);
  }

  /** A key with a default. */
  static <T> Key<T> of(String name, Type<T> type, T byDefault, String meaning) {
    return new Key<>(name, type, _ -> byDefault, says(type.write(byDefault)), meaning);
  }

  /** A key whose default follows keys that are read earlier; {@code says} says how. */
  static <T> Key<T> following(
      String name, Type<T> type, String says, Function<Given, T> byDefault, String meaning) {
    return new Key<>(name, type, byDefault::apply, says, meaning);
  }

  /** A key that must be given. */
  static <T> Key<T> required(String name, Type<T> type, String meaning) {
    return new Key<>(name, type, null, "none", meaning);
  }

  /** A key that may stay without a value, null; {@code says} says what happens then. */
  static <T> Key<T> optional(String name, Type<T> type, String says, String meaning) {
    return new Key<>(name, type, _ -> null, says, meaning);
  }

  /** A map of keys that all have defaults; without a meaning the table lists its keys only. */
  static <R extends Record> Key<R> map(
      Section<R> section, Function<Type<R>, Type<R>> change, String says, String meaning) {
    Type<R> type = change.apply(Type.map(section));
    return new Key<>(section.name(), type, section::absent, says, meaning).over(section);
  }

  /** A map of keys that all have defaults. */
  static <R extends Record> Key<R> map(Section<R> section) {
    return map(section, type -> type, "", "");
  }

  /** With the rows of a map's keys after its own in the table. */
  Key<T> over(Section<?> section) {
    return new Key<>(name, component, type, byDefault, says, meaning, quiet, section);
  }

  /** For a component with another name than the key's. */
  Key<T> filling(String other) {
    return new Key<>(name, other, type, byDefault, says, meaning, quiet, inner);
  }

  /**
   * Left out of the canonical form at its default: the fingerprints and the checkpoints of runs
   * from before the key stay good.
   */
  Key<T> quietly() {
    return new Key<>(name, component, type, byDefault, says, meaning, true, inner);
  }

  @Override
  public List<String> names() {
    return List.of(name);
  }

  @Override
  public @Nullable T read(ConfigNode map, Given given) {
    Optional<ConfigNode> node = map.at(name);
    T value =
        byDefault == null
            ? type.read(map.required(name), given)
            : node.isPresent() ? type.read(node.get(), given) : byDefault.of(given);
    given.put(map.join(name), value);
    return value;
  }

  @Override
  public void write(ObjectNode map, T value) {
    boolean atDefault = byDefault != null && quiet && value.equals(byDefault.of(new Given()));
    if (!atDefault) {
      map.set(name, type.write(value));
    }
  }

  @Override
  public void validate(String section, T value) {
    type.check(section.isEmpty() ? name : section + "." + name, value);
  }

  @Override
  public List<String> rows(String section) {
    String path = section.isEmpty() ? name : section + "." + name;
    List<String> rows = new ArrayList<>();
    if (inner == null || !meaning.isEmpty()) {
      rows.add(row(path));
    }
    if (inner != null) {
      rows.addAll(inner.rows(path));
    }
    return rows;
  }

  private String row(String path) {
    String both = type.rule() + (type.rule().isEmpty() || meaning.isEmpty() ? "" : ": ") + meaning;
    return "| `%s` | %s | %s | %s |".formatted(path, type.says(), says, both);
  }

  // 1.0 as 1, words as code
  private static String says(JsonNode value) {
    if (value.isArray()) {
      return value.valueStream().map(Key::plain).collect(Collectors.joining(", ", "`[", "]`"));
    }
    return value.isTextual() ? "`" + value.asText() + "`" : plain(value);
  }

  private static String plain(JsonNode value) {
    return value.asText().replaceFirst("\\.0$", "");
  }

  private static String camel(String name) {
    StringBuilder camel = new StringBuilder();
    for (String word : name.split("_")) {
      camel.append(
          camel.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return camel.toString();
  }
}
