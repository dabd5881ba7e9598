package dev.filip.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.PixelBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an image becomes a model's input: the content of {@code preprocessor_config.json}, and which
 * Python tool is followed where they differ (docs/FORMATS.md): alpha (white, or premultiplied
 * resize and dropped), palettes (converted first, or resized by nearest neighbour first), the
 * centre crop's odd pixel (floor, or half to even).
 *
 * @param size null for none
 * @param crop centre crop, black where the picture is smaller; null for none
 * @param rescale factor on bytes, 1/255
 * @param mean of the three channels, subtracted after the rescaling
 * @param std of the three channels, divided by
 * @param exifRotation turned as the EXIF orientation says; our own key {@code exif_rotation}, which
 *     the Python tools do not know (they never turn)
 */
public record Preprocess(
    PixelBehaviour behaviour,
    @Nullable Size size,
    Resample resample,
    @Nullable Exact crop,
    double rescale,
    List<Double> mean,
    List<Double> std,
    boolean exifRotation) {
  private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  /** What the resize makes. */
  public sealed interface Size {}

  /** The shorter edge gets this length, the other follows (its fraction is cut off). */
  public record ShortestEdge(int length) implements Size {
    public ShortestEdge {
      BadInput.require(length > 0, "size.shortest_edge", length, "> 0");
    }
  }

  /** Exactly this. */
  public record Exact(int width, int height) implements Size {
    public Exact {
      BadInput.require(width > 0 && height > 0, "size", width + " x " + height, "> 0");
    }
  }

  public Preprocess {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    BadInput.require(mean.size() == 3, "image_mean", mean, "three numbers");
    BadInput.require(
        std.size() == 3 && std.stream().allMatch(s -> s > 0),
        "image_std",
        std,
        "three numbers > 0");
    BadInput.require(
        crop != null || size instanceof Exact,
        "do_center_crop",
        false,
        "true unless size has height and width");
  }

  /** CLIP's: shorter edge, bicubic, centre crop, CLIP's mean and deviation. */
  public static Preprocess clip(int imageSize, PixelBehaviour behaviour) {
    return square(imageSize, behaviour, CLIP_MEAN, CLIP_STD);
  }

  /** SigLIP's: resized to exactly this, bicubic, no crop, mean and deviation 0.5. */
  public static Preprocess siglip(int imageSize) {
    return new Preprocess(
        PixelBehaviour.TRANSFORMERS,
        new Exact(imageSize, imageSize),
        Resample.BICUBIC,
        null,
        1 / 255.0,
        HALF,
        HALF,
        false);
  }

  /**
   * For models from scratch: the same with mean and deviation 0.5, so that pixels are in [-1, 1].
   */
  public static Preprocess plain(int imageSize) {
    return square(imageSize, PixelBehaviour.TRANSFORMERS, HALF, HALF);
  }

  private static Preprocess square(
      int imageSize, PixelBehaviour behaviour, List<Double> mean, List<Double> std) {
    return new Preprocess(
        behaviour,
        new ShortestEdge(imageSize),
        Resample.BICUBIC,
        new Exact(imageSize, imageSize),
        1 / 255.0,
        mean,
        std,
        false);
  }

  /** The same, turned by EXIF or not. */
  public Preprocess withExifRotation(boolean turn) {
    return new Preprocess(behaviour, size, resample, crop, rescale, mean, std, turn);
  }

  /** The same for another size of the square that comes out; the resize before it in proportion. */
  public Preprocess withImageSize(int to) {
    int from = width();
    Size scaled =
        switch (size) {
          case null -> null;
          case ShortestEdge(int length) -> new ShortestEdge(scaled(length, to, from));
          case Exact(int w, int h) -> new Exact(scaled(w, to, from), scaled(h, to, from));
        };
    return new Preprocess(
        behaviour,
        scaled,
        resample,
        crop == null ? null : new Exact(to, to),
        rescale,
        mean,
        std,
        exifRotation);
  }

  private static int scaled(int length, int to, int from) {
    return (int) Math.round((double) length * to / from);
  }

  /**
   * From {@code preprocessor_config.json}; older forms (bare numbers as sizes) are read too. What
   * is not said is as {@code CLIPImageProcessor} has it, or {@code SiglipImageProcessor} (no crop).
   *
   * @throws BadInput for a missing or wrong value
   */
  public static Preprocess of(JsonNode json, PixelBehaviour behaviour) {
    boolean siglip = json.path("image_processor_type").asText().startsWith("Siglip");
    boolean normalize = json.path("do_normalize").asBoolean(true);
    return new Preprocess(
        behaviour,
        json.path("do_resize").asBoolean(true) ? size(json.path("size")) : null,
        Resample.of(json.path("resample").asInt(3)),
        json.path("do_center_crop").asBoolean(!siglip) ? crop(json.path("crop_size")) : null,
        json.path("do_rescale").asBoolean(true)
            ? json.path("rescale_factor").asDouble(1 / 255.0)
            : 1,
        normalize ? numbers(json, "image_mean") : List.of(0.0, 0.0, 0.0),
        normalize ? numbers(json, "image_std") : List.of(1.0, 1.0, 1.0),
        json.path("exif_rotation").asBoolean(false));
  }

  /**
   * From {@code preprocess_cfg} of {@code open_clip_config.json}.
   *
   * @param imageSize {@code model_cfg.vision_cfg.image_size}
   */
  public static Preprocess ofOpenClip(JsonNode json, int imageSize) {
    String mode = json.path("resize_mode").asText("shortest");
    BadInput.require(
        mode.equals("shortest") || mode.equals("squash"),
        "preprocess_cfg.resize_mode",
        mode,
        "shortest or squash");
    String filter = json.path("interpolation").asText("bicubic");
    BadInput.require(
        filter.equals("bicubic") || filter.equals("bilinear"),
        "preprocess_cfg.interpolation",
        filter,
        "bicubic or bilinear");
    Exact square = new Exact(imageSize, imageSize);
    return new Preprocess(
        PixelBehaviour.OPEN_CLIP,
        mode.equals("squash") ? square : new ShortestEdge(imageSize),
        filter.equals("bicubic") ? Resample.BICUBIC : Resample.BILINEAR,
        square,
        1 / 255.0,
        json.has("mean") ? numbers(json, "mean") : CLIP_MEAN,
        json.has("std") ? numbers(json, "std") : CLIP_STD,
        false);
  }

  /**
   * As {@code preprocess_cfg} of {@code open_clip_config.json}; what open_clip cannot do is {@link
   * BadInput}.
   *
   * @param imageSize of the model: open_clip always makes pictures of this size
   */
  public ObjectNode toOpenClip(int imageSize) {
    Exact square = new Exact(imageSize, imageSize);
    boolean squash = square.equals(size);
    BadInput.require(
        squash || new ShortestEdge(imageSize).equals(size),
        "open_clip: size",
        size == null ? "none" : size,
        "the model's " + imageSize + ", as shortest edge or as height and width");
    BadInput.require(
        crop == null || crop.equals(square),
        "open_clip: crop_size",
        crop == null ? "none" : crop,
        "the model's " + imageSize);
    BadInput.require(
        resample == Resample.BICUBIC || resample == Resample.BILINEAR,
        "open_clip: resample",
        resample,
        "bicubic or bilinear");
    BadInput.require(rescale == 1 / 255.0, "open_clip: rescale_factor", rescale, "1/255");
    BadInput.require(!exifRotation, "open_clip: exif_rotation", true, "false");
    ObjectNode json = Json.object();
    mean.forEach(json.putArray("mean")::add);
    std.forEach(json.putArray("std")::add);
    json.put("interpolation", resample.name().toLowerCase(Locale.ROOT));
    return json.put("resize_mode", squash ? "squash" : "shortest");
  }

  private static Size size(JsonNode size) {
    if (size.isInt()) {
      return new ShortestEdge(size.intValue());
    } else if (size.path("shortest_edge").isInt() && !size.has("longest_edge")) {
      return new ShortestEdge(size.path("shortest_edge").intValue());
    } else if (size.path("height").isInt() && size.path("width").isInt()) {
      return new Exact(size.path("width").intValue(), size.path("height").intValue());
    }
    throw BadInput.of("size", size, "a number, {shortest_edge} or {height, width}");
  }

  private static Exact crop(JsonNode size) {
    if (size.isInt()) {
      return new Exact(size.intValue(), size.intValue());
    } else if (size.path("height").isInt() && size.path("width").isInt()) {
      return new Exact(size.path("width").intValue(), size.path("height").intValue());
    }
    throw BadInput.of("crop_size", size, "a number or {height, width}");
  }

  private static List<Double> numbers(JsonNode json, String key) {
    List<Double> values = new ArrayList<>();
    json.path(key).forEach(v -> values.add(v.asDouble()));
    BadInput.require(values.size() == 3, key, json.path(key), "three numbers");
    return values;
  }

  /** As {@code preprocessor_config.json}; the behaviour is not in it (it is in config.json). */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("image_processor_type", crop == null ? "SiglipImageProcessor" : "CLIPImageProcessor");
    json.put("do_convert_rgb", true);
    json.put("do_resize", size != null);
    if (size instanceof ShortestEdge(int length)) {
      json.putObject("size").put("shortest_edge", length);
    } else if (size instanceof Exact(int width, int height)) {
      json.putObject("size").put("height", height).put("width", width);
    }
    json.put("resample", resample.ordinal());
    json.put("do_center_crop", crop != null);
    if (crop != null) {
      json.putObject("crop_size").put("height", crop.height()).put("width", crop.width());
    }
    json.put("do_rescale", rescale != 1);
    json.put("rescale_factor", rescale);
    json.put("do_normalize", true);
    mean.forEach(json.putArray("image_mean")::add);
    std.forEach(json.putArray("image_std")::add);
    if (exifRotation) {
      json.put("exif_rotation", true);
    }
    return json;
  }

  /** Width of what comes out. */
  public int width() {
    return crop != null ? crop.width() : ((Exact) java.util.Objects.requireNonNull(size)).width();
  }

  /** Height of what comes out. */
  public int height() {
    return crop != null ? crop.height() : ((Exact) java.util.Objects.requireNonNull(size)).height();
  }

  /**
   * Refuses pixels of another size than a model's.
   *
   * @param said what says how they are made, for the message
   * @param side the model's pixels a side
   */
  public void requireSize(String said, int side) {
    if (width() != side || height() != side) {
      throw new BadInput(
          said
              + " makes "
              + width()
              + " x "
              + height()
              + " pixels, the model takes "
              + side
              + " x "
              + side);
    }
  }

  /** One image, {@code [3, height, width]}; for many, keep a {@link Preprocessor}. */
  public float[] apply(byte[] encoded) throws UndecodableImage {
    return new Preprocessor(this).apply(encoded);
  }
}
