package dev.filip.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.FolderFollower;
import dev.filip.indexing.IndexEncoder;
import dev.filip.indexing.Region;
import dev.filip.indexing.Why;
import dev.filip.io.Json;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.Item;
import dev.filip.search.QueryEncoder;
import dev.filip.search.SearchQuery;
import dev.filip.tensor.ComputeDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An index and its model, open for many requests. Words of an index in fp32 are encoded in plain
 * Java; libtorch is loaded when the first picture comes. Other processes may write meanwhile: what
 * they commit is seen within half a second. Thread-safe.
 */
public final class SearchService implements AutoCloseable {
  /** Another writer of the index is waited for so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int LOOK_AGAIN = 20;

  private final Path index;
  private final Path folder;
  private final IndexAbout about;
  private final Snapshots snapshots;
  private final IndexEncoder encoder;
  private final Lock writing = new ReentrantLock();
  private volatile @Nullable FolderWatch watch;

  private SearchService(
      Path index, Path folder, IndexAbout about, Snapshots snapshots, IndexEncoder encoder) {
    this.index = index;
    this.folder = folder;
    this.about = about;
    this.snapshots = snapshots;
    this.encoder = encoder;
  }

  /**
   * Opens an index.
   *
   * @param model its folder
   * @throws dev.filip.io.BadInput where there is no index, or the model is another
   */
  public static SearchService open(Path named, Path model) throws IOException {
    return open(named, model, ComputeDevice.CPU);
  }

  /** The same, the model on a device. */
  public static SearchService open(Path named, Path model, ComputeDevice device)
      throws IOException {
    Path index = named.toAbsolutePath().normalize(); // never by chance a part of a message
    Path folder = model.toAbsolutePath().normalize();
    IndexAbout about = IndexAbout.read(index);
    IndexEncoder encoder = IndexEncoder.open(about, folder, false, device);
    try {
      return new SearchService(index, folder, about, new Snapshots(index), encoder);
    } catch (IOException | RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  /**
   * Lets it be kept as a folder is, once that is begun; closing ends it.
   *
   * @param source the folder as the user named it
   * @param log takes a line for each change and each trouble
   */
  public FolderWatch watch(String source, FolderFollower.Pace pace, Consumer<String> log) {
    encoder.expectMany();
    FolderWatch made = new FolderWatch(index, source, encoder::model, pace, log);
    watch = made;
    return made;
  }

  /** What keeps it as a folder is, if anything does. */
  Optional<FolderWatch> watch() {
    return Optional.ofNullable(watch);
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
    return encoder.words(text, literal);
  }

  /**
   * @param region the part of it that is meant; null for all
   */
  SearchQuery picture(byte[] image, @Nullable Region region) {
    return encoder.model().image(image, "in the body", region);
  }

  /** How near each patch of a hit is to each word: {@code similarity[word][patch]}. */
  ObjectNode why(QueryEncoder.Text text, Hit hit) throws IOException {
    return Why.similarity(about, text, hit);
  }

  /** Adds or replaces an image; when it returns, it is on the disk. */
  ObjectNode add(String id, byte[] image) {
    try {
      Item item = encoder.model().item(id, image);
      return write(editor -> editor.add(List.of(item)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes an image, if it is there. */
  ObjectNode remove(String id) {
    return write(editor -> editor.remove(List.of(id)));
  }

  private interface Change {
    IndexEditor.Done to(IndexEditor editor) throws IOException;
  }

  /** The index is locked only while it is written, so that commands can write, too. */
  private ObjectNode write(Change change) {
    writing.lock();
    try (IndexEditor editor = editor()) {
      IndexEditor.Done done = change.to(editor);
      snapshots.refresh();
      return Json.object()
          .put("added", done.added())
          .put("replaced", done.replaced())
          .put("removed", done.removed())
          .put("items", editor.now().size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writing.unlock();
    }
  }

  /**
   * Waits for whoever writes now.
   *
   * @throws Refused with 503 where that takes long
   */
  private IndexEditor editor() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<IndexEditor> free = IndexEditor.tryOpen(index);
      if (free.isPresent()) {
        return free.get();
      }
      if (System.nanoTime() > end) {
        throw new Refused(503, "the index is being written: try again");
      }
      try {
        Thread.sleep(LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Refused(503, "the server ends");
      }
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
      watch().ifPresent(of -> json.set("watch", of.done().toJson()));
      return json;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    FolderWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    snapshots.close();
    if (watching == null || !watching.isRunning()) { // else the process ends with it
      encoder.close();
    }
  }
}
