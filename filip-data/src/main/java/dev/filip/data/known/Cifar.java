package dev.filip.data.known;

import dev.filip.data.known.NumpyNames.Numbers;
import dev.filip.io.BadInput;
import dev.filip.pickle.BadPickle;
import dev.filip.pickle.PickleInput;
import dev.filip.pickle.PickleMachine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * CIFAR-10 and CIFAR-100: pickles of Python 2 or 3, or the binary form. A key is the image's name
 * in the pickle, or {@code FILE/NUMBER} where there is none.
 */
final class Cifar extends Layout {
  private static final long LARGEST = 1L << 30;

  private final boolean fine;

  /** The one of 100 classes, or that of 10. */
  Cifar(boolean fine) {
    super(fine ? "cifar100" : "cifar10");
    this.fine = fine;
  }

  @Override
  List<String> splits() {
    return List.of("train", "test");
  }

  @Override
  String judged(Path root) {
    return "test";
  }

  @Override
  String trained(Path root) {
    return "train";
  }

  private String pickled() {
    return fine ? "cifar-100-python" : "cifar-10-batches-py";
  }

  private String binary() {
    return fine ? "cifar-100-binary" : "cifar-10-batches-bin";
  }

  /** Files of a split without the binary form's ending. */
  private List<String> files(String split) {
    if (fine) {
      return List.of(split);
    }
    return split.equals("test")
        ? List.of("test_batch")
        : List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5");
  }

  private boolean isPickled(Path folder) {
    String meta = fine ? "meta" : "batches.meta";
    return Files.isRegularFile(folder.resolve(meta)) || has(folder, "");
  }

  private boolean isBinary(Path folder) {
    return has(folder, ".bin");
  }

  private boolean has(Path folder, String ending) {
    return splits().stream()
        .flatMap(split -> files(split).stream())
        .anyMatch(file -> Files.isRegularFile(folder.resolve(file + ending)));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, pickled(), this::isPickled).isPresent()
        || Places.find(root, binary(), this::isBinary).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    var binaries = Places.find(root, binary(), this::isBinary);
    var pickles = Places.find(root, pickled(), this::isPickled);
    if (pickles.isEmpty() && binaries.isPresent()) {
      return binary(binaries.get(), split);
    }
    return pickled(
        pickles.orElseThrow(() ->
            Places.missing(
                name(), pickled() + "/" + files(split).getFirst() + " or " + binary() + "/", root)),
        split);
  }

  private KnownSet pickled(Path base, String split) {
    Path meta = Places.file(name(), base.resolve(fine ? "meta" : "batches.meta"), base);
    String key = fine ? "fine_label_names" : "label_names";
    List<String> classes = texts(meta, key, read(meta).get(key));
    PixelPlanes images = new PixelPlanes();
    for (String file : files(split)) {
      batch(Places.file(name(), base.resolve(file), base), classes.size(), images);
    }
    return new KnownSet(name(), split, ClassNames.spaced(classes), classes, images);
  }

  private static Map<?, ?> read(Path file) {
    try {
      BadInput.require(
          Files.size(file) <= LARGEST, file.toString(), Files.size(file) + " bytes", "below 1 GiB");
      PickleInput in = new PickleInput(MemorySegment.ofBuffer(PixelPlanes.map(file)));
      if (PickleMachine.read(in, new NumpyNames()) instanceof Map<?, ?> map) {
        return map;
      }
      throw new BadPickle("holds no dict");
    } catch (BadPickle e) {
      throw new BadInput(file + ": its pickle " + e.getMessage(), e);
    } catch (IOException e) {
      throw Places.unreadable(file, e);
    }
  }

  private static void batch(Path file, int classes, PixelPlanes images) {
    Map<?, ?> map = read(file);
    byte[] pixels = pixels(file, map.get("data"));
    Object fine = map.get("fine_labels");
    List<Long> labels =
        wholes(file, "labels", map.containsKey("labels") ? map.get("labels") : fine);
    int count = pixels.length / PixelPlanes.BYTES;
    BadInput.require(
        labels.size() == count,
        file + ": labels",
        labels.size(),
        "one for each of " + count + " images");
    List<String> names =
        map.containsKey("filenames") ? texts(file, "filenames", map.get("filenames")) : List.of();
    images.buffer(ByteBuffer.wrap(pixels));
    for (int i = 0; i < count; i++) {
      int label = label(file, classes, i, labels.get(i));
      String key = i < names.size() ? names.get(i) : "";
      images.add(i * PixelPlanes.BYTES, label, key, file.getFileName() + "/" + i);
    }
  }

  private static int label(Path file, int classes, int index, long label) {
    BadInput.require(
        label >= 0 && label < classes,
        file + ": label of image " + index,
        label,
        "below the number of classes, " + classes);
    return (int) label;
  }

  private static byte[] pixels(Path file, @org.jspecify.annotations.Nullable Object data) {
    try {
      if (data instanceof Numbers numbers && numbers.size() % PixelPlanes.BYTES == 0) {
        return numbers.pixels();
      }
    } catch (BadPickle e) {
      throw new BadInput(file + ": its pickle " + e.getMessage(), e);
    }
    throw new BadInput(
        file + ": data must be an array of " + PixelPlanes.BYTES + " bytes an image");
  }

  private static List<Long> wholes(
      Path file, String key, @org.jspecify.annotations.Nullable Object value) {
    List<Long> wholes = new ArrayList<>();
    switch (value) {
      case Numbers numbers -> {
        for (int i = 0; i < numbers.size(); i++) {
          wholes.add(numbers.whole(i));
        }
      }
      case List<?> list when list.stream().allMatch(Long.class::isInstance) ->
          list.forEach(one -> wholes.add((Long) one));
      case null, default ->
          throw new BadInput(file + ": " + key + " must be a list of whole numbers");
    }
    return wholes;
  }

  private static List<String> texts(
      Path file, String key, @org.jspecify.annotations.Nullable Object value) {
    if (value instanceof List<?> list) {
      List<String> texts = new ArrayList<>();
      for (Object one : list) {
        texts.add(
            one instanceof byte[] bytes
                ? new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
                : String.valueOf(one));
      }
      return texts;
    }
    throw new BadInput(file + ": " + key + " must be a list of texts");
  }

  /** Records of one label byte, or a coarse and a fine one, and the planes. */
  private KnownSet binary(Path base, String split) {
    String list = fine ? "fine_label_names.txt" : "batches.meta.txt";
    List<String> classes = Places.lines(Places.file(name(), base.resolve(list), base));
    PixelPlanes images = new PixelPlanes();
    int before = fine ? 2 : 1;
    int record = before + PixelPlanes.BYTES;
    for (String name : files(split)) {
      Path file = Places.file(name(), base.resolve(name + ".bin"), base);
      try {
        ByteBuffer bytes = PixelPlanes.map(file);
        BadInput.require(
            bytes.limit() % record == 0,
            file + ": bytes",
            bytes.limit(),
            "a multiple of " + record);
        images.buffer(bytes);
        for (int i = 0; i < bytes.limit() / record; i++) {
          int at = i * record;
          int label = label(file, classes.size(), i, bytes.get(at + before - 1) & 0xFF);
          images.add(at + before, label, "", name + "/" + i);
        }
      } catch (IOException e) {
        throw Places.unreadable(file, e);
      }
    }
    return new KnownSet(name(), split, ClassNames.spaced(classes), classes, images);
  }
}
