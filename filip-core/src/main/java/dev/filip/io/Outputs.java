package dev.filip.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/**
 * Outputs appear whole: they are written beside their place, forced to disk and renamed, and the
 * folder they lie in is forced after them. Nothing is overwritten unless told so. What a killed
 * process leaves beside them is for {@link Leftovers}.
 */
public final class Outputs {
  private static final Pattern FULL =
      Pattern.compile(
          "(No space left|Disk quota exceeded|There is not enough space|File too large).*");

  private Outputs() {}

  /** Fills a folder, or an empty file. */
  public interface Filler {
    void fill(Path out) throws IOException;
  }

  /** Refuses an existing path unless {@code force}. */
  public static void refuseExisting(Path out, boolean force) {
    if (Files.exists(out) && !force) {
      throw new BadInput(
          "output " + out + " exists already: give --force to replace it, or another name");
    }
  }

  /** {@code base}, or {@code base-2}, {@code base-3} ...: the first that does not exist. */
  public static Path nextFree(Path base) {
    Path out = base;
    for (int i = 2; Files.exists(out); i++) {
      out = base.resolveSibling(base.getFileName() + "-" + i);
    }
    return out;
  }

  /**
   * Writes a whole folder beside {@code out}, forces all of it to disk and renames it; an older one
   * is replaced only after the new one is complete.
   */
  public static void folder(Path out, Filler filler) throws IOException {
    makeFolder(parent(out));
    Path fresh = Files.createDirectory(Leftovers.beside(out, Leftovers.UNFINISHED));
    try {
      filler.fill(fresh);
      Files.walkFileTree(fresh, new Forcer());
      replace(fresh, out);
    } catch (IOException e) {
      delete(fresh);
      throw naming(out, e);
    } catch (RuntimeException | Error e) {
      delete(fresh);
      throw e;
    }
  }

  /** A full disk with the place that was written to: the system's own words name none. */
  public static IOException naming(Path out, IOException failed) {
    String message = failed.getMessage() == null ? "" : failed.getMessage();
    boolean bare = !(failed instanceof FileSystemException) && FULL.matcher(message).matches();
    return bare ? new FileSystemException(out.toString(), null, message) : failed;
  }

  /** Writes one file beside {@code out}, forces it to disk and renames it. */
  public static void file(Path out, byte[] bytes) throws IOException {
    file(out, fresh -> Files.write(fresh, bytes));
  }

  /** The same of a file that is too large for memory. */
  public static void file(Path out, Filler filler) throws IOException {
    makeFolder(parent(out));
    Path fresh = Files.createFile(Leftovers.beside(out, Leftovers.UNFINISHED));
    try {
      filler.fill(fresh);
      sync(fresh);
      Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncFolder(out);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw naming(out, e);
    } catch (RuntimeException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
  }

  /** Forces a file's bytes to disk. */
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /**
   * Forces to disk that {@code file} has its name, where the system lets a folder be opened for it
   * (Windows does not, and needs it not).
   */
  public static void syncFolder(Path file) {
    force(parent(file));
  }

  /**
   * A folder's names. Some file systems (FUSE, old NFS) refuse to force a folder: its files are on
   * the disk already, and nothing more can be done.
   */
  private static void force(Path folder) {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException refused) {
      return;
    }
  }

  /** Makes a folder and those above it that are missing; their names are on the disk, too. */
  private static void makeFolder(Path folder) throws IOException {
    Path above = folder.getParent();
    if (!Files.isDirectory(folder) && above != null) {
      makeFolder(above);
      Files.createDirectories(folder);
      force(above);
    }
  }

  /** Deletes a tree; nothing there is no error. */
  public static void delete(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try {
      Files.walkFileTree(tree, new Deleter());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a tree that is out of sight at once: a kill meanwhile leaves no half of it there. */
  public static void remove(Path tree) throws IOException {
    Path aside = Leftovers.beside(tree, Leftovers.UNFINISHED);
    Files.move(tree, aside, StandardCopyOption.ATOMIC_MOVE);
    delete(aside);
  }

  /**
   * Puts a complete folder in its place; the old one is moved aside first, so one of the two is
   * always there.
   */
  public static void replace(Path fresh, Path out) throws IOException {
    if (!Files.exists(out)) {
      Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(out);
      return;
    }
    Path old = Files.createDirectory(Leftovers.beside(out, Leftovers.REPLACED));
    Path it = old.resolve(Leftovers.IT);
    try {
      Files.move(out, it, StandardCopyOption.ATOMIC_MOVE);
      Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (Files.exists(it) && !Files.exists(out)) {
        Files.move(it, out, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.deleteIfExists(old);
      throw e;
    }
    syncFolder(out);
    delete(old);
  }

  static Path parent(Path out) {
    Path parent = out.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new BadInput("output " + out + " has no parent folder");
    }
    return parent;
  }

  /** Files first, then the folders that hold them. */
  private static final class Forcer extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        sync(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path folder, @org.jspecify.annotations.Nullable IOException failed) throws IOException {
      if (failed != null) {
        throw failed;
      }
      force(folder);
      return FileVisitResult.CONTINUE;
    }
  }

  private static final class Deleter extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path folder, @org.jspecify.annotations.Nullable IOException failed) throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
