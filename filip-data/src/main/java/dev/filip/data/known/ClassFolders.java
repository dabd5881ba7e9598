package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * One class a folder, as torchvision's ImageFolder reads it: classes in plain order of the folders'
 * names, images below each at any depth, folder by folder, in plain order of their names. Hidden
 * folders are no classes; a class without images keeps its index.
 *
 * @param empty the classes without images
 */
record ClassFolders(List<String> classes, FileItems items, List<String> empty) {
  private static final List<String> IMAGES =
      List.of(".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp");

  /** Whether torchvision takes a file name for an image. */
  static boolean isImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return IMAGES.stream().anyMatch(lower::endsWith);
  }

  /** Whether a folder of a folder holds an image. */
  static boolean isAt(Path folder) {
    return Places.names(folder, Files::isDirectory).stream()
        .anyMatch(name -> !Places.names(folder.resolve(name), p -> isImage(p + "")).isEmpty());
  }

  /**
   * Reads the names of all files.
   *
   * @param prefix what stands before a path below {@code folder} in keys
   */
  static ClassFolders of(String dataset, Path folder, String prefix) {
    List<String> classes = Places.names(folder, Files::isDirectory);
    FileItems items = new FileItems(folder, prefix);
    List<String> empty = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      int before = items.size();
      for (String path : images(folder, classes.get(label))) {
        items.add(path, label);
      }
      if (items.size() == before) {
        empty.add(classes.get(label));
      }
    }
    if (items.size() == 0) {
      throw new BadInput(dataset + ": no image in a class folder of " + folder);
    }
    return new ClassFolders(classes, items, empty);
  }

  /** What was said about classes without images. */
  List<String> notes() {
    return notes(empty);
  }

  /** The same of classes that were found otherwise. */
  static List<String> notes(List<String> empty) {
    return empty.isEmpty()
        ? List.of()
        : List.of("classes without images: " + String.join(", ", empty));
  }

  private static List<String> images(Path base, String name) {
    TreeMap<String, List<String>> folders = new TreeMap<>();
    try {
      Files.walkFileTree(
          base.resolve(name),
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (isImage(file.getFileName().toString()) && !attributes.isDirectory()) {
                Path folder = file.getParent() == null ? base : file.getParent();
                folders
                    .computeIfAbsent(
                        Places.slashed(base.relativize(folder)), _ -> new ArrayList<>())
                    .add(file.getFileName().toString());
              }
              return FileVisitResult.CONTINUE;
            }

            /** A link in a circle, or one to nowhere, is passed over, as Python's walk does. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof java.nio.file.FileSystemLoopException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    } catch (IOException e) {
      throw Places.unreadable(base.resolve(name), e);
    }
    List<String> paths = new ArrayList<>();
    folders.forEach(
        (folder, files) -> files.stream().sorted().forEach(file -> paths.add(folder + "/" + file)));
    return paths;
  }
}
