package dev.filip.search;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Fills the folder of a segment item by item; item i is row block i of its tokens and document i of
 * its metadata. Rows go to disk as they come. Used by one thread.
 */
final class SegmentWriter implements Closeable {
  static final String TOKENS = "images.tokens";
  static final String METADATA = "metadata";
  static final String HEADER = "segment.json";

  /** Rows that an image's patches are pooled into; left out where each keeps its own. */
  static final String POOL = "pool";

  static final String FORMAT = "filip-segment/1";
  private static final double BUFFER_MB = 32;

  private final Path folder;
  private final IndexAbout about;
  private final TokenWriter tokens;
  private final Directory directory;
  private final IndexWriter documents;
  private long rows;

  SegmentWriter(Path folder, IndexAbout about) throws IOException {
    this.folder = folder;
    this.about = about;
    tokens = new TokenWriter(folder.resolve(TOKENS), about.tokens());
    directory = FSDirectory.open(Files.createDirectory(folder.resolve(METADATA)));
    IndexWriterConfig config = new IndexWriterConfig(null);
    config.setRAMBufferSizeMB(BUFFER_MB);
    config.setMergePolicy(new LogDocMergePolicy()); // neighbours only: the order stays
    config.setMergeScheduler(new SerialMergeScheduler());
    documents = new IndexWriter(directory, config);
  }

  void append(Item item) throws IOException {
    Item kept = TokenPooling.of(item, about);
    tokens.append(kept.tokens(), List.of(kept.id()));
    documents.addDocument(ItemDocuments.of(kept.id(), kept.about()));
    rows += kept.tokens().count();
  }

  /** Completes it; whoever called forces the folder to disk and puts it in its place. */
  void finish() throws IOException {
    documents.forceMerge(1);
    documents.close();
    directory.close();
    Files.deleteIfExists(folder.resolve(METADATA).resolve(IndexWriter.WRITE_LOCK_NAME));
    int items = tokens.items();
    tokens.finish(Json.object().put("items", items));
    if (items >= SegmentCodes.LEAST) {
      try (TokenFile written = TokenFile.open(folder.resolve(TOKENS))) {
        SegmentCodes.write(folder.resolve(SegmentCodes.FILE), written.rows());
      }
    }
    ObjectNode header = Json.object().put("format", FORMAT).put("items", items).put("rows", rows);
    header.put("width", about.d()).put("encoder", about.encoder());
    header.put("preprocessing", about.preprocessing());
    if (about.pool() > 0) {
      header.put(POOL, about.pool());
    }
    files(header.putArray("files"));
    Files.write(folder.resolve(HEADER), SealedJson.bytes(header));
  }

  private void files(ArrayNode to) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : all) {
      to.addObject()
          .put("name", folder.relativize(file).toString().replace('\\', '/'))
          .put("bytes", Files.size(file))
          .put("crc32c", SealedJson.sum(file));
    }
    BadInput.require(!all.isEmpty(), "segment " + folder, "empty", "at least one file");
  }

  /** Drops what is not finished; the folder is its maker's to delete. */
  @Override
  public void close() throws IOException {
    if (documents.isOpen()) {
      documents.rollback();
      directory.close();
    }
    tokens.close();
  }
}
