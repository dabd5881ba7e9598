package dev.filip.data.store;

import dev.filip.data.store.CacheFolder.Slot;
import dev.filip.data.store.LockTable.Lease;
import dev.filip.io.BadInput;
import dev.filip.io.NativeCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shards of any store as local files: local ones as they are, remote ones through a folder of
 * bounded size that the processes of a machine share. A shard costs one question for its size and
 * version in every process, and one transfer a machine; a cut transfer goes on where it ended, that
 * of a killed process too. Thread-safe.
 */
public final class ShardCache implements ShardFiles {
  private static final String CLOSED = "the shard cache is closed";
  private static final int BUFFER = 1 << 18;
  private static final int MOST_SMALL = 1 << 28;

  private final Options options;
  private final ToLongFunction<Path> usable;
  private final Stores stores;
  private final ExecutorService readers;
  private final Map<String, ObjectInfo> known = new ConcurrentHashMap<>();
  private final Map<String, FutureTask<@Nullable Held>> ahead = new ConcurrentHashMap<>();
  private @Nullable CacheFolder folder;
  private volatile boolean closed;

  /**
   * How a cache works.
   *
   * @param folder where shards are kept; made with the first remote shard
   * @param mostBytes of all shards in the folder
   * @param readAhead threads that fetch what {@link #ahead} names; 0 fetches nothing ahead
   */
  public record Options(
      Path folder, long mostBytes, Retry retry, Timeouts timeouts, int readAhead) {
    private static final long STANDARD_GIB = 50;

    /** Checked. */
    public Options {
      BadInput.require(mostBytes > 0, "cache.mostBytes", mostBytes, "> 0");
      BadInput.require(
          readAhead >= 0 && readAhead <= 256, "cache.readAhead", readAhead, "0 to 256");
    }

    /**
     * {@code FILIP_CACHE} or {@code filip/shards} in the user's cache, {@code FILIP_CACHE_GIB} or
     * 50 GiB, two threads.
     */
    public static Options standard() {
      String named = System.getenv("FILIP_CACHE");
      Path folder =
          named == null || named.isBlank()
              ? NativeCache.userCache().resolve("filip").resolve("shards")
              : Path.of(named);
      long most = gib(System.getenv("FILIP_CACHE_GIB"));
      return new Options(folder, most, Retry.STANDARD, Timeouts.STANDARD, 2);
    }

    static long gib(@Nullable String value) {
      if (value == null || value.isBlank()) {
        return STANDARD_GIB << 30;
      }
      if (!value.strip().matches("\\d{1,7}") || Long.parseLong(value.strip()) == 0) {
        throw BadInput.of("FILIP_CACHE_GIB", value, "a whole number of GiB above 0");
      }
      return Long.parseLong(value.strip()) << 30;
    }
  }

  /** A cache by {@code options}; it touches no disk and no network yet. */
  public ShardCache(Options options) {
    this(options, folder -> folder.toFile().getUsableSpace());
  }

  ShardCache(Options options, ToLongFunction<Path> usable) {
    this.options = options;
    this.usable = usable;
    this.stores = new Stores(options.timeouts());
    this.readers =
        Executors.newFixedThreadPool(
            Math.max(1, options.readAhead()),
            Thread.ofPlatform().daemon().name("filip-shards-", 1).factory());
  }

  @Override
  public boolean isRemote(String location) {
    return Locations.scheme(location) != null;
  }

  @Override
  public Held hold(String location) throws IOException {
    if (!isRemote(location)) {
      return new Kept(Locations.path(location), info(location), null);
    }
    FutureTask<@Nullable Held> begun = ahead.remove(location);
    if (begun != null) {
      // runs here when no reader has come to it
      begun.run();
      Held held = result(begun);
      if (held != null) {
        return held;
      }
    }
    return fetch(location, options.timeouts().answer());
  }

