package dev.filip.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Embedder;
import dev.filip.indexing.FolderFollower;
import dev.filip.indexing.IndexEncoder;
import dev.filip.indexing.IndexModel;
import dev.filip.indexing.Region;
import dev.filip.indexing.Why;
import dev.filip.io.Json;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.QueryEncoder;
import dev.filip.search.SearchQuery;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
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
  private final IndexEncoder encoder;
  private final Tower tower = new Tower();
  private final Commits commits;
  private volatile @Nullable FolderWatch watch;

  private SearchService(
      Path index, Path folder, IndexAbout about, Snapshots snapshots, IndexEncoder encoder) {
    this.index = index;
    this.folder = folder;
    this.about = about;
    this.snapshots = snapshots;
    this.encoder = encoder;
    commits = new Commits(index, snapshots::refresh);
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
   * @throws Refused with 503 where pictures before it take longer than {@code patience}
   */
  SearchQuery picture(byte[] image, @Nullable Region region, Duration patience) {
    IndexModel model = encoder.model();
    Embedder.Picture picture = model.embedder().prepare(image, "in the body");
    return tower.take(patience, () -> model.image(picture, region));
  }

  /** How near each patch of a hit is to each word: {@code similarity[word][patch]}. */
  ObjectNode why(QueryEncoder.Text text, Hit hit) throws IOException {
    return Why.similarity(about, text, hit);
  }

  /**
   * Adds or replaces an image; when it returns, it is on the disk.
   *
   * @throws Refused with 503 where pictures before it take longer than {@code patience}
   */
  ObjectNode add(String id, byte[] image, Duration patience) {
    IndexModel model = encoder.model();
    Embedder.Picture picture = model.embedder().prepare(image, id);
    Tokens rows = tower.take(patience, () -> model.rows(picture));
    return json(commits.add(IndexModel.item(id, image, picture, rows)));
  }

  /** Removes an image, if it is there. */
  ObjectNode remove(String id) {
    return json(commits.remove(id));
  }

  private static ObjectNode json(Commits.Outcome outcome) {
    return Json.object()
        .put("added", outcome.done().added())
        .put("replaced", outcome.done().replaced())
        .put("removed", outcome.done().removed())
        .put("items", outcome.items());
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
