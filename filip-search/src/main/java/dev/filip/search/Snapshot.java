package dev.filip.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An index as it was at one moment: it stays so while writers go on, until it is closed. Any number
 * of them may be open, in any number of processes. Safe for any thread; hits are read while it is
 * open.
 *
 * <pre>{@code
 * try (Snapshot index = Snapshot.open(Path.of("pictures.index"))) {
 *   for (Hit hit : index.search(SearchQuery.text(QueryText.parse("red^2 sofa -dog"), encoder), 10, "year>2010")) {
 *     System.out.println(hit.id() + " " + hit.score());
 *   }
 * }
 * }</pre>
 */
public final class Snapshot implements Closeable {
  private static final int TRIES = 20;

  /** A quarter of a second of exact scanning on the slower machines (49 rows of width 256). */
  static final int SCANNED = 5_000;

  /** Codes go on until they have so many: the first of them is surer than one alone. */
  private static final int SURE = 10;

  private final Path index;
  private final IndexAbout about;
  private final Manifest manifest;
  private final List<View> views;
  private @Nullable Calibration calibration;

  /** States of several indexes that it is put together of; none where it is of one. */
  private final List<Snapshot> parts;

  private boolean closed;

  private Snapshot(
      Path index, IndexAbout about, Manifest manifest, List<View> views, List<Snapshot> parts) {
    this.index = index;
    this.about = about;
    this.manifest = manifest;
    this.views = List.copyOf(views);
    this.parts = List.copyOf(parts);
  }

  /** States of several indexes as one, which closes them. */
  static Snapshot together(List<Snapshot> parts) {
    Snapshot first = parts.getFirst();
    List<View> views = parts.stream().flatMap(part -> part.views.stream()).toList();
    return new Snapshot(first.index, first.about, Shards.manifest(parts), views, parts);
  }

  /**
   * Opens the newest state.
   *
   * @throws BadInput where there is no index, or it is damaged
   */
  public static Snapshot open(Path index) throws IOException {
    return open(index, IndexAbout.read(index), List.of());
  }

  /**
   * The newest state; segments that this one has open, too, are not opened anew. An index that was
   * made anew in the same place is found as any other change.
   *
   * @throws BadInput where what is there now is of another encoder, or damaged, or no index
   */
  public Snapshot refreshed() throws IOException {
    if (!parts.isEmpty()) {
      return refreshedParts();
    }
    IndexAbout now = IndexAbout.read(index);
    BadInput.require(
        now.isLike(about), "index " + index, "made anew of another model", "the one it was");
    return open(index, now, views);
  }

  private Snapshot refreshedParts() throws IOException {
    List<Snapshot> newest = new ArrayList<>();
    try {
      for (Snapshot part : parts) {
        newest.add(part.refreshed());
      }
      return together(newest);
    } catch (IOException | RuntimeException e) {
      for (Snapshot part : newest) {
        part.close();
      }
      throw e;
    }
  }

  /** A writer may remove what a state names while it is opened: then there is a newer one. */
  private static Snapshot open(Path index, IndexAbout about, List<View> have) throws IOException {
    for (int tries = 1; ; tries++) {
      Optional<Long> newest = Manifest.newest(index);
      try {
        return open(index, about, Manifest.read(index), have);
      } catch (IOException | RuntimeException e) {
        if (tries == TRIES || Manifest.newest(index).equals(newest)) {
          throw e;
        }
      }
    }
  }

  private static Snapshot open(Path index, IndexAbout about, Manifest manifest, List<View> have)
      throws IOException {
    Map<String, Segment> open = new HashMap<>();
    have.forEach(view -> open.put(view.segment().name(), view.segment()));
    List<View> views = new ArrayList<>();
    try {
      for (Manifest.Entry entry : manifest.segments()) {
        BitSet dead = entry.deadItems(index);
        Segment there = open.get(entry.name());
        Segment segment =
            there != null && there.sum().equals(Segment.sum(index, entry.name()))
                ? there.retain()
                : Segment.open(index, entry.name(), about);
        views.add(new View(segment, dead));
        BadInput.require(
            segment.size() == entry.items(),
            "items of " + segment.folder(),
            segment.size(),
            entry.items() + ", as the manifest says");
      }
      return new Snapshot(index, about, manifest, views, List.of());
    } catch (IOException | RuntimeException e) {
      for (View view : views) {
        view.segment().release();
      }
      throw e;
    }
  }

  /** What the index holds vectors of. */
  public IndexAbout about() {
    return about;
  }

  /** Fields of metadata. */
  public Schema schema() {
    return manifest.schema();
  }

  /** Live items. */
  public long size() {
    return views.stream().mapToLong(View::live).sum();
  }

  /** Grows with every commit, until the index is made anew. */
  public long generation() {
    return manifest.generation();
  }

  /** Names the state, in any process: two of one name hold the same. */
  public String state() {
    StringBuilder all = new StringBuilder();
    for (View view : views) {
      all.append(view.segment().sum());
    }
    manifest.segments().forEach(entry -> all.append(' ').append(entry.deadSum()));
    return Long.toString(manifest.generation(), Character.MAX_RADIX)
        + "-"
        + SealedJson.sum(all.toString().getBytes(StandardCharsets.US_ASCII));
  }

  Manifest manifest() {
    return manifest;
  }

  /** The folder; of several indexes all of them. */
  String name() {
    return parts.isEmpty()
        ? index.toString()
        : parts.stream().map(Snapshot::name).collect(Collectors.joining(","));
  }

