package dev.filip.data.known;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Samples that are files below one folder. Filled by one thread, then thread-safe. */
final class FileItems implements Items {
  private final Path base;
  private final String prefix;
  private final List<String> paths = new ArrayList<>();
  private final List<List<String>> captions = new ArrayList<>();
  private int[] labels = new int[16];

  /**
   * None yet.
   *
   * @param base the folder that paths are below
   * @param prefix what stands before a path in its key: empty, or ends with {@code /}
   */
  FileItems(Path base, String prefix) {
    this.base = base;
    this.prefix = prefix;
  }

  /** Adds an image of a class by its path below the base, with {@code /}. */
  void add(String path, int label) {
    if (labels.length == paths.size()) {
      labels = Arrays.copyOf(labels, 2 * labels.length);
    }
    labels[paths.size()] = label;
    paths.add(path);
  }

  /** Adds an image with captions. */
  void add(String path, List<String> texts) {
    add(path, -1);
    captions.add(List.copyOf(texts));
  }

  int label(int index) {
    return labels[index];
  }

  /** Those at these places, in this order. */
  FileItems only(int[] places) {
    FileItems some = new FileItems(base, prefix);
    for (int place : places) {
      some.add(paths.get(place), labels[place]);
    }
    return some;
  }

  @Override
  public int size() {
    return paths.size();
  }

  @Override
  public Item item(int index) {
    List<String> texts = captions.isEmpty() ? List.of() : captions.get(index);
    return new Item(key(index), labels[index], texts, null);
  }

  String key(int index) {
    return prefix + paths.get(index);
  }

  private Path file(int index) {
    return base.resolve(paths.get(index));
  }

  @Override
  public byte[] image(int index) throws IOException {
    return Files.readAllBytes(file(index));
  }

  @Override
  public long bytes(int index) throws IOException {
    try {
      return Files.size(file(index));
    } catch (NoSuchFileException e) {
      return -1;
    }
  }
}