  private static @Nullable Held result(FutureTask<@Nullable Held> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a store");
    } catch (CancellationException e) {
      throw new IOException(CLOSED, e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException other -> throw other;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void ahead(String location) {
    if (options.readAhead() == 0 || closed || !isRemote(location)) {
      return;
    }
    FutureTask<@Nullable Held> task = new FutureTask<>(() -> fetchIfRoom(location));
    if (ahead.putIfAbsent(location, task) == null) {
      try {
        readers.execute(task);
      } catch (RejectedExecutionException e) {
        // closed just now
        ahead.remove(location, task);
      }
    }
  }

  /** Null when there is no room before others are closed. */
  private @Nullable Held fetchIfRoom(String location) throws IOException {
    try {
      Held held = fetch(location, Duration.ZERO);
      if (closed) {
        held.close();
        return null;
      }
      return held;
    } catch (NoRoom e) {
      return null;
    }
  }

  /** Asks anew when the object changes on the way. */
  private Held fetch(String location, Duration patience) throws IOException {
    for (int tries = 1; ; tries++) {
      Slot slot = folder().slot(info(location));
      try {
        return hold(slot, patience);
      } catch (StoreFailure e) {
        known.remove(location);
        if (tries >= options.retry().tries()) {
          throw new UnreachableShard(location, "it changes while it is read", tries, e);
        }
        Retry.sleep(options.retry().pause(tries, null, 0));
      }
    }
  }

  private Held hold(Slot slot, Duration patience) throws IOException {
    CacheFolder cache = folder();
    while (true) {
      if (slot.isWhole()) {
        Lease lease = cache.hold(slot);
        // it may have been removed in between
        if (slot.isWhole()) {
          cache.use(slot);
          return new Kept(slot.file(), slot.info(), lease);
        }
        lease.close();
      }
      // not waited for in one go: whoever fetches the shard may hold it for long afterwards
      try (Lease taken = cache.take(slot)) {
        if (taken == null) {
          Retry.sleep(LockTable.POLL);
        } else if (!slot.isWhole()) {
          awaitRoom(slot, patience);
          transfer(slot);
        }
      }
    }
  }

  private void awaitRoom(Slot slot, Duration patience) throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    while (!folder().reserve(slot)) {
      if (System.nanoTime() >= end) {
        throw new NoRoom(slot, options);
      }
      if (!patience.isZero()) {
        dropAhead();
      }
      Retry.sleep(Duration.ofMillis(50));
    }
  }

  /** What was fetched before it is needed gives way to what is needed. */
  private void dropAhead() throws IOException {
    for (Map.Entry<String, FutureTask<@Nullable Held>> entry : ahead.entrySet()) {
      FutureTask<@Nullable Held> task = entry.getValue();
      if (task.state() == Future.State.SUCCESS && ahead.remove(entry.getKey(), task)) {
        Held held = task.resultNow();
        if (held != null) {
          held.close();
        }
      }
    }
  }

  private void transfer(Slot slot) throws IOException {
    try {
      options.retry().call(slot.info().location(), slot::begun, () -> transferRest(slot));
    } catch (StoreFailure e) {
      folder().abandon(slot);
      throw e;
    } catch (UnreachableShard e) {
      // what came stays, for the next one to go on from
      if (slot.begun() == 0) {
        folder().abandon(slot);
      }
      throw e;
    }
    folder().publish(slot);
  }

  private Slot transferRest(Slot slot) throws IOException {
    CacheFolder cache = folder();
    ObjectInfo object = slot.info();
    long begun = slot.begun();
    if (begun > object.size() || object.version().equals(ObjectInfo.UNKNOWN_VERSION)) {
      cache.restart(slot);
      begun = 0;
    }
    if (begun < object.size()) {
      try (InputStream in = opened(object, begun)) {
        copy(in, slot, object.size() - begun);
      }
    }
    return slot;
  }

  private InputStream opened(ObjectInfo object, long from) throws IOException {
    try {
      return stores.of(object.location()).open(object, from);
    } catch (IOException e) {
      boolean ended = e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
      throw ended ? e : StoreFailure.of(e, options.timeouts());
    }
  }

  /** Exactly {@code count} bytes; what came before a cut stays. */
  private void copy(InputStream in, Slot slot, long count) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (OutputStream out = folder().append(slot)) {
      for (long left = count; left > 0; ) {
        int got = read(in, buffer, (int) Math.min(left, BUFFER));
        if (got < 0) {
          throw StoreFailure.passing(
              (slot.info().size() - left) + " of " + slot.info().size() + " bytes came", null);
        }
        try {
          out.write(buffer, 0, got);
        } catch (IOException e) {
          throw folder().failure(slot, e);
        }
        left -= got;
      }
    }
    // the end is read too: then the connection can be used again
    if (read(in, buffer, 1) > 0) {
      folder().restart(slot);
      throw StoreFailure.passing("more than " + slot.info().size() + " bytes came", null);
    }
  }

