package dev.filip.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.IndexModel;
import dev.filip.indexing.Region;
import dev.filip.io.Json;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An index and its model, open for many requests. Words of an index in fp32 are encoded in plain
 * Java; libtorch is loaded when the first picture comes. Other processes may write meanwhile: what
 * they commit is seen within half a second. Thread-safe.
 */
public final class SearchService implements AutoCloseable {
  private final Path index;
  private final Path folder;
  private final IndexAbout about;
  private final Snapshots snapshots;
  private final @Nullable PlainQueryEncoder plain;
  private @Nullable IndexModel model;

  private SearchService(
      Path index,
      Path folder,
      IndexAbout about,
      Snapshots snapshots,
      @Nullable PlainQueryEncoder plain) {
    this.index = index;
    this.folder = folder;
    this.about = about;
    this.snapshots = snapshots;
    this.plain = plain;
  }

  /**
   * Opens an index.
   *
   * @param model its folder
   * @throws dev.filip.io.BadInput where there is no index, or the model is another
   */
  public static SearchService open(Path named, Path model) throws IOException {
    Path index = named.toAbsolutePath().normalize(); // never by chance a part of a message
    Path folder = model.toAbsolutePath().normalize();
    IndexAbout about = IndexAbout.read(index);
    PlainQueryEncoder plain =
        PlainQueryEncoder.fits(about) ? PlainQueryEncoder.open(about, folder) : null;
    SearchService service;
    try {
      service = new SearchService(index, folder, about, new Snapshots(index), plain);
    } catch (IOException | RuntimeException e) {
      if (plain != null) {
        plain.close();
      }
      throw e;
    }
    try {
      service.words(); // a model that does not fit is said at once
      return service;
    } catch (RuntimeException e) {
      service.close();
      throw e;
    }
  }

  /** Images now. */
  public long size() {
    try (Snapshots.Lease lease = snapshots.newest()) {
      return lease.snapshot().size();
    }
  }

  /** The newest state, or the one that is named. */
  Snapshots.Lease lease(Optional<String> token) {
    return token.isPresent() ? snapshots.of(token.get()) : snapshots.newest();
  }

  SearchQuery words(String text, boolean literal) {
    return SearchQuery.text(literal ? QueryText.literal(text) : QueryText.parse(text), words());
  }

  /** In plain Java where the index's arithmetic is fp32. */
  private QueryEncoder words() {
    return plain == null ? model() : plain;
  }

  /**
   * @param region the part of it that is meant; null for all
   */
  SearchQuery picture(byte[] image, @Nullable Region region) {
    return model().image(image, "in the body", region);
  }

  private synchronized IndexModel model() {
    IndexModel open = model;
    if (open == null) {
      open = IndexModel.open(about, folder, false);
      model = open;
    }
    return open;
  }

  /** How near each patch of a hit is to each word: {@code similarity[word][patch]}. */
  ObjectNode why(QueryEncoder.Text text, Hit hit) throws IOException {
    IndexAbout.Patches patches = about.patches();
    int d = about.d();
    float[] rows = hit.patchRows();
    int first = about.isLate() ? patches.first() : 0;
    int count = rows.length / d - first;
    ObjectNode json = Json.object().put("id", hit.id());
    json.put("rows", about.isLate() ? patches.rows() : 1);
    json.put("columns", about.isLate() ? patches.columns() : 1);
    ArrayNode similarity = json.putArray("similarity");
    int[] best = new int[count];
    float[] most = new float[count];
    Arrays.fill(most, Float.NEGATIVE_INFINITY);
    for (int word = 0; word < text.pieces().size(); word++) {
      ArrayNode one = similarity.addArray();
      for (int patch = 0; patch < count; patch++) {
        float dot = dot(text.rows(), word * d, rows, (first + patch) * d, d);
        one.add(dot);
        if (dot > most[patch]) {
          most[patch] = dot;
          best[patch] = word;
        }
      }
    }
    ArrayNode chosen = json.putArray("patch_word");
    for (int word : best) {
      chosen.add(word);
    }
    return json;
  }

  private static float dot(float[] a, int i, float[] b, int j, int count) {
    double sum = 0;
    for (int c = 0; c < count; c++) {
      sum += (double) a[i + c] * b[j + c];
    }
    return (float) sum;
  }

  /** Adds or replaces an image; when it returns, it is on the disk. */
  synchronized ObjectNode add(String id, byte[] image) {
    return write(editor -> editor.add(List.of(model().item(id, image))));
  }

  /** Removes an image, if it is there. */
  synchronized ObjectNode remove(String id) {
    return write(editor -> editor.remove(List.of(id)));
  }

  private interface Change {
    IndexEditor.Done to(IndexEditor editor) throws IOException;
  }

  /** The index is locked only while it is written, so that commands can write, too. */
  private ObjectNode write(Change change) {
    try (IndexEditor editor = IndexEditor.open(index)) {
      IndexEditor.Done done = change.to(editor);
      snapshots.refresh();
      return Json.object()
          .put("added", done.added())
          .put("replaced", done.replaced())
          .put("removed", done.removed())
          .put("items", editor.now().size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line for a client: where index and model lie is nobody's business. */
  String withoutPlaces(String line) {
    return line.replace(index.toString(), "INDEX").replace(folder.toString(), "MODEL");
  }

  ObjectNode stats() {
    try (Snapshots.Lease lease = snapshots.newest()) {
      ObjectNode json = lease.snapshot().info();
      json.remove("index"); // where it lies is nobody's business
      json.remove("model");
      return json;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    snapshots.close();
    if (plain != null) {
      plain.close();
    }
    if (model != null) {
      model.close();
    }
  }
}
