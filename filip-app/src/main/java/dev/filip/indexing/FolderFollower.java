package dev.filip.indexing;

import dev.filip.data.FolderScan;
import dev.filip.data.FolderScan.Found;
import dev.filip.io.BadInput;
import dev.filip.search.IndexEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an index as a folder is: pictures that come, change or go, with their captions and
 * metadata, follow in commits of all that changed since the last one. The system tells when
 * something changed (and every {@code rescan} all is looked at, whatever it told); what changed is
 * seen by sizes and times of files. A file is read when it has stayed as it is for {@code settle},
 * and again when it changes. {@link #run} is one thread's, {@link #stop} any's.
 */
public final class FolderFollower {
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final Path index;
  private final Path folder;
  private final IndexModel model;
  private final Pace pace;
  private final Listener listener;
  private final SourcePaths paths;
  private final Disks disks;

  /** Stamps of the pictures that were dealt with. */
  private final Map<String, Found> known = new HashMap<>();

  /** Of those that changed, as they were last, and since when (nanoseconds). */
  private final Map<String, Settling> settling = new HashMap<>();

  private volatile @Nullable CountDownLatch running;
  private volatile boolean stopped;
  private boolean begun;
  private volatile String trouble = "";

  /**
   * How often it looks.
   *
   * @param settle a file that changed is read when it has stayed as it is for so long
   * @param rescan all is looked at so often
   */
  public record Pace(Duration settle, Duration rescan) {}

  /** Who is told. */
  public interface Listener {
    /** A commit, or the first look: what was done, and how many images the index has. */
    void changed(Added added, long items);

    /** What keeps it from following, or that it goes on: a line. */
    void said(String line);
  }

  private record Settling(String stamp, long since) {}

  /**
   * @param source the folder as the user named it
   */
  public FolderFollower(Path index, String source, IndexModel model, Pace pace, Listener listener) {
    this.index = index;
    this.folder = Path.of(source);
    this.model = model;
    this.pace = pace;
    this.listener = listener;
    paths = new SourcePaths(source);
    disks = new Disks(folder);
  }

  /**
   * Follows until it is stopped. When it failed, it may be run again, and knows what it has dealt
   * with.
   *
   * @throws BadInput where the folder is none at the beginning
   */
  public void run() throws IOException {
    CountDownLatch ended = new CountDownLatch(1);
    running = ended;
    try (FolderEvents events = new FolderEvents(folder, listener::said)) {
      FolderScan first = FolderScan.of(folder);
      while (!stopped) {
        long since = System.nanoTime();
        Duration pause = look(first, events);
        first = null;
        long took = (System.nanoTime() - since) / 1_000_000;
        events.await(pause.toMillis(), took, () -> stopped);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  /**
   * Lets {@link #run} end when what it does is committed.
   *
   * @param patience waits for that so long
   */
  public void stop(Duration patience) throws InterruptedException {
    stop();
    CountDownLatch ended = running;
    if (ended != null) { // what it does not end in time is done when it follows again
      ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** The same without waiting. */
  public void stop() {
    stopped = true;
  }

  /** Whether it waits for what keeps it from following. */
  public boolean isHeldUp() {
    return !trouble.isEmpty();
  }

  /** Deals with what has changed; how long nothing more is to be done. */
  private Duration look(@Nullable FolderScan first, FolderEvents events) throws IOException {
    FolderScan scan;
    try {
      scan = first == null ? FolderScan.of(folder) : first;
    } catch (BadInput e) {
      boolean gone = !Files.isDirectory(folder);
      said(gone ? folder + " is gone: nothing is removed, waiting for it" : e.getMessage());
      events.watch(List.of());
      return AGAIN;
    }
    boolean grown = events.watch(scan.folders());
    disks.note(scan.folders());
    Set<String> there = new HashSet<>();
    List<Found> ready = new ArrayList<>();
    for (Found found : scan.images()) {
      there.add(found.key());
      if (isReady(found)) {
        ready.add(found);
      }
    }
    settling.keySet().retainAll(there);
    Map<Boolean, List<String>> missing = missing(there);
    if (!follow(scan, ready, missing.getOrDefault(true, List.of()))) {
      said("index " + index + " is being written by another process: waiting");
      return AGAIN;
    }
    int kept = missing.getOrDefault(false, List.of()).size();
    said(kept == 0 ? "" : kept + " pictures are out of reach with their disk: they stay");
    if (grown) {
      return Duration.ZERO; // what came between the look and the watch is told by nobody
    }
    return settling.isEmpty() ? pace.rescan() : pace.settle();
  }

  private boolean isReady(Found found) {
    Found before = known.get(found.key());
    if (before != null && before.stamp().equals(found.stamp())) {
      settling.remove(found.key());
      return false;
    }
    if (!begun && System.currentTimeMillis() - found.changed() > pace.settle().toMillis()) {
      return true;
    }
    long now = System.nanoTime();
    Settling seen = settling.get(found.key());
    if (seen == null || !seen.stamp().equals(found.stamp())) {
      settling.put(found.key(), new Settling(found.stamp(), now));
      return false;
    }
    return now - seen.since() >= pace.settle().toNanos();
  }

  /** Keys of known pictures that are not there: of those removed, and of those out of reach. */
  private Map<Boolean, List<String>> missing(Set<String> there) {
    return known.values().stream()
        .filter(found -> !there.contains(found.key()))
        .collect(
            Collectors.partitioningBy(
                found -> disks.isRemoved(found.file()),
                Collectors.mapping(Found::key, Collectors.toList())));
  }

  /** Whether it could: not while another process writes. */
  private boolean follow(FolderScan scan, List<Found> ready, List<String> removed)
      throws IOException {
    if (begun && ready.isEmpty() && removed.isEmpty()) {
      return true;
    }
    Optional<IndexEditor> free = IndexEditor.tryOpen(index);
    if (free.isEmpty()) {
      return false;
    }
    try (IndexEditor editor = free.get()) {
      Added added = add(editor, scan, ready);
      IndexEditor.Done gone = editor.remove(removed);
      removed.forEach(known::remove);
      for (Found found : ready) {
        known.put(found.key(), found);
        settling.remove(found.key());
      }
      begun = true;
      listener.changed(added.plus(new Added(gone, 0, Map.of(), 0)), editor.now().size());
      return true;
    }
  }

  private Added add(IndexEditor editor, FolderScan scan, List<Found> ready) throws IOException {
    if (ready.isEmpty()) {
      return Added.NOTHING;
    }
    try {
      return some(editor, scan, ready);
    } catch (BadInput e) { // metadata that do not fit: the others come in
      Added all = Added.NOTHING;
      for (Found found : ready) {
        all = all.plus(one(editor, scan, found));
      }
      return all;
    }
  }

  private Added one(IndexEditor editor, FolderScan scan, Found found) throws IOException {
    try {
      return some(editor, scan, List.of(found));
    } catch (BadInput e) {
      listener.said(String.valueOf(e.getMessage()));
      return new Added(IndexEditor.Done.NOTHING, 0, Map.of("refused", 1), 0);
    }
  }

  private Added some(IndexEditor editor, FolderScan scan, List<Found> some) throws IOException {
    long[] samples = some.stream().mapToLong(Found::index).toArray();
    return new SourceIndexer(model, scan.source(), paths).run(editor, index, samples, begun);
  }

  /** Says what is wrong once, and when it is over. */
  private void said(@Nullable String line) {
    String now = line == null ? "" : line;
    if (!now.equals(trouble)) {
      listener.said(now.isEmpty() ? "all of " + folder + " is there" : now);
      trouble = now;
    }
  }
}
