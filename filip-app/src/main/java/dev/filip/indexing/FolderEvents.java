package dev.filip.indexing;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import dev.filip.io.Reasons;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits until something changes in any of some folders, as far as the system tells. What changed is
 * not said: whoever waits looks at all of it, so that nothing hangs on an event that was lost. Used
 * by one thread.
 */
final class FolderEvents implements Closeable {
  private static final long SLICE = 100;

  private final WatchService service;
  private final Consumer<String> say;
  private final Map<Path, WatchKey> keys = new HashMap<>();
  private boolean told;

  /**
   * @param say takes a line where the system cannot watch a folder
   */
  FolderEvents(Path folder, Consumer<String> say) throws IOException {
    service = folder.getFileSystem().newWatchService();
    this.say = say;
  }

  /**
   * Watches these folders and no others.
   *
   * @return whether some are watched from now on only: what came into them before is not told
   */
  boolean watch(Collection<Path> folders) {
    Set<Path> wanted = new HashSet<>(folders);
    keys.entrySet()
        .removeIf(entry -> {
          boolean old = !wanted.contains(entry.getKey()) || !entry.getValue().isValid();
          if (old) {
            entry.getValue().cancel();
          }
          return old;
        });
    boolean grown = false;
    for (Path folder : folders) {
      if (!keys.containsKey(folder)) {
        grown |= add(folder);
      }
    }
    return grown;
  }

  private boolean add(Path folder) {
    try {
      keys.put(folder, folder.register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY));
      return true;
    } catch (IOException e) {
      if (!told) {
        told = true;
        say.accept("cannot watch " + folder + ": " + Reasons.of(e) + ": looked at now and then");
      }
      return false;
    }
  }

  /**
   * Comes back when something changed, the time is over, or its owner is to stop. Of many changes
   * one after another it comes back once in {@code least} milliseconds.
   */
  void await(long milliseconds, long least, BooleanSupplier stopped) throws InterruptedException {
    long begun = System.nanoTime();
    boolean changed = false;
    while (!stopped.getAsBoolean()) {
      long spent = (System.nanoTime() - begun) / 1_000_000;
      if (spent >= milliseconds || changed && spent >= least) {
        return;
      }
      long left = Math.min(milliseconds - spent, SLICE);
      changed |= drain(service.poll(Math.max(1, left), TimeUnit.MILLISECONDS));
      if (changed && (System.nanoTime() - begun) / 1_000_000 < least) {
        Thread.sleep(Math.min(SLICE, least));
      }
    }
  }

  private boolean drain(@Nullable WatchKey first) {
    WatchKey key = first;
    while (key != null) {
      key.pollEvents();
      if (!key.reset()) {
        keys.values().remove(key); // its folder is gone; one of its name is another
      }
      key = service.poll();
    }
    return first != null;
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
