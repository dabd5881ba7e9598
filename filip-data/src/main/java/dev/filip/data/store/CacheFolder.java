package dev.filip.data.store;

import dev.filip.data.store.LockTable.Lease;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of a shard cache, shared by the processes of a machine. A file is named by location,
 * size and version together, {@code HASH-SIZE-NAME}, so a file that has its name's size is what it
 * says; one that is being fetched, or was cut, ends in {@code .part} and counts with its whole
 * size. The access time is the time of last use. {@code locks} holds one place for every shard
 * (shared: it is held; exclusive: it is being fetched or removed) and one for the folder.
 * Thread-safe.
 */
final class CacheFolder {
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{32})-(\\d{1,18})-.*");
  private static final String PART = ".part";
  private static final String OTHER = " (FILIP_CACHE names another folder)";
  private static final long WHOLE_FOLDER = 0;

  private final Path folder;
  private final long most;
  private final ToLongFunction<Path> usable;
  private final LockTable locks;

  /**
   * A cache in {@code folder}, which is made if it is missing.
   *
   * @param most bytes of all its shards
   * @param usable free bytes of a folder's disk
   */
  CacheFolder(Path folder, long most, ToLongFunction<Path> usable) throws IOException {
    this.folder = folder;
    this.most = most;
    this.usable = usable;
    try {
      Files.createDirectories(folder);
      this.locks = LockTable.of(folder.resolve("locks"));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** One shard's place: the whole file, its beginning while it is fetched, its lock. */
  record Slot(ObjectInfo info, Path file, Path part, long place) {
    /** Whether the whole shard is there. */
    boolean isWhole() {
      return sizeOf(file) == info.size();
    }

    /** Bytes that are there of a shard that was begun. */
    long begun() {
      return Math.max(0, sizeOf(part));
    }

    private static long sizeOf(Path path) {
      try {
        return Files.size(path);
      } catch (IOException e) {
        return -1;
      }
    }
  }

  Slot slot(ObjectInfo info) {
    String all = info.location() + "\n" + info.version() + "\n" + info.size();
    String hash = HexFormat.of().formatHex(sha256(all), 0, 16);
    String name = hash + "-" + info.size() + "-" + Locations.fileName(info.location());
    return new Slot(info, folder.resolve(name), folder.resolve(name + PART), place(hash));
  }

  /** Positions of 62 bits, and never the folder's. */
  private static long place(String hash) {
    return (Long.parseUnsignedLong(hash.substring(0, 16), 16) >>> 2) + 1;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Keeps others from removing the shard; waits while it is fetched. */
  Lease hold(Slot slot) throws IOException {
    return locks.shared(slot.place());
  }

  /** Keeps others from fetching and holding the shard; null where one of them does. */
  @Nullable Lease take(Slot slot) throws IOException {
    return locks.attempt(slot.place(), false);
  }

  /** Marks a use, for the order of removal. The time of change stays. */
  void use(Slot slot) throws IOException {
    Files.getFileAttributeView(slot.file(), BasicFileAttributeView.class)
        .setTimes(null, FileTime.from(Instant.now()), null);
  }

  /**
   * Makes room for a shard that was taken and begins its file; the shards that were not used for
   * longest go first, held ones never.
   *
   * @return false when all that could go has gone and the bound does not allow it
   * @throws IOException when the disk is full, or the shard is larger than the bound
   */
  boolean reserve(Slot slot) throws IOException {
    long size = slot.info().size();
    if (size > most) {
      throw new IOException(
          Locations.shown(slot.info().location())
              + ": a shard of "
              + gib(size)
              + " does not fit the cache's bound of "
              + gib(most)
              + " (FILIP_CACHE_GIB)");
    }
    try (Lease _ = locks.exclusive(WHOLE_FOLDER)) {
      boolean counted = Files.exists(slot.part());
      long more = counted ? 0 : size;
      long toWrite = size - slot.begun();
      long used = readUsed();
      if (used < 0 || used + more > most || usable.applyAsLong(folder) < toWrite) {
        used = removeOldest(more, toWrite);
        writeUsed(used);
      }
      if (usable.applyAsLong(folder) < toWrite) {
        throw new IOException(fullDisk(slot));
      }
      if (used + more > most) {
        return false;
      }
      if (!counted) {
        Files.createFile(slot.part());
        writeUsed(used + size);
      }
      return true;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Removes until {@code more} fits and {@code toWrite} is free; what is in use then, in bytes. */
  private long removeOldest(long more, long toWrite) throws IOException {
    List<Stored> all = stored();
    long used = all.stream().mapToLong(Stored::size).sum();
    // a little more than asked, so that small shards do not list the folder each time
    long goal = most - Math.max(more, most / 64);
    for (Stored old : all) {
      if (used <= goal && usable.applyAsLong(folder) >= toWrite) {
        break;
      }
      try (Lease lease = locks.attempt(old.place(), false)) {
        if (lease != null && Files.deleteIfExists(old.file())) {
          used -= old.size();
        }
      }
    }
    return used;
  }

  private record Stored(Path file, long size, long place, FileTime used) {}

  /** All files of shards, the longest unused first. */
  private List<Stored> stored() throws IOException {
    List<Stored> all = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(folder)) {
      for (Path file : entries) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          try {
            FileTime used = Files.readAttributes(file, BasicFileAttributes.class).lastAccessTime();
            all.add(new Stored(file, Long.parseLong(name.group(2)), place(name.group(1)), used));
          } catch (NoSuchFileException e) {
            continue;
          }
        }
      }
    }
    all.sort(Comparator.comparing(Stored::used));
    return all;
  }

  /** Adds bytes to a begun shard. */
  OutputStream append(Slot slot) throws IOException {
    return Files.newOutputStream(slot.part(), StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  /** Forgets the bytes of a begun shard; its room stays reserved. */
  void restart(Slot slot) throws IOException {
    Files.newOutputStream(slot.part(), StandardOpenOption.TRUNCATE_EXISTING).close();
  }

  /** Gives up a begun shard and its room. */
  void abandon(Slot slot) throws IOException {
    try (Lease _ = locks.exclusive(WHOLE_FOLDER)) {
      if (Files.deleteIfExists(slot.part())) {
        writeUsed(Math.max(0, readUsed() - slot.info().size()));
      }
    }
  }

  /** Makes a begun shard whole: its bytes are on the disk before it has its name. */
  void publish(Slot slot) throws IOException {
    try {
      Outputs.sync(slot.part());
      try (Lease _ = locks.exclusive(WHOLE_FOLDER)) {
        Files.move(
            slot.part(),
            slot.file(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw failure(slot, e);
    }
  }

  /** The sum of sizes as last written; -1 where it is to be counted. */
  private long readUsed() {
    try {
      return Long.parseLong(Files.readString(folder.resolve("used")).strip());
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }

  private void writeUsed(long used) throws IOException {
    Files.writeString(folder.resolve("used"), Long.toString(used));
  }

  /** What an exception of writing a shard means, in a line. */
  IOException failure(Slot slot, IOException e) {
    return isFull(e) ? new IOException(fullDisk(slot), e) : failure(e);
  }

  private IOException failure(IOException e) {
    String place = "the shard cache " + folder;
    return switch (e) {
      case AccessDeniedException _ -> new IOException(place + " cannot be written to" + OTHER, e);
      case FileSystemException _ -> new IOException(place + ": " + reason(e) + OTHER, e);
      default -> e;
    };
  }

  private static @Nullable String reason(IOException e) {
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    return e instanceof NoSuchFileException ? "a file of it is missing" : e.getMessage();
  }

  private static boolean isFull(IOException e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left")
        || text.contains("not enough space")
        || text.contains("quota exceeded");
  }

  private String fullDisk(Slot slot) {
    return "the disk of the shard cache "
        + folder
        + " is full: "
        + Locations.shown(slot.info().location())
        + " needs "
        + gib(slot.info().size() - slot.begun())
        + ", "
        + gib(Math.max(0, usable.applyAsLong(folder)))
        + " are free"
        + OTHER;
  }

  static String gib(long bytes) {
    double gib = bytes / (double) (1L << 30);
    return gib >= 0.1
        ? String.format(Locale.ROOT, "%.1f GiB", gib)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20));
  }
}
