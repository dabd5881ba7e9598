package dev.filip.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.image.PackedImage;
import dev.filip.image.Placement;
import dev.filip.image.RgbImage;
import dev.filip.io.Json;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A model whose vectors can be worked out by hand. An "image file" is a text of one concept a patch
 * ({@code "ball ball sky"}; {@code red+ball} is the unit sum of two), a word is its concept's axis,
 * without a comma or full stop behind it; the global rows are unit sums of all rows. {@code
 * "broken"} cannot be decoded.
 */
public final class FakeEmbedder implements Embedder {
  public static final int D = 64;
  private final Map<String, Integer> axes;

  /** What each prepared image, by identity, says. */
  private final Map<PackedImage, float[]> rows;

  private final PatchLayout layout;
  private final Interaction interaction;
  public Placement map = Placement.IDENTITY;
  public int context = 100;
  private Tokens.Type type = Tokens.Type.FP32;
  public String preprocessing = "fake";

  public FakeEmbedder(int rows, int columns, Interaction interaction) {
    this(
        new PatchLayout(rows, columns, 10, 0),
        interaction,
        new HashMap<>(),
        new IdentityHashMap<>());
  }

  private FakeEmbedder(
      PatchLayout layout,
      Interaction interaction,
      Map<String, Integer> axes,
      Map<PackedImage, float[]> rows) {
    this.layout = layout;
    this.interaction = interaction;
    this.axes = axes;
    this.rows = rows;
  }

  @Override
  public Interaction interaction() {
    return interaction;
  }

  @Override
  public PatchLayout layout() {
    return layout;
  }

  @Override
  public int width() {
    return D;
  }

  @Override
  public FakeEmbedder as(Tokens.Type type) {
    FakeEmbedder other = new FakeEmbedder(layout, interaction, axes, rows);
    other.type = type;
    other.map = map;
    other.context = context;
    other.preprocessing = preprocessing;
    return other;
  }

  @Override
  public String fingerprint() {
    return "0".repeat(64);
  }

  @Override
  public double logitScale() {
    return 10;
  }

  @Override
  public Picture prepare(byte[] image) throws Unreadable {
    String text = new String(image, StandardCharsets.UTF_8);
    if (text.equals("broken")) {
      throw new Unreadable("truncated", new IllegalStateException("broken"));
    }
    Picture picture = new Picture(seen(), map, seen().width(), seen().height());
    synchronized (rows) {
      rows.put(picture.pixels(), sums(List.of(text.split(" "))));
    }
    return picture;
  }

  private PackedImage seen() {
    int w = layout.columns() * 10;
    int h = layout.rows() * 10;
    return PackedImage.of(new RgbImage(w, h, new byte[w * h * 3]));
  }

  @Override
  public Encoded images(List<Picture> pictures) {
    synchronized (rows) {
      return encodings(
          pictures.stream().map(p -> Objects.requireNonNull(rows.get(p.pixels()))).toList());
    }
  }

  @Override
  public Encoded texts(List<String> texts) {
    return encodings(texts.stream().map(t -> sums(words(t).pieces())).toList());
  }

  @Override
  public Words words(String text) {
    List<String> pieces = new ArrayList<>(List.of("[BOS]"));
    List<int[]> spans = new ArrayList<>(List.of(new int[2]));
    int at = 0;
    for (String word : text.split(" ")) {
      pieces.add(word);
      spans.add(new int[] {at, at + word.length()});
      at += word.length() + 1;
    }
    int keep = Math.min(pieces.size(), context - 1);
    pieces = new ArrayList<>(pieces.subList(0, keep));
    spans = new ArrayList<>(spans.subList(0, keep));
    pieces.add("[EOS]");
    spans.add(new int[2]);
    return new Words(
        pieces,
        spans.stream().mapToInt(s -> s[0]).toArray(),
        spans.stream().mapToInt(s -> s[1]).toArray());
  }

  @Override
  public ObjectNode preprocessing() {
    return Json.object().put("kind", preprocessing);
  }

  private float[] sums(List<String> concepts) {
    float[] out = new float[concepts.size() * D];
    for (int i = 0; i < concepts.size(); i++) {
      String[] parts = concepts.get(i).split("\\+");
      for (String part : parts) {
        out[i * D + axis(part)] += (float) (1 / Math.sqrt(parts.length));
      }
    }
    return out;
  }

  private int axis(String concept) {
    int axis;
    synchronized (axes) {
      axis = axes.computeIfAbsent(concept.replaceFirst("(?<=.)[.,]$", ""), c -> axes.size());
    }
    if (axis >= D) {
      throw new IllegalStateException("too many concepts for " + D + " axes: " + axes.keySet());
    }
    return axis;
  }

  private Encoded encodings(List<float[]> items) {
    Tokens.Builder tokens = new Tokens.Builder(Tokens.Type.FP32, D);
    float[] embeds = new float[items.size() * D];
    for (int i = 0; i < items.size(); i++) {
      tokens.add(Tokens.packed(items.get(i), D, items.get(i).length / D));
      global(items.get(i), embeds, i * D);
    }
    return new Encoded(tokens.build().as(type), Tokens.ofRows(embeds, D).as(type));
  }

  private static void global(float[] rows, float[] out, int at) {
    double square = 0;
    for (int i = 0; i < rows.length; i++) {
      out[at + i % D] += rows[i];
    }
    for (int j = 0; j < D; j++) {
      square += out[at + j] * out[at + j];
    }
    for (int j = 0; j < D; j++) {
      out[at + j] /= (float) Math.sqrt(square);
    }
  }
}
