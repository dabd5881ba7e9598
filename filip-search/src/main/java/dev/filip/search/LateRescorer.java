package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.kernel.ValueScan;
import dev.filip.tokens.ItemValue;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Rescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Ranks the hits of any Lucene query by late interaction, for indexes of one's own that keep an
 * {@link ItemValue} a document in a {@code BinaryDocValuesField}: the scores of {@link Snapshot},
 * to the bit. A hit without a value has the score minus infinity and is among the last. Immutable,
 * safe for any thread.
 */
public final class LateRescorer extends Rescorer {
  private static final Comparator<Ranked> BEST_FIRST =
      Comparator.comparing(Ranked::score, Comparator.reverseOrder())
          .thenComparing(Ranked::id)
          .thenComparing(Ranked::doc);

  private final String field;
  private final @Nullable String idField;
  private final ValueScan scan;

  /** Of equal scores the document that was added first is first. */
  public LateRescorer(String field, SearchQuery query) {
    this(field, query, null);
  }

  /**
   * Of equal scores the lower id is first, as in an index of FILIP.
   *
   * @param field of binary doc values
   * @param idField of sorted doc values
   */
  public LateRescorer(String field, SearchQuery query, @Nullable String idField) {
    this.field = field;
    this.idField = idField;
    scan = new ValueScan(query.value());
  }

  /** A hit with its new score. */
  private record Ranked(int doc, float score, String id, int shard) {
    ScoreDoc toScoreDoc() {
      return new ScoreDoc(doc, score, shard);
    }
  }

  /**
   * The best of some hits.
   *
   * @throws BadInput where a value is of another encoder than the query, or none
   */
  @Override
  public TopDocs rescore(IndexSearcher searcher, TopDocs first, int topN) throws IOException {
    ScoreDoc[] hits = first.scoreDocs.clone();
    Arrays.sort(hits, Comparator.comparingInt(hit -> hit.doc));
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    Ranked[] ranked = new Ranked[hits.length];
    Leaf leaf = null;
    for (int i = 0; i < hits.length; i++) {
      if (leaf == null || !leaf.holds(hits[i].doc)) {
        leaf = new Leaf(leaves.get(ReaderUtil.subIndex(hits[i].doc, leaves)));
      }
      ranked[i] = leaf.ranked(hits[i].doc, hits[i].shardIndex);
    }
    Arrays.sort(ranked, BEST_FIRST);
    ScoreDoc[] best =
        Arrays.stream(ranked).limit(topN).map(Ranked::toScoreDoc).toArray(ScoreDoc[]::new);
    return new TopDocs(first.totalHits, best);
  }

  @Override
  public Explanation explain(IndexSearcher searcher, Explanation first, int doc)
      throws IOException {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    float score = new Leaf(leaves.get(ReaderUtil.subIndex(doc, leaves))).ranked(doc, -1).score();
    return score == Float.NEGATIVE_INFINITY
        ? Explanation.noMatch("no value in field " + field, first)
        : Explanation.match(score, "late interaction with the rows in field " + field, first);
  }

  /** One segment of the Lucene index. */
  private final class Leaf {
    private final LeafReaderContext context;
    private final BinaryDocValues values;
    private final @Nullable SortedDocValues ids;
    private final ValueScan.Scorer scorer = scan.scorer();

    Leaf(LeafReaderContext context) throws IOException {
      this.context = context;
      values = DocValues.getBinary(context.reader(), field);
      ids = idField == null ? null : DocValues.getSorted(context.reader(), idField);
    }

    boolean holds(int doc) {
      return doc < context.docBase + context.reader().maxDoc();
    }

    Ranked ranked(int doc, int shard) throws IOException {
      int here = doc - context.docBase;
      float score = Float.NEGATIVE_INFINITY;
      if (values.advanceExact(here)) {
        BytesRef value = values.binaryValue();
        score = scorer.score(value.bytes, value.offset, value.length);
      }
      return new Ranked(doc, score, ids == null ? "" : id(ids, here), shard);
    }

    private static String id(SortedDocValues ids, int doc) throws IOException {
      return ids.advanceExact(doc) ? ids.lookupOrd(ids.ordValue()).utf8ToString() : "";
    }
  }
}