  private int read(InputStream in, byte[] buffer, int most) throws IOException {
    try {
      return in.read(buffer, 0, most);
    } catch (IOException e) {
      throw StoreFailure.of(e, options.timeouts());
    }
  }

  @Override
  public ObjectInfo info(String location) throws IOException {
    if (!isRemote(location)) {
      return local(location, stores.of(location)::info);
    }
    ObjectInfo info = known.get(location);
    if (info == null) {
      Store store = stores.of(location);
      info = options.retry().call(location, () -> 0, () -> store.info(location));
      known.put(location, info);
    }
    return info;
  }

  @Override
  public byte @Nullable [] small(String location) throws IOException {
    Store store = stores.of(location);
    try {
      return isRemote(location)
          ? options.retry().call(location, () -> 0, () -> bytes(store, location))
          : local(location, at -> bytes(store, at));
    } catch (UnreachableShard e) {
      // a bucket that may not be listed answers "not allowed" for what is not there
      boolean none =
          e.getCause() instanceof StoreFailure failure
              && switch (failure.kind()) {
                case MISSING, DENIED -> true;
                case PASSING, REFUSED, CHANGED -> false;
              };
      if (none) {
        return null;
      }
      throw e;
    }
  }

  private static byte[] bytes(Store store, String location) throws IOException {
    try (InputStream in = store.open(location, 0, -1)) {
      byte[] bytes = in.readNBytes(MOST_SMALL + 1);
      if (bytes.length > MOST_SMALL) {
        throw new IOException(Locations.shown(location) + ": a side file must be at most 256 MiB");
      }
      return bytes;
    }
  }

  /** One line that names the file. */
  private static <T> T local(String location, LocalQuestion<T> question) throws IOException {
    try {
      return question.ask(location);
    } catch (StoreFailure e) {
      throw new UnreachableShard(location, e.getMessage(), 1, e);
    }
  }

  private interface LocalQuestion<T> {
    T ask(String location) throws IOException;
  }

  @Override
  public List<ObjectInfo> list(String place) throws IOException {
    Store store = stores.of(place);
    return isRemote(place)
        ? options.retry().call(place, () -> 0, () -> store.list(place))
        : local(place, store::list);
  }

  private synchronized CacheFolder folder() throws IOException {
    if (closed) {
      throw new IOException(CLOSED);
    }
    if (folder == null) {
      folder = new CacheFolder(options.folder(), options.mostBytes(), usable);
    }
    return folder;
  }

  /** Ends what is being fetched ahead; shards that are still held stay until they are closed. */
  @Override
  public void close() {
    closed = true;
    readers.shutdownNow();
    ahead.values().forEach(task -> task.cancel(true));
    stores.close();
    try {
      readers.awaitTermination(2, TimeUnit.SECONDS);
      dropAhead();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ahead.clear();
  }

  /** A held shard; a local file has no lease. */
  private record Kept(Path file, ObjectInfo info, @Nullable Lease lease) implements Held {
    @Override
    public void close() {
      if (lease != null) {
        lease.close();
      }
    }
  }

  /** All that could go has gone: what is held fills the cache. */
  private static final class NoRoom extends IOException {
    private static final long serialVersionUID = 1L;

    NoRoom(Slot slot, Options options) {
      super(
          Locations.shown(slot.info().location())
              + ": no room for "
              + CacheFolder.gib(slot.info().size())
              + " in the shard cache "
              + options.folder()
              + ": shards in use fill its "
              + CacheFolder.gib(options.mostBytes())
              + " (FILIP_CACHE_GIB)");
    }
  }
}
