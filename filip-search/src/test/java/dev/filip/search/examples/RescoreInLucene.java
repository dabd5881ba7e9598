package dev.filip.search.examples;

import dev.filip.search.LateRescorer;
import dev.filip.search.SearchQuery;
import dev.filip.tokens.ItemValue;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.util.BytesRef;

/** Late interaction in a Lucene index of one's own. */
public final class RescoreInLucene {
  private RescoreInLucene() {}

  /** A document of an image with its token rows. */
  public static Document document(String id, Tokens image, String encoder) {
    Document document = new Document();
    // @start region="document"
    document.add(new SortedDocValuesField("id", new BytesRef(id)));
    document.add(new BinaryDocValuesField("tokens", new BytesRef(ItemValue.of(image, 0, encoder))));
    // @end
    document.add(new StringField("id", id, Field.Store.YES));
    return document;
  }

  /** The best ten of the 500 that a first query finds. */
  public static TopDocs best(IndexSearcher searcher, Query query, SearchQuery late)
      throws IOException {
    // @start region="rescore"
    TopDocs candidates = searcher.search(query, 500);
    TopDocs best = new LateRescorer("tokens", late, "id").rescore(searcher, candidates, 10);
    // @end
    return best;
  }
}
