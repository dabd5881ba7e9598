package dev.filip.generate;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * The catalogue and which names are held out. Thread-safe.
 *
 * @param catalogue every emoji
 * @param heldOut indexes of the names that no training split shows
 */
record EmojiLibrary(EmojiCatalogue catalogue, Set<Integer> heldOut) {

  /** Fetches what is missing and reads it. */
  static EmojiLibrary open(EmojiOptions options) throws IOException {
    Map<Artist, Path> packages = new EnumMap<>(Artist.class);
    for (Artist artist : Artist.values()) {
      packages.put(
          artist, artist.source.locate(options.packages(), options.cache(), options.npm()));
    }
    EmojiCatalogue catalogue = EmojiCatalogue.read(packages);
    return new EmojiLibrary(catalogue, heldOut(catalogue, options));
  }

  List<Emoji> emoji() {
    return catalogue.emoji();
  }

  /** The names with the lowest hash, so that another catalogue changes few of them. */
  private static Set<Integer> heldOut(EmojiCatalogue catalogue, EmojiOptions options) {
    List<Integer> order = byHash(catalogue.emoji(), options.seed(), 0);
    return new HashSet<>(order.subList(0, (int) (order.size() * options.heldOut())));
  }

  /** All indexes in an order that only seed, purpose and each emoji's code decide. */
  static List<Integer> byHash(List<Emoji> emoji, long seed, long purpose) {
    long[] key = new long[emoji.size()];
    for (int i = 0; i < key.length; i++) {
      byte[] code = emoji.get(i).code().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      key[i] = new Dice(seed, purpose, Arrays.hashCode(code)).next();
    }
    return IntStream.range(0, key.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer i) -> key[i]).thenComparing(i -> i))
        .toList();
  }

  /**
   * A drawing, cropped to what is visible, its longer side {@code size} pixels.
   *
   * @throws UncheckedIOException when it cannot be decoded or nothing of it is visible
   */
  Sprite draw(int index, Artist artist, int size) {
    Emoji one = emoji().get(index);
    byte[] bytes = one.drawings().get(artist);
    try {
      if (bytes == null) {
        throw new IOException("no drawing");
      }
      Sprite sprite = artist == Artist.OPENMOJI ? Svg.draw(bytes, 2 * size) : png(bytes);
      if (sprite.visible().isEmpty()) {
        throw new IOException("nothing visible");
      }
      return sprite.fit(size);
    } catch (IOException e) {
      String what = one.name() + " (" + one.code() + ") by " + artist.split();
      throw new UncheckedIOException(what + ": " + e.getMessage(), e);
    }
  }

  private static Sprite png(byte[] bytes) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
    if (image == null) {
      throw new IOException("not a PNG");
    }
    return Sprite.of(image);
  }
}
