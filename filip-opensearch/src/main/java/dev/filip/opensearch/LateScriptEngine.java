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
 * Stateless, safe for any thread.
 */
final class LateScriptEngine implements ScriptEngine {
  static final String LANGUAGE = "filip";
  static final String SOURCE = "late_interaction";

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
      return context.factoryClazz.cast((ScoreScript.Factory) ForScores::new);
    }
    if (context.equals(NumberSortScript.CONTEXT)) {
      return context.factoryClazz.cast((NumberSortScript.Factory) ForSorts::new);
    }
    if (context.equals(FieldScript.CONTEXT)) {
      return context.factoryClazz.cast((FieldScript.Factory) ForFields::new);
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "a script of %s scores, sorts or is a field, it cannot be %s",
            LANGUAGE,
            context.name));
  }

  /** One search of one shard; so are the others. */
  private static final class ForScores implements ScoreScript.LeafFactory {
    private final Map<String, Object> params;
    private final SearchLookup lookup;
    private final IndexSearcher searcher;
    private final LateQuery query;

    ForScores(Map<String, Object> params, SearchLookup lookup, IndexSearcher searcher) {
      this.params = params;
      this.lookup = lookup;
      this.searcher = searcher;
      query = LateQuery.of(params);
    }

    @Override
    public boolean needs_score() {
      return false;
    }

    @Override
    public ScoreScript newInstance(LeafReaderContext leaf) throws IOException {
      LeafValues values = new LeafValues(query, leaf);
      return new ScoreScript(params, lookup, searcher, leaf) {
        private int doc;

        @Override
        public void setDocument(int doc) {
          this.doc = doc;
        }

        @Override
        public double execute(@Nullable ExplanationHolder why) {
          if (why != null) {
            why.set("late interaction with field " + query.field() + ", plus " + query.offset());
          }
          double score = values.score(doc);
          return Double.isInfinite(score) ? 0 : score + query.offset();
        }
      };
    }
  }

  private static final class ForSorts implements NumberSortScript.LeafFactory {
    private final Map<String, Object> params;
    private final SearchLookup lookup;
    private final LateQuery query;

    ForSorts(Map<String, Object> params, SearchLookup lookup) {
      this.params = params;
      this.lookup = lookup;
      query = LateQuery.of(params);
    }

    @Override
    public boolean needs_score() {
      return false;
    }

    @Override
    public NumberSortScript newInstance(LeafReaderContext leaf) throws IOException {
      LeafValues values = new LeafValues(query, leaf);
      return new NumberSortScript(params, lookup, leaf) {
        private int doc;

        @Override
        public void setDocument(int doc) {
          this.doc = doc;
        }

        @Override
        public double execute() {
          return values.score(doc);
        }
      };
    }
  }

  private static final class ForFields implements FieldScript.LeafFactory {
    private final Map<String, Object> params;
    private final SearchLookup lookup;
    private final LateQuery query;

    ForFields(Map<String, Object> params, SearchLookup lookup) {
      this.params = params;
      this.lookup = lookup;
      query = LateQuery.of(params);
    }

    @Override
    public FieldScript newInstance(LeafReaderContext leaf) throws IOException {
      LeafValues values = new LeafValues(query, leaf);
      return new FieldScript(params, lookup, leaf) {
        private int doc;

        @Override
        public void setDocument(int doc) {
          this.doc = doc;
        }

        @Override
        public @Nullable Object execute() {
          double score = values.score(doc);
          return Double.isInfinite(score) ? null : score;
        }
      };
    }
  }
}
