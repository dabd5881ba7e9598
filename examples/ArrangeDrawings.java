import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Arranges real drawings as published data sets lie on disk, to try every command that judges a model where none of the published
 * sets may be had. The layouts are the published ones, the pictures are not: numbers made with them are of drawings.
 *
 * <pre>
 * filip data emoji --out data/emoji
 * filip data emoji --out data/collages --collages 60000
 * filip data openclipart --out data/openclipart
 * java examples/ArrangeDrawings.java data/emoji data/collages data/openclipart data/sets
 * </pre>
 *
 * cifar100 (binary): single things cut out of the test collages, 100 names; train by two artists, test by a third.
 * cifar10 (binary): the first ten of these names.
 * caltech101 (class folders): the emoji of the 100 names, one drawing by each artist.
 * eurosat (class folders): all emoji by group, of all artists.
 * imagenet (CLIP_benchmark's webdataset): openclipart by folder.
 * coco (captions JSON): the test collages; flickr30k (token file): every fifth picture of openclipart, several captions each.
 */
final class ArrangeDrawings {
  private static final int SIDE = 32;
  private static final Pattern THING =
      Pattern.compile("\"name\":\"([^\"]+)\",\"code\"");
  private static final Pattern BOX = Pattern.compile("\"box\":\\[(\\d+),(\\d+),(\\d+),(\\d+)\\]");

  /** A sample of a shard: its files by extension. */
  record Sample(String key, Map<String, byte[]> files) {
    String text(String extension) {
      return new String(files.getOrDefault(extension, new byte[0]), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  void main(String[] args) throws Exception {
    if (args.length != 4) {
      System.err.println("java examples/ArrangeDrawings.java EMOJI COLLAGES OPENCLIPART OUT");
      System.exit(2);
    }
    Path emoji = Path.of(args[0]), collages = Path.of(args[1]), clipart = Path.of(args[2]), out = Path.of(args[3]);
    if (Files.exists(out)) {
      System.err.println(out + " exists: name another folder, or remove it");
      System.exit(2);
    }
    List<String> names = Files.readAllLines(collages.resolve("names.txt"));
    cifar(out, names, things(collages.resolve("test-seen")), things(collages.resolve("test-unseen")));
    classFolders(out, emoji, new LinkedHashSet<>(names));
    webdataset(out.resolve("imagenet"), clipart);
    coco(out.resolve("coco"), collages);
    flickr(out.resolve("flickr30k"), read(clipart.resolve("train")));
    System.out.println(out + ": cifar10, cifar100, caltech101, eurosat, imagenet, coco, flickr30k");
  }

  /** All samples of a folder of shards, in order. */
  private static List<Sample> read(Path folder) throws Exception {
    Map<String, Sample> samples = new LinkedHashMap<>();
    List<Path> tars;
    try (Stream<Path> files = Files.list(folder)) {
      tars = files.filter(file -> file.toString().endsWith(".tar")).sorted().toList();
    }
    for (Path tar : tars) {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(tar), 1 << 20)) {
        for (byte[] head = in.readNBytes(512); head.length == 512 && head[0] != 0; head = in.readNBytes(512)) {
          String name = field(head, 0, 100);
          int size = Integer.parseInt(field(head, 124, 12).strip(), 8);
          byte[] bytes = in.readNBytes(size);
          in.skipNBytes((512 - size % 512) % 512);
          int dot = name.indexOf('.');
          String key = name.substring(0, dot);
          samples.computeIfAbsent(key, k -> new Sample(k, new HashMap<>())).files().put(name.substring(dot + 1), bytes);
        }
      }
    }
    return List.copyOf(samples.values());
  }

  private static String field(byte[] head, int from, int length) {
    int end = from;
    while (end < from + length && head[end] != 0) {
      end++;
    }
    return new String(head, from, end - from, java.nio.charset.StandardCharsets.UTF_8);
  }

  /** Single things cut out of collages, 32 pixels each way as planes of red, green and blue, with their names. */
  private static Map<String, List<byte[]>> things(Path folder) throws Exception {
    Map<String, List<byte[]>> things = new TreeMap<>();
    for (Sample sample : read(folder)) {
      BufferedImage picture = ImageIO.read(new ByteArrayInputStream(sample.files().get("png")));
      Matcher name = THING.matcher(sample.text("json"));
      Matcher box = BOX.matcher(sample.text("json"));
      while (name.find() && box.find()) {
        things.computeIfAbsent(name.group(1), _ -> new ArrayList<>()).add(planes(cut(picture, box)));
      }
    }
    return things;
  }

  /** The square about a box, within the picture. */
  private static BufferedImage cut(BufferedImage picture, Matcher box) {
    int x0 = Integer.parseInt(box.group(1)), y0 = Integer.parseInt(box.group(2));
    int x1 = Integer.parseInt(box.group(3)), y1 = Integer.parseInt(box.group(4));
    int side = Math.min(Math.max(x1 - x0, y1 - y0) + 2, picture.getWidth());
    int x = Math.clamp((x0 + x1 - side) / 2, 0, picture.getWidth() - side);
    int y = Math.clamp((y0 + y1 - side) / 2, 0, picture.getHeight() - side);
    return picture.getSubimage(x, y, side, side);
  }

  private static byte[] planes(BufferedImage picture) {
    BufferedImage small = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    var pen = small.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    pen.drawImage(picture, 0, 0, SIDE, SIDE, null);
    pen.dispose();
    byte[] planes = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      int rgb = small.getRGB(i % SIDE, i / SIDE);
      planes[i] = (byte) (rgb >> 16);
      planes[SIDE * SIDE + i] = (byte) (rgb >> 8);
      planes[2 * SIDE * SIDE + i] = (byte) rgb;
    }
    return planes;
  }

  private static void cifar(Path out, List<String> names, Map<String, List<byte[]>> train, Map<String, List<byte[]>> test)
      throws Exception {
    Path hundred = Files.createDirectories(out.resolve("cifar100/cifar-100-binary"));
    Files.write(hundred.resolve("fine_label_names.txt"), names);
    records(hundred.resolve("train.bin"), names, train, true, 0, 1);
    records(hundred.resolve("test.bin"), names, test, true, 0, 1);
    List<String> few = names.subList(0, 10);
    Path ten = Files.createDirectories(out.resolve("cifar10/cifar-10-batches-bin"));
    Files.write(ten.resolve("batches.meta.txt"), few);
    for (int batch = 0; batch < 5; batch++) {
      records(ten.resolve("data_batch_" + (batch + 1) + ".bin"), few, train, false, batch, 5);
    }
    records(ten.resolve("test_batch.bin"), few, test, false, 0, 1);
  }

  private static void records(Path file, List<String> names, Map<String, List<byte[]>> things, boolean coarse, int first, int step)
      throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int label = 0; label < names.size(); label++) {
      List<byte[]> pictures = things.getOrDefault(names.get(label), List.of());
      for (int i = first; i < pictures.size(); i += step) {
        if (coarse) {
          all.write(0);
        }
        all.write(label);
        all.write(pictures.get(i));
      }
    }
    Files.write(file, all.toByteArray());
  }

  private static void classFolders(Path out, Path emoji, Set<String> names) throws Exception {
    Map<String, Integer> counts = new HashMap<>();
    for (String artist : List.of("google", "google-held-out", "twitter", "twitter-held-out", "openmoji")) {
      List<String> classes = Files.readAllLines(emoji.resolve(artist).resolve("classnames.txt"));
      for (Sample sample : read(emoji.resolve(artist))) {
        String name = classes.get(Integer.parseInt(sample.text("cls").strip()));
        Matcher group = Pattern.compile("\"group\":\"([^\"]+)\"").matcher(sample.text("json"));
        if (!group.find()) {
          continue;
        }
        picture(out.resolve("eurosat/eurosat/2750/" + group.group(1)), group.group(1) + "_", counts, sample);
        if (names.contains(name)) {
          picture(out.resolve("caltech101/caltech101/101_ObjectCategories/" + name.replace(' ', '_')), "image_", counts, sample);
        }
      }
    }
  }

  private static void picture(Path folder, String prefix, Map<String, Integer> counts, Sample sample) throws Exception {
    int number = counts.merge(folder.toString(), 1, Integer::sum);
    Files.write(Files.createDirectories(folder).resolve("%s%04d.png".formatted(prefix, number)), sample.files().get("png"));
  }

  /** Classes are openclipart's first folders with at least 20 pictures; the layout is that of clip_benchmark_export_wds. */
  private static void webdataset(Path folder, Path clipart) throws Exception {
    Map<String, List<List<Sample>>> classes = new TreeMap<>();
    for (int part = 0; part < 2; part++) {
      int now = part;
      for (Sample sample : read(clipart.resolve(part == 0 ? "train" : "validation"))) {
        Matcher path = Pattern.compile("\"(?:path|file)\":\"(?:[^\"]*?/)??([a-z_]+)/[^\"]*\"").matcher(sample.text("json"));
        if (path.find()) {
          classes.computeIfAbsent(path.group(1), _ -> List.of(new ArrayList<>(), new ArrayList<>())).get(now).add(sample);
        }
      }
    }
    classes.remove("unsorted");
    classes.values().removeIf(parts -> parts.getFirst().size() < 20 || parts.getLast().isEmpty());
    Files.createDirectories(folder);
    Files.write(folder.resolve("classnames.txt"), classes.keySet().stream().map(name -> name.replace('_', ' ')).toList());
    Files.writeString(folder.resolve("zeroshot_classification_templates.txt"), "a drawing of {c}.\n");
    for (int part = 0; part < 2; part++) {
      Path split = Files.createDirectories(folder.resolve(part == 0 ? "train" : "test"));
      Files.writeString(split.resolve("nshards.txt"), "1\n");
      try (var tar = new DataOutputStream(Files.newOutputStream(split.resolve("0.tar")))) {
        int label = 0;
        for (List<List<Sample>> parts : classes.values()) {
          for (Sample sample : parts.get(part)) {
            entry(tar, sample.key() + ".cls", Integer.toString(label).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            entry(tar, sample.key() + ".png", sample.files().get("png"));
          }
          label++;
        }
        tar.write(new byte[1024]);
      }
    }
  }

  private static void entry(DataOutputStream tar, String name, byte[] bytes) throws Exception {
    byte[] head = new byte[512];
    put(head, 0, name);
    put(head, 100, "0000644");
    put(head, 124, "%011o".formatted(bytes.length));
    put(head, 136, "%011o".formatted(0));
    put(head, 148, "        ");
    head[156] = '0';
    put(head, 257, "ustar");
    put(head, 263, "00");
    int sum = 0;
    for (byte b : head) {
      sum += b & 0xFF;
    }
    put(head, 148, "%06o\0 ".formatted(sum));
    tar.write(head);
    tar.write(bytes);
    tar.write(new byte[(512 - bytes.length % 512) % 512]);
  }

  private static void put(byte[] head, int at, String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, head, at, bytes.length);
  }

  private static void coco(Path folder, Path collages) throws Exception {
    Files.createDirectories(folder.resolve("annotations"));
    for (String split : List.of("train2014", "val2014")) {
      StringBuilder images = new StringBuilder(), captions = new StringBuilder();
      int image = 0, caption = 0;
      for (Sample sample : read(collages.resolve(split.equals("val2014") ? "test-unseen" : "test-seen"))) {
        String file = "COCO_%s_%012d.png".formatted(split, ++image);
        Files.write(Files.createDirectories(folder.resolve(split)).resolve(file), sample.files().get("png"));
        images.append(image == 1 ? "" : ",\n").append("{\"id\": %d, \"file_name\": \"%s\"}".formatted(image, file));
        for (String text : sample.text("txt").strip().split("\n")) {
          captions.append(++caption == 1 ? "" : ",\n").append(
              "{\"id\": %d, \"image_id\": %d, \"caption\": \"%s\"}".formatted(caption, image, text.replace("\"", "\\\"")));
        }
      }
      Files.writeString(
          folder.resolve("annotations/captions_" + split + ".json"),
          "{\"images\": [\n" + images + "],\n\"annotations\": [\n" + captions + "]}\n");
    }
  }

  private static void flickr(Path folder, List<Sample> samples) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int n = 0; n < samples.size(); n += 5) {
      Sample sample = samples.get(n);
      String file = sample.key() + ".png";
      Files.write(Files.createDirectories(folder.resolve("flickr30k-images")).resolve(file), sample.files().get("png"));
      String[] captions = sample.text("txt").strip().split("\n");
      for (int i = 0; i < captions.length; i++) {
        lines.append(file).append('#').append(i).append('\t').append(captions[i]).append('\n');
      }
    }
    Files.writeString(folder.resolve("results_20130124.token"), lines.toString());
  }
}