  private long bytes() throws IOException {
    long bytes = parts.isEmpty() ? IndexFiles.bytes(index) : 0;
    for (Snapshot part : parts) {
      bytes += part.bytes();
    }
    return bytes;
  }

  List<View> views() {
    return views;
  }

  /** The item of an id, with score 0; nothing where it is not in the index. */
  public Optional<Hit> find(String id) throws IOException {
    for (View view : views) {
      int item = view.item(id);
      if (item >= 0) {
        return Optional.of(new Hit(view.segment(), item, 0));
      }
    }
    return Optional.empty();
  }

  /** Takes items as they are read. */
  public interface Reader {
    void read(Item item) throws IOException;
  }

  /** Reads every live item, segment by segment; rows are borrowed while it is open. */
  public void forEach(Reader reader) throws IOException {
    for (View view : views) {
      Segment segment = view.segment();
      for (int item : view.items(null)) {
        reader.read(
            new Item(segment.id(item), segment.rows().slice(item, item + 1), segment.about(item)));
      }
    }
  }

  /**
   * The best k items, exactly: every one that the filter lets through is scored. Uses the JVM's
   * common pool; the answer does not depend on threads.
   *
   * @param filter such as {@code tag:x AND year>2010} ({@link FilterParser}); null for all
   * @return best first, of equal scores the lower id first
   * @throws BadInput for a query of another encoder, or a filter that is none
   */
  public List<Hit> search(SearchQuery query, int k, @Nullable String filter) throws IOException {
    return scan(query, k, filter).hits();
  }

  /** The same with what was done for it. */
  public Found scan(SearchQuery query, int k, @Nullable String filter) throws IOException {
    return find(query, SearchOptions.of(k).filter(filter).exact(true));
  }

  /**
   * The best k items by the plan that fits: exact while the items that the filter lets through are
   * few ({@value #SCANNED}), by their codes above.
   */
  public Found find(SearchQuery query, int k, @Nullable String filter) throws IOException {
    return find(query, SearchOptions.of(k).filter(filter));
  }

  Found find(SearchQuery query, int k, @Nullable String filter, int scanned) throws IOException {
    return find(List.of(query), SearchOptions.of(k).filter(filter), scanned).getFirst();
  }

  /** What is wanted of a query. */
  public Found find(SearchQuery query, SearchOptions options) throws IOException {
    return find(List.of(query), options).getFirst();
  }

  /**
   * The same of many queries, which share passes: items are read once for a batch of them. Each
   * answer is what its query alone would have got, to the bit.
   *
   * @return one answer a query
   */
  public List<Found> find(List<SearchQuery> queries, SearchOptions options) throws IOException {
    return find(queries, options, SCANNED);
  }

  /**
   * @param scanned up to so many items are scored one by one
   */
  List<Found> find(List<SearchQuery> queries, SearchOptions options, int scanned)
      throws IOException {
    for (SearchQuery query : queries) {
      about.require("the query", query.encoder(), query.width());
    }
    Ranker ranker = new Ranker(views, manifest.schema(), scanned);
    List<Found> found = ranker.rank(queries, options, options.candidates());
    if (options.isPlain()) {
      return found;
    }
    Double least = options.minProbability();
    Calibration calibration = least == null ? null : calibration();
    if (least != null && calibration != null) {
      calibration.require(size(), least);
    }
    List<Found> chosen = new ArrayList<>();
    for (int q = 0; q < queries.size(); q++) {
      SearchQuery query = queries.get(q);
      Calibration.Scale scale = calibration == null ? null : calibration.scale(query);
      chosen.add(new HitChoice(ranker, query, options, scale).of(found.get(q)));
    }
    return chosen;
  }

  /**
   * The best items of each query, of those that it may have; the first one is not missed by codes.
   */
  List<Found> best(List<SearchQuery> queries, Barred barred) throws IOException {
    for (SearchQuery query : queries) {
      about.require("the query", query.encoder(), query.width());
    }
    return new Ranker(views, manifest.schema(), SCANNED)
        .rank(queries, SearchOptions.of(SURE), SURE, barred);
  }

  /** Of the index as it is on the disk now. */
  private synchronized Calibration calibration() throws IOException {
    BadInput.require(
        parts.isEmpty(), "a probability", "several indexes", "asked of one index, as calibrated");
    Calibration known = calibration;
    if (known == null) {
      known = Calibration.read(index, about);
      calibration = known;
    }
    return known;
  }

  /** As {@code filip index info --json} answers. */
  public ObjectNode info() throws IOException {
    long tokens = 0;
    long dead = 0;
    for (View view : views) {
      tokens += view.segment().rows().count();
      dead += view.dead().cardinality();
    }
    ObjectNode json = Json.object().put("index", name()).put("items", size());
    json.put("segments", views.size()).put("dead", dead).put("tokens", tokens);
    json.put("bytes", bytes()).put("generation", manifest.generation());
    json.put("width", about.d()).put("match", about.match()).put("model", about.model());
    json.put("precision", about.precision()).put("encoder", about.encoder());
    if (about.pool() > 0) {
      json.put("pool", about.pool());
    }
    if (parts.isEmpty() && Files.exists(index.resolve(Calibration.FILE))) {
      Calibration made = Calibration.read(index, about);
      json.set("calibration", made.toJson().put("fits", made.fits(size())));
    }
    json.set("fields", manifest.schema().toJson());
    return json;
  }

  /** Lets go of its segments. */
  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      for (Snapshot part : parts) {
        part.close();
      }
      for (View view : parts.isEmpty() ? views : List.<View>of()) {
        view.segment().release();
      }
    }
  }
}
