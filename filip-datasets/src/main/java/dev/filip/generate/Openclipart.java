package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Public-domain pictures of many hands: the Open Clip Art Library as Debian packs it. Pictures come
 * from {@code openclipart-png}, titles, keywords and authors from the RDF metadata of the same
 * files in {@code openclipart-svg}. Writes {@code OUT/{train,validation}}. Deterministic by seed
 * with any number of threads.
 */
public final class Openclipart {
  private static final String ROOT = "/usr/share/openclipart/";
  private static final long LARGEST = 24_000_000;
  private static final String NOTICE =
      """
      The pictures in this folder are from the Open Clip Art Library 0.18 (http://www.openclipart.org),
      from the Debian packages openclipart-png and openclipart-svg, scaled and laid on white.
      Licence: dedicated to the public domain by their authors; pictures whose own metadata names
      another licence are left out. The author of each picture is named in its .json.
      """;

  private final OpenclipartOptions options;
  private final Map<String, byte[]> pictures;

  private Openclipart(OpenclipartOptions options, Map<String, byte[]> pictures) {
    this.options = options;
    this.pictures = pictures;
  }

  /**
   * Fetches what is missing and writes the data set to {@code out}, which appears whole.
   *
   * @throws BadInput when {@code out} exists and {@code force} is not set, or a package is missing
   *     and apt-get too
   */
  public static GenerateReport generate(
      OpenclipartOptions options, Path out, boolean force, Progress progress) throws IOException {
    SplitWriter.OWN.requireFree(out, force);
    Path png = locate("openclipart-png", options);
    Path svg = locate("openclipart-svg", options);
    try (SplitWriter writer = new SplitWriter("openclipart", options.workers(), progress)) {
      TreeMap<String, Clipart.Metadata> metadata = metadata(svg);
      Map<String, byte[]> pictures = pictures(png, writer);
      metadata.keySet().retainAll(pictures.keySet());
      writer.rule("picture left out: no metadata", pictures.size() - metadata.size());
      Clipart.Rules rules = new Clipart.Rules(options.perTitle());
      List<Clipart> kept = rules.apply(metadata);
      rules.counts().forEach(writer::rule);
      Openclipart set = new Openclipart(options, pictures);
      Outputs.folder(out, folder -> set.write(writer, folder, kept));
      writer.note("seed", Long.toString(options.seed()));
      writer.note("image size", options.imageSize() + " px");
      return writer.report();
    }
  }

  private static Path locate(String name, OpenclipartOptions options) throws IOException {
    return DebPackage.locate(name, options.packages(), options.cache(), options.apt());
  }

  private static TreeMap<String, Clipart.Metadata> metadata(Path svg) {
    Shelf<Clipart.Metadata> shelf =
        new Shelf<>(".svg", (name, in) -> Clipart.Metadata.of(Archives.bounded(name, in)));
    DebPackage.files(svg, shelf);
    return shelf.withLinks();
  }

  /** Pictures by path; a link is the same picture filed twice, and left out. */
  private static Map<String, byte[]> pictures(Path png, SplitWriter writer) {
    Shelf<byte[]> shelf = new Shelf<>(".png", Archives::bounded);
    DebPackage.files(png, shelf);
    writer.rule("files in openclipart-png", shelf.things.size() + shelf.links.size());
    writer.rule("file left out: a link to another (the same picture twice)", shelf.links.size());
    return shelf.things;
  }

  private interface Taker<T> {
    T take(String name, InputStream content) throws IOException;
  }

  /** The package's files of one extension by path in the collection, and the links among them. */
  private static final class Shelf<T> implements Archives.Visitor {
    final TreeMap<String, T> things = new TreeMap<>();
    final Map<String, String> links = new HashMap<>();
    private final String extension;
    private final Taker<T> taker;

    Shelf(String extension, Taker<T> taker) {
      this.extension = extension;
      this.taker = taker;
    }

    @Override
    public void file(String name, InputStream content) throws IOException {
      String path = inside(name, extension);
      if (path != null) {
        things.put(path, taker.take(name, content));
      }
    }

