package dev.filip.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one map of the config, and the record they fill: one field for each component, in its
 * order. A record holds its section as {@code KEYS} and gives its components to {@link #check} in
 * its constructor, so that no value that breaks a key's rule can exist, wherever it was made.
 *
 * <p>As a field of another section, its keys stand among the other's: several keys of one map fill
 * a record of their own.
 */
final class Section<R extends Record> implements Field<R> {
  private final String path;
  private final Class<R> type;
  private final List<Field<?>> fields;

  private Section(String path, Class<R> type, List<Field<?>> fields) {
    this.path = path;
    this.type = type;
    this.fields = fields;
  }

  /** The section at {@code path}, empty for the whole config. */
  static <R extends Record> Section<R> of(String path, Class<R> type, Field<?>... fields) {
    RecordComponent[] components = type.getRecordComponents();
    boolean fits = components.length == fields.length;
    for (int i = 0; fits && i < fields.length; i++) {
      String filled = fields[i].component();
      fits = filled.isEmpty() || filled.equals(components[i].getName());
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "the keys of " + type + " are not one for each component, in its order");
    }
    return new Section<>(path, type, List.of(fields));
  }

  /** The last step of its path. */
  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  @Override
  public List<String> names() {
    return fields.stream().flatMap(field -> field.names().stream()).toList();
  }

  @Override
  public R read(ConfigNode map, Given given) {
    return make(fields.stream().map(field -> field.read(map, given)).toArray());
  }

  /** Where the whole map is left out. */
  R absent(Given given) {
    return read(new ConfigNode(path, JsonNodeFactory.instance.objectNode()), given);
  }

  /** The record with every default, where none follows another section. */
  R byDefault() {
    return absent(new Given());
  }

  private R make(@Nullable Object[] values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException wrong) {
        throw wrong;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The map with every key, in their order. */
  ObjectNode json(R value) {
    ObjectNode map = Json.object();
    write(map, value);
    return map;
  }

  @Override
  public void write(ObjectNode map, R value) {
    RecordComponent[] components = type.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      try {
        Object component = components[i].getAccessor().invoke(value);
        if (component != null) {
          field(i).write(map, component);
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  // the constructor has checked that a component has its field's type
  @SuppressWarnings("unchecked")
  private Field<Object> field(int i) {
    return (Field<Object>) fields.get(i);
  }

  /** Refuses components that break the rules of their keys; for the record's constructor. */
  void check(@Nullable Object... components) {
    if (components.length != fields.size()) {
      throw new IllegalArgumentException("not every component of " + type + " is checked");
    }
    for (int i = 0; i < components.length; i++) {
      Object component = components[i];
      if (component != null) {
        field(i).validate(path, component);
      }
    }
  }

  @Override
  public List<String> rows(String section) {
    return fields.stream().flatMap(field -> field.rows(section).stream()).toList();
  }
}
