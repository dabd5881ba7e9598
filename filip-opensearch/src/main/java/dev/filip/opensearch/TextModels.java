package dev.filip.opensearch;

import dev.filip.io.BadInput;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchQuery;
import dev.filip.tokens.QueryValue;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;

/**
 * Text towers in plain Java of the models that the node's setting {@code filip.models} names:
 * folders below {@code config/filip}, which a node may read. They are opened when the node starts.
 * Thread-safe until closed.
 */
final class TextModels implements Closeable {
  static final Setting<List<String>> NAMES =
      Setting.listSetting(
          "filip.models", List.of(), Function.identity(), Setting.Property.NodeScope);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  /** A search asks once a shard. */
  private static final int KEPT = 256;

  private final Map<String, Model> models = new TreeMap<>();

  private final Map<Asked, QueryValue> kept =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, QueryValue> eldest) {
          return size() > KEPT;
        }
      };

  /** A model's two ways to encode a text: a row a token, and one of all. */
  private record Model(PlainQueryEncoder late, PlainQueryEncoder global) {}

  /**
   * What a query is of.
   *
   * @param model its name; none where there is only one
   * @param literal whether marks such as {@code red^2} and {@code -dog} are taken as they are
   * @param late whether each token has a row
   */
  record Asked(@Nullable String model, String text, boolean literal, boolean late) {}

  /**
   * Opens them.
   *
   * @param config the node's folder of configurations
   * @throws IllegalArgumentException where one is not there or damaged
   */
  static TextModels open(Settings settings, Path config) {
    TextModels all = new TextModels();
    try {
      for (String name : NAMES.get(settings)) {
        BadInput.require(NAME.matcher(name).matches(), "a name", "'" + name + "'", "a folder's");
        Path folder = config.resolve("filip").resolve(name);
        PlainQueryEncoder late = PlainQueryEncoder.open(folder, true);
        all.models.put(name, new Model(late, late.global()));
      }
      return all;
    } catch (BadInput e) {
      all.close();
      throw new IllegalArgumentException(NAMES.getKey() + ": " + e.getMessage(), e);
    }
  }

  /**
   * A text as a query.
   *
   * @throws BadInput for a text without words
   * @throws IllegalArgumentException where the model is not there
   */
  QueryValue query(Asked asked) {
    synchronized (kept) {
      QueryValue known = kept.get(asked);
      if (known != null) {
        return known;
      }
    }
    Model model = model(asked.model);
    QueryText text = asked.literal ? QueryText.literal(asked.text) : QueryText.parse(asked.text);
    QueryValue made = SearchQuery.text(text, asked.late ? model.late : model.global).value();
    synchronized (kept) {
      kept.put(asked, made);
    }
    return made;
  }

  private Model model(@Nullable String name) {
    Model one =
        name == null && models.size() == 1
            ? models.values().iterator().next()
            : models.get(String.valueOf(name));
    if (one == null) {
      throw new IllegalArgumentException(
          "params.model must be one of the node's setting "
              + NAMES.getKey()
              + ", "
              + models.keySet()
              + ", got "
              + name);
    }
    return one;
  }

  @Override
  public void close() {
    models.values().forEach(model -> model.late.close());
  }
}
