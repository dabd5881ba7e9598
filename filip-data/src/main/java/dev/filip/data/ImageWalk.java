package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the image files below a folder at any depth. Links are followed, those of folders too, but
 * not into a folder that is being walked already; hidden files and folders are left out. Used once.
 */
final class ImageWalk extends SimpleFileVisitor<Path> {
  private final Path start;
  private final List<Path> images = new ArrayList<>();
  private final List<Path> dead = new ArrayList<>();
  private final List<Path> folders = new ArrayList<>();

  private ImageWalk(Path start) {
    this.start = start;
  }

  /** Walks; {@link BadInput} names a folder that cannot be listed. */
  static ImageWalk of(Path start) {
    ImageWalk walk = new ImageWalk(start);
    try {
      Files.walkFileTree(start, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk);
    } catch (java.nio.file.FileSystemException e) {
      String place = e.getFile() == null ? start.toString() : e.getFile();
      throw new BadInput("cannot list " + place + ": " + Reasons.of(e), e);
    } catch (IOException e) {
      throw new BadInput("cannot list " + start + ": " + Reasons.of(e), e);
    }
    return walk;
  }

  /** Those of all kinds, links to no file among them, in no order. */
  List<Path> images() {
    return images;
  }

  /** The folders that were walked. */
  List<Path> folders() {
    return folders;
  }

  /** Links to nothing that are named like no image: folders that were, it may be. */
  List<Path> deadLinks() {
    return dead;
  }

  private static boolean hidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    if (!folder.equals(start) && hidden(folder)) {
      return FileVisitResult.SKIP_SUBTREE;
    }
    folders.add(folder);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    boolean image = SourceFiles.isImage(SourceFiles.extension(file));
    boolean lost = attributes.isSymbolicLink(); // one that leads somewhere is not shown as a link
    if (hidden(file)) {
      return FileVisitResult.CONTINUE;
    } else if (image && (lost || attributes.isRegularFile())) {
      images.add(file);
    } else if (lost) {
      dead.add(file);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
    if (why instanceof FileSystemLoopException) {
      return FileVisitResult.CONTINUE;
    }
    throw why;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException why)
      throws IOException {
    if (why != null) {
      throw why;
    }
    return FileVisitResult.CONTINUE;
  }
}
