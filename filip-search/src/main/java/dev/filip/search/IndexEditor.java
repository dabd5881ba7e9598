package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.io.Leftovers;
import dev.filip.io.Outputs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The one writer of an index, by a lock. Each call is one commit: when it returns, what it did is
 * on the disk and survives a kill; until then readers see nothing of it, and after a kill in its
 * middle it never was. What a killed writer left is removed by the next one. Used by one thread.
 */
public final class IndexEditor implements Closeable {
  /** A tier holds segments up to eight times as large as the one below; so many are merged. */
  private static final int TIER = 8;

  private static final int SMALLEST_TIER = 1024;

  /** Merging by itself makes no larger segment. */
  private static final int LARGEST = 1 << 18;

  private final Path index;
  private final IndexAbout about;
  private final WriteLock lock;
  private Snapshot now;

  private IndexEditor(Path index, IndexAbout about, WriteLock lock, Snapshot now) {
    this.index = index;
    this.about = about;
    this.lock = lock;
    this.now = now;
  }

  /**
   * Begins to write.
   *
   * @throws BadInput where another process writes, or there is no index
   */
  public static IndexEditor open(Path index) throws IOException {
    return tryOpen(index)
        .orElseThrow(() -> new BadInput("index " + index + " is being written by another process"));
  }

