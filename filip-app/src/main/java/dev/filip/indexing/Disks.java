package dev.filip.indexing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * On which file systems the folders below one folder lay when they were first seen: a file that is
 * gone from a folder was removed, one whose disk is not mounted was not. Used by one thread.
 */
final class Disks {
  private final Path root;
  private final Map<Path, Object> devices = new HashMap<>();

  /**
   * @param root the folder that all others are below
   */
  Disks(Path root) {
    this.root = root;
  }

  /** Notes folders that are new; it does not matter that others are gone. */
  void note(Collection<Path> folders) {
    for (Path folder : folders) {
      devices.computeIfAbsent(folder, Disks::device);
    }
  }

  /**
   * Whether a file that is not there was removed: the nearest folder above it that is there is the
   * one that was, and no link on the way leads nowhere.
   */
  boolean isRemoved(Path file) {
    for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder)) {
        Object was = devices.get(folder);
        return was == null || was.equals(device(folder));
      }
      if (folder.equals(root) || Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    return false;
  }

  /** The number of a file system, or its name where it has none. */
  private static Object device(Path folder) {
    try {
      return folder.getFileSystem().supportedFileAttributeViews().contains("unix")
          ? Files.getAttribute(folder, "unix:dev")
          : Files.getFileStore(folder).name();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
