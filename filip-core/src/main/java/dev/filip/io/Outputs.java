package dev.filip.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Outputs appear whole: they are written beside their place and renamed. Nothing is overwritten
 * unless told so.
 */
public final class Outputs {
  private Outputs() {}

  /** Fills a folder. */
  public interface Filler {
    void fill(Path folder) throws IOException;
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
   * Writes a whole folder beside {@code out} and renames it; an older one is replaced only after
   * the new one is complete.
   */
  public static void folder(Path out, Filler filler) throws IOException {
    Path parent = parent(out);
    Files.createDirectories(parent);
    Path fresh = Files.createDirectory(beside(out, "tmp"));
    try {
      filler.fill(fresh);
      replace(fresh, out);
    } catch (IOException | RuntimeException | Error e) {
      delete(fresh);
      throw e;
    }
  }

  /** Writes one file beside {@code out}, forces it to disk and renames it. */
  public static void file(Path out, byte[] bytes) throws IOException {
    Path parent = parent(out);
    Files.createDirectories(parent);
    Path fresh = Files.createFile(beside(out, "tmp"));
    try {
      Files.write(fresh, bytes);
      sync(fresh);
      Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
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
  public static void syncFolder(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(parent(file), StandardOpenOption.READ)) {
        channel.force(true);
      }
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

  /**
   * Puts a complete folder in its place; the old one is moved aside first, so one of the two is
   * always there.
   */
  public static void replace(Path fresh, Path out) throws IOException {
    if (!Files.exists(out)) {
      Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path old = Files.createDirectory(beside(out, "old"));
    Path it = old.resolve("it");
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
    delete(old);
  }

  /**
   * A free name beside {@code out}; unlike a temporary file's it has the user's own permissions.
   */
  private static Path beside(Path out, String kind) {
    String unique =
        Long.toHexString(ProcessHandle.current().pid()) + "-" + Long.toHexString(System.nanoTime());
    Path name = out.toAbsolutePath().normalize().getFileName();
    return parent(out).resolve("." + name + "." + kind + "-" + unique);
  }

  private static Path parent(Path out) {
    Path parent = out.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new BadInput("output " + out + " has no parent folder");
    }
    return parent;
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