  /**
   * The same, or nothing where another process writes.
   *
   * @throws BadInput where there is no index
   */
  public static Optional<IndexEditor> tryOpen(Path index) throws IOException {
    IndexAbout about = IndexAbout.read(index);
    Optional<WriteLock> free = WriteLock.tryTake(index);
    if (free.isEmpty()) {
      return Optional.empty();
    }
    WriteLock lock = free.get();
    try {
      Snapshot now = Snapshot.open(index);
      clear(index, now.manifest());
      return Optional.of(new IndexEditor(index, about, lock, now));
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Removes what no state names: a killed writer's, or a state's before the last. */
  private static void clear(Path index, Manifest manifest) throws IOException {
    Leftovers.clear(index, _ -> true);
    Set<String> named = new HashSet<>();
    for (Manifest.Entry entry : manifest.segments()) {
      named.add(entry.name());
      named.add(entry.deadFile());
    }
    List<Path> all;
    try (Stream<Path> files = Files.list(index)) {
      all = files.filter(f -> f.getFileName().toString().startsWith("segment-")).toList();
    }
    for (Path file : all) {
      if (!named.contains(file.getFileName().toString())) {
        Outputs.delete(file);
      }
    }
  }

  /** The index as it is after the last commit; closed by the next one. */
  public Snapshot now() {
    return now;
  }

  /**
   * What a commit did.
   *
   * @param added items that were not there
   * @param replaced items that took another's place
   * @param removed items that are no more
   */
  public record Done(int added, int replaced, int removed) {
    /** Nothing. */
    public static final Done NOTHING = new Done(0, 0, 0);

    /** Both together. */
    public Done plus(Done other) {
      return new Done(added + other.added, replaced + other.replaced, removed + other.removed);
    }
  }

  /**
   * Adds items; one whose id is there takes its place, of two with one id the later counts.
   *
   * @throws BadInput for rows of another width, or metadata of another type than at first use
   */
  public Done add(List<Item> items) throws IOException {
    Map<String, Item> byId = new LinkedHashMap<>();
    Schema schema = now.schema();
    for (Item item : items) {
      BadInput.require(
          item.tokens().d() == about.d(),
          "width of " + item.id(),
          item.tokens().d(),
          about.d() + "");
      schema = schema.with(item.id(), item.about().metadata());
      byId.remove(item.id());
      byId.put(item.id(), item);
    }
    if (byId.isEmpty()) {
      return Done.NOTHING;
    }
    Changes changes = new Changes(schema);
    int replaced = changes.kill(byId.keySet());
    changes.write(
        writer -> {
          for (Item item : byId.values()) {
            writer.append(item);
          }
        },
        byId.size());
    changes.commit();
    tidy();
    return new Done(byId.size() - replaced, replaced, 0);
  }

  /**
   * Adds the items of a segment that was made outside ({@link LooseSegment}), a copy of it; where
   * an id is there, its item takes the other's place. One whose items are all there, with the same
   * digests, is passed over.
   *
   * @throws BadInput where it is damaged, of another encoder, or has metadata of another type
   */
  public Done adopt(Path folder) throws IOException {
    Segment segment = LooseSegment.open(folder, about);
    try {
      Set<String> ids = new LinkedHashSet<>();
      Schema schema = now.schema();
      boolean same = true;
      for (int item = 0; item < segment.size(); item++) {
        Item.About kept = segment.aboutWithoutPicture(item);
        schema = schema.with(segment.id(item), kept.metadata());
        ids.add(segment.id(item));
        same &= isThere(segment.id(item), kept.digest());
      }
      if (same) {
        return Done.NOTHING;
      }
      Changes changes = new Changes(schema);
      int replaced = changes.kill(ids);
      changes.take(folder, ids.size());
      changes.commit();
      tidy();
      return new Done(ids.size() - replaced, replaced, 0);
    } finally {
      segment.release();
    }
  }

  private boolean isThere(String id, String digest) throws IOException {
    Optional<Hit> there = now.find(id);
    return !digest.isEmpty() && there.isPresent() && there.get().about().digest().equals(digest);
  }

  /** Removes items; ids that are not there are passed over. */
  public Done remove(Collection<String> ids) throws IOException {
    Changes changes = new Changes(now.schema());
    int removed = changes.kill(new LinkedHashSet<>(ids));
    if (removed > 0) {
      changes.commit();
    }
    return new Done(0, 0, removed);
  }

  /** Makes one segment of all, without dead items. */
  public void compact() throws IOException {
    List<View> all = now.views();
    if (all.size() > 1 || all.stream().anyMatch(IndexEditor::isToBeMadeAnew)) {
      merge(all);
    }
  }

  private static boolean isToBeMadeAnew(View view) {
    boolean uncoded = view.segment().codes() == null && view.live() >= SegmentCodes.LEAST;
    return uncoded || !view.dead().isEmpty();
  }

  /** Merges small segments of one size, so that there are never many. */
  private void tidy() throws IOException {
    Map<Integer, List<View>> tiers = new HashMap<>();
    for (View view : now.views()) {
      tiers.computeIfAbsent(tier(view.segment().size()), _ -> new ArrayList<>()).add(view);
    }
    for (List<View> tier : tiers.values()) {
      long items = tier.stream().mapToLong(View::live).sum();
      if (tier.size() >= TIER && items <= LARGEST) {
        merge(tier);
        return;
      }
    }
  }

  private static int tier(int items) {
    int tier = 0;
    for (long size = SMALLEST_TIER; size < items; size *= TIER) {
      tier++;
    }
    return tier;
  }

  private void merge(List<View> views) throws IOException {
    Changes changes = new Changes(now.schema());
    views.forEach(changes::drop);
    changes.write(
        writer -> {
          for (View view : views) {
            for (int item : view.items(null)) {
              Segment segment = view.segment();
              writer.append(
                  new Item(
                      segment.id(item), segment.rows().slice(item, item + 1), segment.about(item)));
            }
          }
        },
        views.stream().mapToInt(View::live).sum());
    changes.commit();
  }

  /** Fills a segment. */
  private interface Filler {
    void fill(SegmentWriter writer) throws IOException;
  }

  /** The next state, made up bit by bit; nothing of it counts before it is committed. */
  private final class Changes {
    private final long generation = now.manifest().generation() + 1;
    private final Schema schema;
    private final Map<String, Manifest.Entry> entries = new LinkedHashMap<>();
    private final Map<String, BitSet> killed = new HashMap<>();
    private long next = now.manifest().next();

    Changes(Schema schema) {
      this.schema = schema;
      now.manifest().segments().forEach(entry -> entries.put(entry.name(), entry));
    }

    /** Marks the live items of some ids as dead; how many there were. */
    int kill(Set<String> ids) throws IOException {
      int count = 0;
      for (View view : now.views()) {
        BitSet dead = (BitSet) view.dead().clone();
        for (String id : ids) {
          int item = view.item(id);
          if (item >= 0) {
            dead.set(item);
          }
        }
        int more = dead.cardinality() - view.dead().cardinality();
        if (more > 0) {
          killed.put(view.segment().name(), dead);
          count += more;
        }
      }
      return count;
    }

    void drop(View view) {
      entries.remove(view.segment().name());
    }

    void write(Filler filler, int items) throws IOException {
      if (items == 0) {
        return;
      }
      String name = Manifest.segmentName(next++);
      Outputs.folder(
          index.resolve(name),
          folder -> {
            try (SegmentWriter writer = new SegmentWriter(folder, about)) {
              filler.fill(writer);
              writer.finish();
            }
          });
      entries.put(name, new Manifest.Entry(name, items, 0, "", ""));
    }

    void take(Path folder, int items) throws IOException {
      String name = Manifest.segmentName(next++);
      Outputs.folder(index.resolve(name), fresh -> LooseSegment.copy(folder, fresh));
      entries.put(name, new Manifest.Entry(name, items, 0, "", ""));
    }

    void commit() throws IOException {
      for (Map.Entry<String, BitSet> dead : killed.entrySet()) {
        Manifest.Entry entry = entries.get(dead.getKey());
        if (entry != null) {
          bury(entry, dead.getValue());
        }
      }
      Manifest made = new Manifest(generation, next, schema, List.copyOf(entries.values()));
      made.commit(index);
      Snapshot before = now;
      now = before.refreshed();
      before.close();
      clear(index, made);
    }

    private void bury(Manifest.Entry entry, BitSet dead) throws IOException {
      if (dead.cardinality() == entry.items()) {
        entries.remove(entry.name());
        return;
      }
      byte[] bytes = dead.toByteArray();
      String file = entry.name() + ".dead-" + generation;
      Outputs.file(index.resolve(file), bytes);
      entries.put(
          entry.name(),
          new Manifest.Entry(
              entry.name(), entry.items(), dead.cardinality(), file, SealedJson.sum(bytes)));
    }
  }

  /** Lets another writer in. */
  @Override
  public void close() throws IOException {
    now.close();
    lock.close();
  }
}
