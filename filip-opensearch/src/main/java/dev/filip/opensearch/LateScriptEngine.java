package dev.filip.opensearch;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.jspecify.annotations.Nullable;
import org.opensearch.script.FieldScript;
import org.opensearch.script.NumberSortScript;
import org.opensearch.script.ScoreScript;
import org.opensearch.script.ScriptContext;
import org.opensearch.script.ScriptEngine;
import org.opensearch.search.lookup.SearchLookup;

/**
 * The script {@code late_interaction} of the language {@code filip}, with parameters as {@link
 * LateQuery} reads them:
 *
 * <ul>
 *   <li>in {@code _script} sorts and {@code script_fields} the score itself; of a document without
 *       a value minus infinity and null;
 *   <li>in {@code script_score}, where OpenSearch refuses scores below 0, {@code offset} (1 unless
 *       given) is added, and a document without a value has 0.
 * </ul>
 *
 * Safe for any thread.
 */
final class LateScriptEngine implements ScriptEngine {
  static final String LANGUAGE = "filip";
  static final String SOURCE = "late_interaction";

  private final TextModels models;

  /**
   * @param models for texts; borrowed
   */
  LateScriptEngine(TextModels models) {
    this.models = models;
  }

  @Override
  public String getType() {
    return LANGUAGE;
  }

  @Override
  public Set<ScriptContext<?>> getSupportedContexts() {
    return Set.of(ScoreScript.CONTEXT, NumberSortScript.CONTEXT, FieldScript.CONTEXT);
  }

  @Override
  public <F> F compile(
      @Nullable String name, String source, ScriptContext<F> context, Map<String, String> options) {
    if (!source.equals(SOURCE)) {
      throw new IllegalArgumentException(
          "a script of " + LANGUAGE + " must be " + SOURCE + ", got " + source);
    }
    if (context.equals(ScoreScript.CONTEXT)) {
      ScoreScript.Factory scores =
          (params, lookup, searcher) -> new ForScores(search(params, lookup), searcher);
      return context.factoryClazz.cast(scores);
    }
    if (context.equals(NumberSortScript.CONTEXT)) {
      NumberSortScript.Factory sorts = (params, lookup) -> new ForSorts(search(params, lookup));
      return context.factoryClazz.cast(sorts);
    }
    if (context.equals(FieldScript.CONTEXT)) {
      FieldScript.Factory fields = (params, lookup) -> new ForFields(search(params, lookup));
      return context.factoryClazz.cast(fields);
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "a script of %s scores, sorts or is a field, it cannot be %s",
            LANGUAGE,
            context.name));
  }

  private Search search(Map<String, Object> params, SearchLookup lookup) {
    return new Search(params, lookup, LateQuery.of(params, models));
  }

  /** One search of one shard. */
  private record Search(Map<String, Object> params, SearchLookup lookup, LateQuery query) {
    LeafValues values(LeafReaderContext leaf) throws IOException {
      return new LeafValues(query, leaf);
    }
  }

  private record ForScores(Search search, IndexSearcher searcher)
      implements ScoreScript.LeafFactory {
    @Override
    public boolean needs_score() {
      return false;
    }

    @Override
    public ScoreScript newInstance(LeafReaderContext leaf) throws IOException {
      LeafValues values = search.values(leaf);
      LateQuery query = search.query;
      return new ScoreScript(search.params, search.lookup, searcher, leaf) {
        @Override
        public void setDocument(int doc) {
          values.document(doc);
        }

        @Override
        public double execute(@Nullable ExplanationHolder why) {
          if (why != null) {
            why.set("late interaction with field " + query.field() + ", plus " + query.offset());
          }
          double score = values.score();
          return Double.isInfinite(score) ? 0 : score + query.offset();
        }
      };
    }
  }

  private record ForSorts(Search search) implements NumberSortScript.LeafFactory {
    @Override
    public boolean needs_score() {
      return false;
    }

    @Override
    public NumberSortScript newInstance(LeafReaderContext leaf) throws IOException {
      LeafValues values = search.values(leaf);
      return new NumberSortScript(search.params, search.lookup, leaf) {
        @Override
        public void setDocument(int doc) {
          values.document(doc);
        }

        @Override
        public double execute() {
          return values.score();
        }
      };
    }
  }

  private record ForFields(Search search) implements FieldScript.LeafFactory {
    @Override
    public FieldScript newInstance(LeafReaderContext leaf) throws IOException {
      LeafValues values = search.values(leaf);
      return new FieldScript(search.params, search.lookup, leaf) {
        @Override
        public void setDocument(int doc) {
          values.document(doc);
        }

        @Override
        public @Nullable Object execute() {
          double score = values.score();
          return Double.isInfinite(score) ? null : score;
        }
      };
    }
  }
}