    @Override
    public void link(String name, String target) {
      String path = inside(name, extension);
      String to = inside(resolve(name, target), extension);
      if (path != null && to != null) {
        links.put(path, to);
      }
    }

    private static String resolve(String name, String target) {
      Deque<String> parts = new ArrayDeque<>(List.of(name.split("/")));
      parts.removeLast();
      for (String part : target.split("/")) {
        if (!part.equals("..")) {
          parts.addLast(part);
        } else if (!parts.isEmpty()) {
          parts.removeLast();
        }
      }
      return String.join("/", parts);
    }

    /** Things by their own and by their linked paths. */
    TreeMap<String, T> withLinks() {
      TreeMap<String, T> all = new TreeMap<>(things);
      links.forEach((path, to) -> {
        T thing = things.get(to);
        if (thing != null) {
          all.put(path, thing);
        }
      });
      return all;
    }
  }

  /** {@code ./usr/share/openclipart/png/a/b.png} is {@code a/b}; null for other files. */
  private static @Nullable String inside(String name, String extension) {
    int root = name.indexOf(ROOT);
    if (root < 0 || !name.endsWith(extension)) {
      return null;
    }
    String path = name.substring(root + ROOT.length(), name.length() - extension.length());
    return path.substring(path.indexOf('/') + 1);
  }

  private void write(SplitWriter writer, Path folder, List<Clipart> kept) throws IOException {
    List<Clipart> order = new ArrayList<>(kept);
    order.sort(Comparator.comparingLong(this::hash).thenComparing(Clipart::path));
    int held = Math.min(options.validation(), order.size() / 2);
    split(writer, folder, "train", order.subList(held, order.size()));
    split(writer, folder, "validation", order.subList(0, held));
  }

  private long hash(Clipart clipart) {
    byte[] path = clipart.path().getBytes(StandardCharsets.UTF_8);
    return new Dice(options.seed(), Arrays.hashCode(path)).next();
  }

  private void split(SplitWriter writer, Path folder, String name, List<Clipart> pictures)
      throws IOException {
    if (pictures.isEmpty()) {
      return;
    }
    boolean training = name.equals("train");
    writer.split(folder, name, pictures.size(), i -> sample(writer, pictures.get(i), training));
    Files.writeString(folder.resolve(name).resolve("LICENSE.txt"), NOTICE);
  }

  private @Nullable MadeSample sample(SplitWriter writer, Clipart clipart, boolean training) {
    Sprite sprite;
    try {
      sprite = decode(clipart.path());
    } catch (IOException e) {
      writer.rule("picture left out: " + e.getMessage(), 1);
      return null;
    }
    List<String> captions = clipart.captions(new Dice(options.seed(), hash(clipart)));
    ObjectNode metadata = Json.object();
    metadata.put("path", clipart.path()).put("title", clipart.title());
    metadata.put("category", clipart.category()).put("author", clipart.author());
    ArrayNode keywords = metadata.putArray("keywords");
    clipart.keywords().forEach(keywords::add);
    List<String> told = training ? captions : captions.subList(0, 1);
    return MadeSample.of(
        sprite.onWhite(options.imageSize()), String.join("\n", told) + "\n", metadata);
  }

  private Sprite decode(String path) throws IOException {
    byte[] bytes = pictures.get(path);
    if (bytes == null) {
      throw new IOException("missing");
    }
    BufferedImage image = read(bytes);
    Sprite sprite = Sprite.of(image, 4 * options.imageSize());
    Box visible = sprite.visible();
    if (visible.isEmpty()) {
      throw new IOException("nothing visible");
    }
    return sprite.fit(options.imageSize());
  }

  /** The size is looked at before anything is decoded. */
  private static BufferedImage read(byte[] bytes) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException("undecodable");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > LARGEST) {
          throw new IOException("larger than " + LARGEST / 1_000_000 + " million pixels");
        }
        return reader.read(0);
      } catch (IIOException | RuntimeException e) {
        throw new IOException("undecodable", e);
      } finally {
        reader.dispose();
      }
    }
  }
}
