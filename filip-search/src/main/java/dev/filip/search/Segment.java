package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;

/**
 * An open segment: rows mapped, metadata by Lucene. It never changes; which of its items are dead
 * is the manifest's to say. Whoever holds it counts ({@link #retain}, {@link #release}); the last
 * one closes it. Safe for any thread.
 */
final class Segment {
  private final String name;
  private final Path folder;
  private final String sum;
  private final TokenFile tokens;
  private final @Nullable SegmentCodes codes;
  private final Directory directory;
  private final DirectoryReader documents;
  private final AtomicInteger holders = new AtomicInteger(1);

  private Segment(
      String name,
      Path folder,
      String sum,
      TokenFile tokens,
      @Nullable SegmentCodes codes,
      Directory directory,
      DirectoryReader documents) {
    this.name = name;
    this.folder = folder;
    this.sum = sum;
    this.tokens = tokens;
    this.codes = codes;
    this.directory = directory;
    this.documents = documents;
  }

  /**
   * Opens it for one holder.
   *
   * @throws BadInput where it is damaged or not of the index's encoder
   */
  @SuppressWarnings("MustBeClosedChecker") // the segment closes them
  static Segment open(Path index, String name, IndexAbout about) throws IOException {
    Path folder = index.resolve(name);
    String sum = sum(index, name);
    JsonNode header = SealedJson.read(folder.resolve(SegmentWriter.HEADER), SegmentWriter.FORMAT);
    for (JsonNode file : header.path("files")) {
      Path at = folder.resolve(file.path("name").asText());
      long bytes = file.path("bytes").asLong();
      BadInput.require(Files.size(at) == bytes, "size of " + at, Files.size(at), bytes + " bytes");
    }
    TokenFile tokens = TokenFile.open(folder.resolve(SegmentWriter.TOKENS));
    Directory directory = null;
    SegmentCodes codes = null;
    try {
      BadInput.require(
          tokens.about().equals(about.tokens()),
          folder + " holds " + tokens.about(),
          "another encoder",
          "of the index's encoder, width and type");
      directory = FSDirectory.open(folder.resolve(SegmentWriter.METADATA));
      DirectoryReader documents = DirectoryReader.open(directory);
      Path coded = folder.resolve(SegmentCodes.FILE);
      codes = Files.exists(coded) ? SegmentCodes.open(coded, tokens.rows()) : null;
      Segment segment = new Segment(name, folder, sum, tokens, codes, directory, documents);
      int count = documents.leaves().size() == 1 ? documents.maxDoc() : -1;
      BadInput.require(
          count == tokens.size(),
          "documents of " + folder,
          count,
          tokens.size() + ", as its tokens");
      return segment;
    } catch (IOException | RuntimeException e) {
      tokens.close();
      if (codes != null) {
        codes.close();
      }
      if (directory != null) {
        directory.close();
      }
      throw e;
    }
  }

  /** The sum of its header, which holds those of all its files: it tells what a segment is. */
  static String sum(Path index, String name) throws IOException {
    return SealedJson.sum(Files.readAllBytes(index.resolve(name).resolve(SegmentWriter.HEADER)));
  }

  /** The same of this one, as it was opened. */
  String sum() {
    return sum;
  }

  Segment retain() {
    holders.incrementAndGet();
    return this;
  }

  void release() throws IOException {
    if (holders.decrementAndGet() == 0) {
      tokens.close();
      if (codes != null) {
        codes.close();
      }
      documents.close();
      directory.close();
    }
  }

  String name() {
    return name;
  }

  Path folder() {
    return folder;
  }

  int size() {
    return tokens.size();
  }

  /**
   * Codes of its rows; none of a small segment, or of one that was made before there were codes.
   */
  @Nullable SegmentCodes codes() {
    return codes;
  }

  Tokens rows() {
    return tokens.rows();
  }

  String id(int item) {
    return tokens.key(item);
  }

  /** The item of an id, dead or not; -1 where it is not here. */
  int item(String id) throws IOException {
    PostingsEnum found = leaf().reader().postings(new Term(ItemDocuments.ID, id));
    return found == null ? -1 : found.nextDoc();
  }

  private LeafReaderContext leaf() {
    return documents.leaves().getFirst();
  }

  /** What is kept beside an item's rows. */
  Item.About about(int item) throws IOException {
    return ItemDocuments.about(documents.storedFields().document(item));
  }

  /** The same without its thumbnail. */
  Item.About aboutWithoutPicture(int item) throws IOException {
    Set<String> fields = ItemDocuments.WITHOUT_PICTURE;
    Document document = documents.storedFields().document(item, fields);
    return ItemDocuments.about(document);
  }

  /** Items that match, dead or not. */
  BitSet matching(Query query) throws IOException {
    IndexSearcher searcher = new IndexSearcher(documents);
    Scorer scorer =
        searcher
            .createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1)
            .scorer(leaf());
    BitSet bits = new BitSet(size());
    if (scorer != null) {
      DocIdSetIterator found = scorer.iterator();
      for (int i = found.nextDoc(); i != DocIdSetIterator.NO_MORE_DOCS; i = found.nextDoc()) {
        bits.set(i);
      }
    }
    return bits;
  }
}
