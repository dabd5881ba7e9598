package dev.filip.data.known;

import dev.filip.data.known.FakePickles.Rows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import us.hebi.matlab.mat.format.Mat5;

/**
 * Made-up data sets in every layout that is read: few classes, few images, the traps of each. What
 * they hold was compared with torchvision's classes on fakes of the same form.
 */
public final class FakeSets {
  private static final int PIXELS = 3072;

  private FakeSets() {}

  /** All twelve, each at {@code root/NAME}. */
  public static void twelve(Path root) throws IOException {
    for (String name : KnownSets.TWELVE) {
      make(name, root.resolve(name));
    }
  }

  /** A data set by its name, at its own root. */
  public static void make(String name, Path root) throws IOException {
    switch (name) {
      case "imagenet" -> imagenet(root);
      case "cifar10" -> cifar10(root);
      case "cifar100" -> cifar100(root);
      case "caltech101" -> caltech101(root);
      case "cars" -> cars(root);
      case "flowers102" -> flowers102(root);
      case "food101" -> food101(root);
      case "sun397" -> sun397(root);
      case "dtd" -> dtd(root);
      case "aircraft" -> aircraft(root);
      case "pets" -> pets(root);
      case "eurosat" -> eurosat(root);
      case "coco" -> FakePairs.coco(root);
      case "flickr30k" -> FakePairs.flickr30k(root);
      case "cc3m", "cc12m" -> FakePairs.conceptualCaptions(root);
      case "yfcc100m" -> FakePairs.yfcc100m(root);
      default -> throw new IllegalArgumentException(name);
    }
  }

