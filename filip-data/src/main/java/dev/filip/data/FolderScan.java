package dev.filip.data;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The images of a folder as they are at one moment, with the same keys, captions and classes as its
 * source has ({@link Sources#open}): two scans tell what changed. There may be none. Immutable.
 */
public final class FolderScan {
  private final FolderSource source;
  private final List<Path> folders;
  private final List<Found> images;

  private FolderScan(FolderSource source, List<Path> folders, List<Found> images) {
    this.source = source;
    this.folders = folders;
    this.images = images;
  }

  /**
   * An image.
   *
   * @param index in the source
   * @param stamp changes when the image, its texts, their places or its class do; contents are not
   *     read
   * @param changed when the newest of its files was written, in milliseconds since 1970
   */
  public record Found(String key, int index, Path file, String stamp, long changed) {}

  /**
   * Walks the folder.
   *
   * @throws BadInput where it, or one in it, cannot be listed, or it holds shards or tables
   */
  public static FolderScan of(Path folder) {
    ImageWalk walk = ImageWalk.of(folder);
    for (String kind : List.of("tar", "parquet")) {
      boolean none = SourceFiles.list(folder, p -> SourceFiles.extension(p).equals(kind)).isEmpty();
      BadInput.require(none, "folder " + folder, "one with ." + kind + " files", "of images");
    }
    FolderSource source = FolderSource.of(folder, walk, null);
    List<Found> images = new ArrayList<>();
    for (int i = 0; i < source.count(); i++) {
      images.add(found(source, i));
    }
    return new FolderScan(source, List.copyOf(walk.folders()), List.copyOf(images));
  }

  private static Found found(FolderSource source, int i) {
    Path file = source.file(i);
    StringBuilder stamp = new StringBuilder(file.toString());
    long changed = Long.MIN_VALUE;
    for (Path part : List.of(file, source.textFile(i), source.metadataFile(i))) {
      BasicFileAttributes said = attributes(part);
      if (said == null) {
        stamp.append(" -");
      } else {
        stamp.append(
            String.format(
                Locale.ROOT,
                " %d %s %s",
                said.size(),
                said.lastModifiedTime().toInstant(),
                said.fileKey()));
        changed = Math.max(changed, said.lastModifiedTime().toMillis());
      }
    }
    int label = source.label(i);
    boolean named = label >= 0 && label < source.classNames().size();
    stamp.append(' ').append(named ? source.classNames().get(label) : label);
    return new Found(source.key(i), i, file, stamp.toString(), changed);
  }

  private static @Nullable BasicFileAttributes attributes(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class);
    } catch (IOException e) {
      return null;
    }
  }

  /** To read them from. */
  public SampleSource source() {
    return source;
  }

  /** In the source's order. */
  public List<Found> images() {
    return images;
  }

  /** Folders that were walked, the folder itself first; those that links lead to as well. */
  public List<Path> folders() {
    return folders;
  }
}
