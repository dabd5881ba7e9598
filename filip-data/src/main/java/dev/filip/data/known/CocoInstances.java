package dev.filip.data.known;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Boxes as COCO's {@code annotations/instances_*.json} has them, and any file of that form: {@code
 * categories} (id, name), {@code images} (id, file_name, width, height), {@code annotations}
 * (image_id, category_id, bbox = [x, y, width, height]). Crowds count as boxes. Read one element at
 * a time; held are the boxes. Immutable.
 */
public final class CocoInstances {
  private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "webp", "gif", "bmp");

  private final List<String> categories;
  private final Map<String, Picture> pictures;
  private final String digest;

  private CocoInstances(List<String> categories, Map<String, Picture> pictures, String digest) {
    this.categories = List.copyOf(categories);
    this.pictures = pictures;
    this.digest = digest;
  }

  /**
   * A box.
   *
   * @param category index into {@link #categories}
   * @param x0 left edge in pixels
   * @param y0 upper edge
   * @param x1 right edge
   * @param y1 lower edge
   */
  public record Box(int category, double x0, double y0, double x1, double y1) {}

  /**
   * An image.
   *
   * @param width in pixels as the boxes have it; 0 where the file does not tell
   * @param height the same
   * @param boxes in the file's order
   */
  public record Picture(int width, int height, List<Box> boxes) {
    public Picture {
      boxes = List.copyOf(boxes);
    }
  }

  /**
   * Reads a file.
   *
   * @throws BadInput when it is no such JSON, in one line
   */
  public static CocoInstances read(Path file) {
    BadInput.require(Files.isRegularFile(file), "instances", file, "a JSON file of COCO's form");
    return new Reading(file).all();
  }

  /** Names in the file's order. */
  public List<String> categories() {
    return categories;
  }

  /**
   * The image behind a sample's key: the one whose {@code file_name} it is, without its ending and
   * without as many leading folders as it takes; a last name that several images share finds none.
   */
  public Optional<Picture> picture(String key) {
    String name = bare(key);
    while (true) {
      Picture found = pictures.get(name);
      int slash = name.indexOf('/');
      if (found != null || slash < 0) {
        return Optional.ofNullable(found);
      }
      name = name.substring(slash + 1);
    }
  }

  /** SHA-256 (hex) over names, sizes, categories and boxes. */
  public String digest() {
    return digest;
  }

  /** Without the ending of an image file. */
  private static String bare(String name) {
    int dot = name.lastIndexOf('.');
    boolean image = dot > 0 && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    return image ? name.substring(0, dot) : name;
  }

  /** One file while it is read: the order of its lists is free. */
  private static final class Reading {
    private final Path file;
    private final Map<Long, String> names = new LinkedHashMap<>();
    private final Map<Long, Size> images = new LinkedHashMap<>();
    private final Map<Long, List<Raw>> raw = new HashMap<>();

    /** An image without its boxes. */
    private record Size(String name, int width, int height) {}

    /** A box whose category is still an id. */
    private record Raw(long category, double x, double y, double width, double height) {}

    Reading(Path file) {
      this.file = file;
    }

    CocoInstances all() {
      JsonElements.each(
          file,
          Map.of(
              "categories",
              one -> names.put(JsonElements.whole(file, one, "id"), name(one)),
              "images",
              one -> images.put(JsonElements.whole(file, one, "id"), size(one)),
              "annotations",
              this::box));
      BadInput.require(!names.isEmpty(), file + ": categories", "none", "at least one");
      Map<String, Picture> pictures = new HashMap<>();
      Set<String> shared = new HashSet<>();
      MessageDigest digest = Digests.sha256();
      names.values().forEach(name -> Digests.add(digest, name));
      Map<Long, Integer> index = new HashMap<>();
      names.keySet().forEach(id -> index.put(id, index.size()));
      images.forEach((id, size) -> {
        Picture picture = picture(size, raw.remove(id), index);
        Digests.add(digest, size.name + picture);
        pictures.put(size.name, picture);
        String last = size.name.substring(size.name.lastIndexOf('/') + 1);
        if (!last.equals(size.name) && pictures.putIfAbsent(last, picture) != null) {
          shared.add(last);
        }
      });
      shared.forEach(pictures::remove);
      raw.keySet().stream()
          .findFirst()
          .ifPresent(id -> {
            throw new BadInput(file + ": image_id must be the id of one of its images, got " + id);
          });
      return new CocoInstances(List.copyOf(names.values()), pictures, Digests.hex(digest));
    }

    private String name(JsonNode category) {
      String name = JsonElements.text(file, category, "name").strip();
      BadInput.require(!name.isEmpty(), file + ": name of a category", "''", "not empty");
      return name;
    }

    private Size size(JsonNode image) {
      String name = bare(JsonElements.text(file, image, "file_name").replace('\\', '/'));
      return new Size(name, image.path("width").asInt(), image.path("height").asInt());
    }

    private void box(JsonNode one) {
      JsonNode box = one.path("bbox");
      boolean numbers = box.isArray() && box.size() == 4;
      for (JsonNode number : box) {
        numbers &= number.isNumber() && Double.isFinite(number.asDouble());
      }
      if (!numbers || box.get(2).asDouble() < 0 || box.get(3).asDouble() < 0) {
        throw new BadInput(file + ": bbox must be [x, y, width, height] in pixels, got " + box);
      }
      raw.computeIfAbsent(JsonElements.whole(file, one, "image_id"), _ -> new ArrayList<>())
          .add(
              new Raw(
                  JsonElements.whole(file, one, "category_id"),
                  box.get(0).asDouble(),
                  box.get(1).asDouble(),
                  box.get(2).asDouble(),
                  box.get(3).asDouble()));
    }

    private Picture picture(Size size, @Nullable List<Raw> boxes, Map<Long, Integer> index) {
      List<Box> out = new ArrayList<>();
      for (Raw box : boxes == null ? List.<Raw>of() : boxes) {
        Integer category = index.get(box.category);
        if (category == null) {
          throw new BadInput(
              file + ": category_id must be the id of a category, got " + box.category);
        }
        out.add(new Box(category, box.x, box.y, box.x + box.width, box.y + box.height));
      }
      return new Picture(size.width, size.height, out);
    }
  }
}