  /** Class folders; things that lie about. */
  static void imagenet(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root);
    for (String wnid : List.of("n02123045", "n01440764", "n01443537")) {
      for (int i : new int[] {10, 2, 1}) {
        files.image("train/%s/%s_%d.JPEG".formatted(wnid, wnid, i));
      }
      files.image("val/%s/ILSVRC2012_val_00000293.JPEG".formatted(wnid));
      files.image("val/%s/ILSVRC2012_val_00000003.JPEG".formatted(wnid));
    }
    files.text("val/n01440764/.DS_Store", "x").text("val/n02123045/Thumbs.db", "x");
    files.folder("val/.ipynb_checkpoints");
  }

  /** Eight validation images side by side, and the devkit with an inner synset. */
  static void flatImagenet(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root);
    for (int i = 8; i > 0; i--) {
      files.image(String.format(Locale.ROOT, "val/ILSVRC2012_val_%08d.JPEG", i));
    }
    String devkit = "ILSVRC2012_devkit_t12/data/";
    files.text(devkit + "ILSVRC2012_validation_ground_truth.txt", "3\n1\n2\n4\n1\n1\n3\n2\n");
    List<List<Object>> synsets =
        List.of(
            List.of(1, "n02123045", "tabby, tabby cat", 0),
            List.of(2, "n01443537", "goldfish, Carassius auratus", 0),
            List.of(3, "n01440764", "tench, Tinca tinca", 0),
            List.of(4, "n99999999", "odd thing, thing", 0),
            List.of(5, "n00001740", "entity", 3));
    List<String> fields = List.of("ILSVRC2012_ID", "WNID", "words", "num_children");
    files.mat(
        devkit + "meta.mat",
        Mat5.newMatFile().addArray("synsets", FakeFiles.structs(fields, synsets)));
  }

  static void cifar10(Path root) throws IOException {
    List<String> names = List.of("airplane", "automobile", "bird", "cat");
    FakeFiles files = new FakeFiles(root.resolve("cifar-10-batches-py"));
    files.bytes("batches.meta", FakePickles.of(Map.of("label_names", names)));
    for (String batch :
        List.of(
            "data_batch_1",
            "data_batch_2",
            "data_batch_3",
            "data_batch_4",
            "data_batch_5",
            "test_batch")) {
      files.bytes(batch, batch(batch, 4, "labels", names.size()));
    }
  }

  static void cifar100(Path root) throws IOException {
    List<String> names = List.of("apple", "aquarium_fish", "baby");
    FakeFiles files = new FakeFiles(root.resolve("cifar-100-python"));
    files.bytes("meta", FakePickles.of(Map.of("fine_label_names", names)));
    for (String split : List.of("train", "test")) {
      files.bytes(split, batch(split, 6, "fine_labels", names.size()));
    }
  }

  /** Pixel p of image i is 31 i + p; labels go round. */
  private static byte[] batch(String name, int images, String labels, int classes) {
    Map<String, Object> batch = new LinkedHashMap<>();
    batch.put("batch_label", name);
    batch.put("data", new Rows(PIXELS, pixels(images)));
    List<Integer> numbers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      numbers.add((i + 1) % classes);
      names.add("%s_s_%d.png".formatted(name, i));
    }
    batch.put(labels, numbers);
    batch.put("filenames", names);
    return FakePickles.of(batch);
  }

  static byte[] pixels(int images) {
    byte[] pixels = new byte[images * PIXELS];
    for (int i = 0; i < images; i++) {
      for (int p = 0; p < PIXELS; p++) {
        pixels[i * PIXELS + p] = (byte) (31 * i + p);
      }
    }
    return pixels;
  }

  /** Both CIFARs in their binary form. */
  static void binaryCifar(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root);
    files.text("cifar-10-batches-bin/batches.meta.txt", "airplane\nautomobile\nbird\n\n");
    files.text("cifar-100-binary/fine_label_names.txt", "apple\naquarium_fish\n");
    for (int i = 1; i <= 5; i++) {
      files.bytes("cifar-10-batches-bin/data_batch_" + i + ".bin", records(4, 1, 3));
    }
    files.bytes("cifar-10-batches-bin/test_batch.bin", records(4, 1, 3));
    files.bytes("cifar-100-binary/train.bin", records(3, 2, 2));
    files.bytes("cifar-100-binary/test.bin", records(5, 2, 2));
  }

  private static byte[] records(int images, int labels, int classes) {
    byte[] pixels = pixels(images);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < images; i++) {
      if (labels == 2) {
        out.write(77); // the coarse label
      }
      out.write(i % classes);
      out.write(pixels, i * PIXELS, PIXELS);
    }
    return out.toByteArray();
  }

  static void caltech101(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("caltech101/101_ObjectCategories"));
    Map<String, Integer> classes = new LinkedHashMap<>();
    classes.put("yin_yang", 5);
    classes.put("BACKGROUND_Google", 2);
    classes.put("Faces", 11);
    classes.put("Faces_easy", 5);
    classes.put("water_lilly", 6);
    for (var one : classes.entrySet()) {
      for (int i = 1; i <= one.getValue(); i++) {
        files.image(String.format(Locale.ROOT, "%s/image_%04d.jpg", one.getKey(), i));
      }
    }
  }

  static void cars(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("stanford_cars"));
    String[] names = {"AM General Hummer SUV 2000", "Acura RL Sedan 2012", "Ram C/V Cargo Van"};
    files.mat(
        "devkit/cars_meta.mat", Mat5.newMatFile().addArray("class_names", FakeFiles.cell(names)));
    List<String> fields = List.of("bbox_x1", "class", "fname");
    for (String split : List.of("train", "test")) {
      List<List<Object>> rows = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        String name = String.format(Locale.ROOT, "%05d.jpg", 5 - i);
        rows.add(List.of(30, i % 3 + 1, name));
        files.image("cars_" + split + "/" + name);
      }
      files.mat(
          split.equals("train") ? "devkit/cars_train_annos.mat" : "cars_test_annos_withlabels.mat",
          Mat5.newMatFile().addArray("annotations", FakeFiles.structs(fields, rows)));
    }
  }

  static void flowers102(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("flowers-102"));
    for (int i = 1; i <= 8; i++) {
      files.image(String.format(Locale.ROOT, "jpg/image_%05d.jpg", i));
    }
    files.mat(
        "imagelabels.mat",
        Mat5.newMatFile().addArray("labels", FakeFiles.row(77, 1, 102, 60, 1, 77, 16, 99)));
    files.mat(
        "setid.mat",
        Mat5.newMatFile()
            .addArray("trnid", FakeFiles.row(7, 2))
            .addArray("valid", FakeFiles.row(5, 1))
            .addArray("tstid", FakeFiles.row(8, 3, 4, 6)));
  }

  /** The order of the lists is not that of the classes. */
  static void food101(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("food-101"));
    String lists =
        """
        {"waffles": ["waffles/2", "waffles/1"], "apple_pie": ["apple_pie/9", "apple_pie/10"],
         "crème_brûlée": ["crème_brûlée/3"]}
        """;
    files.text("meta/train.json", lists).text("meta/test.json", lists);
    files.text("meta/classes.txt", "apple_pie\ncrème_brûlée\nwaffles\n");
    files.text("meta/labels.txt", "Apple pie\nCrème brûlée\nWaffles\n");
    for (String name : List.of("waffles/1", "waffles/2", "apple_pie/9", "apple_pie/10")) {
      files.image("images/" + name + ".jpg");
    }
    files.image("images/crème_brûlée/3.jpg");
  }

  static void sun397(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("SUN397"));
    files.text("ClassName.txt", "/a/abbey\n/a/apartment_building/outdoor\n/y/youth_hostel\n");
    for (String place : List.of("a/abbey", "a/apartment_building/outdoor", "y/youth_hostel")) {
      files.image(place + "/sun_b.jpg").image(place + "/sun_a.jpg");
    }
    files.text(
        "Testing_01.txt",
        "/y/youth_hostel/sun_a.jpg\n/a/apartment_building/outdoor/sun_b.jpg\r\n/a/abbey/sun_b.jpg\n");
    files.text("Training_01.txt", "/a/abbey/sun_a.jpg\n");
  }

  static void dtd(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("dtd/dtd"));
    for (String name : List.of("zigzagged", "polka-dotted", "banded")) {
      for (int i = 1; i <= 10; i++) {
        files.image(String.format(Locale.ROOT, "images/%s/%s_%04d.jpg", name, name, i));
      }
    }
    for (String split : List.of("train", "val", "test")) {
      for (int k = 1; k <= 10; k++) {
        StringBuilder list = new StringBuilder();
        for (String name : List.of("zigzagged", "banded", "polka-dotted")) {
          list.append(String.format(Locale.ROOT, "%s/%s_%04d.jpg%n", name, name, k));
        }
        files.text("labels/" + split + k + ".txt", list.toString());
      }
    }
    files.text("labels/labels_joint_anno.txt", "banded/banded_0001.jpg banded grooved\n");
  }

  static void aircraft(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("fgvc-aircraft-2013b/data"));
    Map<String, List<String>> levels =
        Map.of(
            "variant", List.of("707-320", "F/A-18", "F-16A/B", "Cessna 172"),
            "family", List.of("Boeing 707", "F/A-18", "F-16", "Cessna 172"),
            "manufacturer", List.of("Boeing", "McDonnell Douglas", "Lockheed", "Cessna"));
    Map<String, String> lists =
        Map.of(
            "variant", "variants.txt",
            "family", "families.txt",
            "manufacturer", "manufacturers.txt");
    for (var level : levels.entrySet()) {
      List<String> names = level.getValue();
      files.text(lists.getOrDefault(level.getKey(), ""), String.join("\n", names) + "\n");
      for (String split : List.of("train", "val", "trainval", "test")) {
        StringBuilder list = new StringBuilder();
        for (int i : new int[] {5, 3, 9, 12}) {
          list.append(String.format(Locale.ROOT, "%07d %s%n", i, names.get(i % 4)));
          files.image(String.format(Locale.ROOT, "images/%07d.jpg", i));
        }
        files.text("images_" + level.getKey() + "_" + split + ".txt", list.toString());
      }
    }
  }

  static void pets(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("oxford-iiit-pet"));
    String list =
        """
        american_pit_bull_terrier_12 3 2 2
        Abyssinian_100 1 1 1
        american_bulldog_4 2 2 1
        Abyssinian_2 1 1 1
        """;
    files.text("annotations/trainval.txt", list).text("annotations/test.txt", list);
    files.text("annotations/list.txt", "#Image CLASS-ID SPECIES BREED ID\n" + list);
    files.text("images/Abyssinian_100.mat", "no image");
    for (String line : list.lines().toList()) {
      files.image("images/" + line.split(" ")[0] + ".jpg");
    }
  }

  static void eurosat(Path root) throws IOException {
    FakeFiles files = new FakeFiles(root.resolve("eurosat/2750"));
    for (String name : List.of("SeaLake", "AnnualCrop", "River")) {
      for (int i : new int[] {1, 2, 10, 3, 4, 5}) {
        files.image("%s/%s_%d.jpg".formatted(name, name, i));
      }
    }
  }

  /** Deletes one file. */
  public static void without(Path root, String path) throws IOException {
    Files.delete(root.resolve(path));
  }
}
