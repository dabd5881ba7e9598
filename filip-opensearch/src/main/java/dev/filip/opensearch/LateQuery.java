package dev.filip.opensearch;

import dev.filip.io.BadInput;
import dev.filip.kernel.ValueScan;
import dev.filip.tokens.QueryValue;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A script's parameters: {@code field}, of type binary with doc values ({@code tokens} unless
 * given); {@code query}, a {@link QueryValue} in base64, or in its place {@code rows} (lists of
 * numbers), {@code encoder} (its SHA-256 in hex) and, where they are not to count alike, {@code
 * weights}, or {@code text} with {@code model}, {@code literal} and {@code match} ({@link
 * TextModels}); {@code offset}. Immutable, safe for any thread.
 */
record LateQuery(String field, ValueScan scan, double offset) {
  private static final String LATE = "late";
  private static final Set<String> KEYS =
      new TreeSet<>(
          List.of(
              "field", "query", "rows", "weights", "encoder", "text", "model", "literal", "match",
              "offset"));

  /**
   * @throws IllegalArgumentException, which OpenSearch answers with 400, where they are none
   */
  static LateQuery of(Map<String, Object> params, TextModels models) {
    for (String key : params.keySet()) {
      require(KEYS.contains(key), "params." + key, "unknown", "one of " + String.join(", ", KEYS));
    }
    Object field = params.getOrDefault("field", "tokens");
    Object offset = params.getOrDefault("offset", 1.0);
    require(field instanceof String, "params.field", field, "the name of a field");
    require(offset instanceof Number, "params.offset", offset, "a number");
    try {
      ValueScan scan = new ValueScan(query(params, models));
      return new LateQuery((String) field, scan, ((Number) offset).doubleValue());
    } catch (BadInput e) {
      throw new IllegalArgumentException("params: " + e.getMessage(), e);
    }
  }

  private static QueryValue query(Map<String, Object> params, TextModels models) {
    Object query = params.get("query");
    Object rows = params.get("rows");
    Object text = params.get("text");
    long given = Stream.of("query", "rows", "text").filter(params::containsKey).count();
    require(given == 1, "params", given + " of query, rows and text", "one of the three");
    if (text != null) {
      return models.query(asked(text, params));
    }
    if (query == null) {
      return ofRows(list(rows, "params.rows"), params.get("weights"), params.get("encoder"));
    }
    require(query instanceof String, "params.query", "no text", "a query's value in base64");
    try {
      return QueryValue.of(Base64.getDecoder().decode((String) query));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("params.query must be base64: " + e.getMessage(), e);
    }
  }

  private static TextModels.Asked asked(Object text, Map<String, Object> params) {
    Object model = params.get("model");
    Object literal = params.getOrDefault("literal", false);
    Object match = params.getOrDefault("match", LATE);
    require(text instanceof String, "params.text", text, "a text");
    require(model == null || model instanceof String, "params.model", model, "a model's name");
    require(literal instanceof Boolean, "params.literal", literal, "true or false");
    require(match.equals(LATE) || match.equals("global"), "params.match", match, "late or global");
    return new TextModels.Asked(
        (String) model, (String) text, (boolean) literal, match.equals(LATE));
  }

  private static QueryValue ofRows(
      List<?> rows, @Nullable Object weights, @Nullable Object encoder) {
    require(encoder instanceof String, "params.encoder", encoder, "the encoder's SHA-256 in hex");
    require(!rows.isEmpty(), "params.rows", "none", "at least one row");
    int d = list(rows.getFirst(), "a row").size();
    float[] numbers = new float[rows.size() * d];
    for (int r = 0; r < rows.size(); r++) {
      List<?> row = list(rows.get(r), "a row");
      require(row.size() == d, "a row", row.size() + " numbers", "as wide as the first, " + d);
      for (int c = 0; c < d; c++) {
        numbers[r * d + c] = number(row.get(c), "a row's number");
      }
    }
    float[] weight = new float[rows.size()];
    Arrays.fill(weight, 1f / weight.length);
    if (weights != null) {
      List<?> given = list(weights, "params.weights");
      require(given.size() == weight.length, "params.weights", given.size(), "one a row");
      for (int r = 0; r < weight.length; r++) {
        weight[r] = number(given.get(r), "a weight");
      }
    }
    return new QueryValue(String.valueOf(encoder), d, numbers, weight);
  }

  private static List<?> list(@Nullable Object value, String what) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException(what + " must be a list, got " + value);
  }

  private static float number(@Nullable Object value, String what) {
    if (value instanceof Number number) {
      return number.floatValue();
    }
    throw new IllegalArgumentException(what + " must be a number, got " + value);
  }

  private static void require(boolean holds, String key, @Nullable Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(key + " must be " + rule + ", got " + value);
    }
  }
}
