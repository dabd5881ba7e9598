package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.search.examples.RescoreInLucene;
import dev.filip.tokens.ItemValue;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Lucene index of one's own ranks as the embedded engine, filters and ties among it. */
class LateRescorerTest {
  private static final int ITEMS = 300;
  @TempDir Path temp;
  private final Random random = new Random(5);

  /** Every third has a twin's rows, so that there are ties; one is larger than a Lucene term. */
  private List<Item> items() {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      float[] rows = Fixtures.item("rows" + (i % 3 == 0 ? i / 6 : i)).tokens().floats(0);
      if (i == 100) {
        rows = Fixtures.rows(random, 2000);
      }
      String tag = i % 4 == 0 ? "{'tag':'x'}" : "{}";
      items.add(Fixtures.item("id" + i, rows, Fixtures.json(tag), null));
    }
    return items;
  }

  private Directory lucene(List<Item> items) throws IOException {
    Directory directory = new ByteBuffersDirectory();
    List<Item> shuffled = new ArrayList<>(items);
    Collections.shuffle(shuffled, random);
    IndexWriterConfig config = new IndexWriterConfig(null).setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < ITEMS; i++) {
        Item item = shuffled.get(i);
        Document document = RescoreInLucene.document(item.id(), item.tokens(), Fixtures.ENCODER);
        if (item.about().metadata().has("tag")) {
          document.add(new StringField("tag", "x", Field.Store.NO));
        }
        writer.addDocument(document);
        if (i % 70 == 0) {
          writer.commit();
        }
      }
    }
    return directory;
  }

  @Test
  void rankingScoresAndTiesAreTheEmbeddedEngines() throws IOException {
    List<Item> items = items();
    Path index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), true);
    SearchQuery query =
        SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(random, 5), Fixtures.D)
            .and(SearchQuery.text(QueryText.parse("red^2 sofa -dog"), new Fixtures.AxisEncoder()));
    try (IndexEditor editor = IndexEditor.open(index);
        Directory directory = lucene(items);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      editor.add(items);
      assertThat(reader.leaves()).hasSizeGreaterThan(4);
      IndexSearcher searcher = new IndexSearcher(reader);
      same(searcher, MatchAllDocsQuery.INSTANCE, query, editor.now(), null);
      same(searcher, new TermQuery(new Term("tag", "x")), query, editor.now(), "tag:x");
      TopDocs ten = RescoreInLucene.best(searcher, MatchAllDocsQuery.INSTANCE, query);
      assertThat(ids(searcher, ten)).isEqualTo(Fixtures.ids(editor.now().search(query, 10, null)));
    }
  }

  private static void same(
      IndexSearcher searcher,
      Query first,
      SearchQuery query,
      Snapshot embedded,
      @Nullable String filter)
      throws IOException {
    List<Hit> expected = embedded.search(query, ITEMS, filter);
    TopDocs found =
        new LateRescorer("tokens", query, "id")
            .rescore(searcher, searcher.search(first, ITEMS), ITEMS);
    assertThat(ids(searcher, found)).isEqualTo(Fixtures.ids(expected));
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.scoreDocs[i].score).isEqualTo(expected.get(i).score());
    }
    long ties =
        java.util.stream.IntStream.range(1, expected.size())
            .filter(i -> expected.get(i).score() == expected.get(i - 1).score())
            .count();
    assertThat(ties).isPositive();
  }

  private static List<String> ids(IndexSearcher searcher, TopDocs found) throws IOException {
    List<String> ids = new ArrayList<>();
    for (ScoreDoc hit : found.scoreDocs) {
      ids.add(searcher.storedFields().document(hit.doc).get("id"));
    }
    return ids;
  }

  @Test
  void withoutAValueAHitIsLastAndAnotherEncodersIsRefused() throws IOException {
    SearchQuery query = SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(random, 2), Fixtures.D);
    try (Directory directory = new ByteBuffersDirectory();
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(null))) {
      writer.addDocument(new Document());
      Document good = new Document();
      Tokens rows = Fixtures.item("a").tokens();
      good.add(
          new BinaryDocValuesField(
              "tokens", new BytesRef(ItemValue.of(rows, 0, Fixtures.ENCODER))));
      writer.addDocument(good);
      writer.commit();
      LateRescorer rescorer = new LateRescorer("tokens", query);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        TopDocs first = searcher.search(MatchAllDocsQuery.INSTANCE, 5);
        TopDocs found = rescorer.rescore(searcher, first, 5);
        assertThat(found.scoreDocs).hasSize(2);
        assertThat(found.scoreDocs[0].doc).isOne();
        assertThat(found.scoreDocs[1].score).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(rescorer.rescore(searcher, first, 1).scoreDocs).hasSize(1);
        assertThat(rescorer.explain(searcher, searcher.explain(MatchAllDocsQuery.INSTANCE, 1), 1))
            .satisfies(why -> assertThat(why.getValue()).isEqualTo(found.scoreDocs[0].score));
        assertThat(
                rescorer
                    .explain(searcher, searcher.explain(MatchAllDocsQuery.INSTANCE, 0), 0)
                    .isMatch())
            .isFalse();
        LateRescorer other =
            new LateRescorer(
                "tokens", SearchQuery.image("c".repeat(64), new float[Fixtures.D], Fixtures.D));
        assertThatThrownBy(() -> other.rescore(searcher, first, 5))
            .isInstanceOf(BadInput.class)
            .hasMessageContaining("another model");
      }
    }
  }
}
