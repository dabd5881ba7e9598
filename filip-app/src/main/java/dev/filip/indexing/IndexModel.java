package dev.filip.indexing;

import dev.filip.Filip;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.encode.PatchLayout;
import dev.filip.encode.Words;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.search.IndexAbout;
import dev.filip.search.Item;
import dev.filip.search.QueryEncoder;
import dev.filip.search.SearchQuery;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.EncodingPrecision;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import dev.filip.viz.AwtImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The model whose vectors an index holds, open. Safe for any thread; closing it frees the weights.
 */
public final class IndexModel implements QueryEncoder, AutoCloseable {
  private final Filip filip;
  private final Embedder embedder;
  private final IndexAbout about;

  private IndexModel(Filip filip, IndexAbout about) {
    this.filip = filip;
    this.embedder = filip.embedder();
    this.about = about;
  }

  /**
   * What an index of a model is.
   *
   * @param match compare so; what the model was trained for unless asked otherwise
   */
  public static IndexAbout about(
      Path model, EncodingPrecision precision, Filip filip, Match match) {
    Embedder embedder = filip.embedder();
    PatchLayout layout = embedder.layout();
    return new IndexAbout(
        model.toAbsolutePath().normalize().toString(),
        embedder.fingerprint(),
        preprocessing(embedder),
        embedder.width(),
        match.key(),
        precision.toString().toLowerCase(Locale.ROOT),
        new IndexAbout.Patches(layout.rows(), layout.columns(), layout.side(), layout.first()));
  }

  private static String preprocessing(Embedder embedder) {
    return Digests.sha256(Json.line(embedder.preprocessing()));
  }

  /**
   * Opens it in the index's arithmetic.
   *
   * @param folder the model folder; it must be the very model
   * @param many whether much will be encoded
   * @throws BadInput where it is another model, or another form of it
   */
  public static IndexModel open(IndexAbout about, Path folder, boolean many) {
    return open(about, folder, many, ComputeDevice.CPU);
  }

  /** The same on a device, which computes in the index's arithmetic, too. */
  public static IndexModel open(IndexAbout about, Path folder, boolean many, ComputeDevice device) {
    if (!Files.isDirectory(folder)) {
      throw new BadInput("the index's model " + folder + " is not there: name it with --model");
    }
    EncodingPrecision precision =
        EncodingPrecision.valueOf(about.precision().toUpperCase(Locale.ROOT));
    Filip filip =
        many || precision != EncodingPrecision.FP32 || !device.isCpu()
            ? Filip.open(folder, precision, device)
            : Filip.open(folder);
    try {
      IndexModel model = new IndexModel(filip, about);
      about.require("what " + folder + " encodes", model.fingerprint(), model.width());
      BadInput.require(
          preprocessing(filip.embedder()).equals(about.preprocessing()),
          "preprocessing of " + folder,
          "another",
          "the index's");
      return model;
    } catch (RuntimeException e) {
      filip.close();
      throw e;
    }
  }

  /** For encoding images. */
  public Embedder embedder() {
    return embedder;
  }

  /** The rows that the index keeps of what is encoded. */
  Tokens rows(Encoded encoded) {
    return match().rows(encoded);
  }

  private Match match() {
    return about.isLate() ? Match.LATE : Match.GLOBAL;
  }

  @Override
  public String fingerprint() {
    return embedder.fingerprint();
  }

  @Override
  public int width() {
    return embedder.width();
  }

  @Override
  public Text text(String text) {
    float[] rows = rows(embedder.texts(List.of(text))).floats(0);
    if (!about.isLate()) {
      return new Text(text, rows, List.of(text), new int[1], new int[1]);
    }
    Words words = embedder.words(text);
    return new Text(text, rows, words.pieces(), words.from(), words.to());
  }

  /**
   * An image file as a query.
   *
   * @param region the part of it that is meant; null for all
   * @throws BadInput when it cannot be read or decoded, or the region is not in it
   */
  public SearchQuery image(Path file, @Nullable Region region) {
    return image(embedder.prepare(file), region);
  }

  /**
   * A prepared image as a query.
   *
   * @param region the part of it that is meant; null for all
   * @throws BadInput when the region is not in it
   */
  public SearchQuery image(Embedder.Picture picture, @Nullable Region region) {
    PatchLayout layout = embedder.layout();
    int[] patches = region == null ? new int[0] : region.patches(picture, layout);
    float[] rows = rows(embedder.images(List.of(picture))).floats(0);
    if (region != null) {
      BadInput.require(
          about.isLate(), region.name(), "of an index of global vectors", "of an index of tokens");
      int d = width();
      float[] some = new float[patches.length * d];
      for (int i = 0; i < patches.length; i++) {
        System.arraycopy(rows, (layout.first() + patches[i]) * d, some, i * d, d);
      }
      rows = some;
    }
    return SearchQuery.image(fingerprint(), rows, width());
  }

  /** The rows that the index keeps of a prepared image. */
  public Tokens rows(Embedder.Picture picture) {
    return rows(embedder.as(Tokens.Type.BF16).images(List.of(picture)));
  }

  /**
   * An image as an item without metadata.
   *
   * @param image its file
   * @param rows of {@code picture}, which was made of the file
   */
  public static Item item(String id, byte[] image, Embedder.Picture picture, Tokens rows) {
    byte[] thumbnail = AwtImages.jpeg(AwtImages.awt(picture.pixels().toRgb()));
    return new Item(
        id, rows, new Item.About(null, Json.object(), List.of(), thumbnail, Digests.sha256(image)));
  }

  @Override
  public void close() {
    filip.close();
  }
}
