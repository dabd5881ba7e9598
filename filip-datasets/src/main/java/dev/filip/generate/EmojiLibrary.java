package dev.filip.generate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * The catalogue and which names are held out. Thread-safe.
 *
 * @param catalogue every emoji
 * @param heldOut indexes of the names that no training split shows
 */
record EmojiLibrary(Catalogue catalogue, Set<Integer> heldOut) {

  /** Fetches what is missing and reads it. */
  static EmojiLibrary open(EmojiOptions options) throws IOException {
    Map<Artist, Path> packages = new EnumMap<>(Artist.class);
    for (Artist artist : Artist.values()) {
      packages.put(
          artist, artist.source.locate(options.packages(), options.cache(), options.npm()));
    }
    Catalogue catalogue = Catalogue.read(packages);
    return new EmojiLibrary(catalogue, heldOut(catalogue, options));
  }

  List<Emoji> emoji() {
    return catalogue.emoji();
  }

  /** The names with the lowest hash, so that another catalogue changes few of them. */
  private static Set<Integer> heldOut(Catalogue catalogue, EmojiOptions options) {
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

  /**
   * The base emoji (no skin tones, components or extras) that every artist has drawn, joined by
   * code point, in Unicode's order.
   *
   * @param emoji all of them
   * @param rules what was left out, and why
   */
  record Catalogue(List<Emoji> emoji, SequencedMap<String, Integer> rules) {
    private static final Set<String> OTHER_GROUPS =
        Set.of("component", "extras-openmoji", "extras-unicode");
    private static final String ROOT = "package/";

    /** Reads the three packages. */
    static Catalogue read(Map<Artist, Path> packages) {
      Map<Artist, SequencedMap<String, byte[]>> files = new EnumMap<>(Artist.class);
      packages.forEach(
          (artist, tgz) -> files.put(artist, Archives.readTgz(tgz, n -> wanted(artist, n))));
      return new Reader(packages, files).read();
    }

    private static boolean wanted(Artist artist, String name) {
      return switch (artist) {
        case OPENMOJI ->
            name.equals(ROOT + "data/openmoji.json")
                || (name.startsWith(ROOT + "color/svg/") && name.endsWith(".svg"));
        case GOOGLE, TWITTER -> name.equals(ROOT + "emoji.json") || name.startsWith(folder(artist));
      };
    }

    private static String folder(Artist artist) {
      return ROOT + "img/" + artist.split() + "/64/";
    }

    private record Reader(
        Map<Artist, Path> packages, Map<Artist, SequencedMap<String, byte[]>> files) {

      Catalogue read() {
        Map<String, JsonNode> google = byCode(Artist.GOOGLE);
        Map<String, JsonNode> twitter = byCode(Artist.TWITTER);
        SequencedMap<String, Integer> rules = new LinkedHashMap<>();
        List<Emoji> emoji = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode entry : json(Artist.OPENMOJI, "data/openmoji.json")) {
          String reason = "skin tone variants left out";
          if (entry.path("skintone").asText().isEmpty()) {
            reason = "components and extras left out";
            if (!OTHER_GROUPS.contains(entry.path("group").asText())) {
              String code = code(entry.path("hexcode").asText());
              Emoji one = join(entry, code, google.get(code), twitter.get(code));
              reason = one == null ? "not drawn by every artist, left out" : "kept";
              if (one != null && !names.add(one.name())) {
                reason = "name taken by another emoji, left out";
              } else if (one != null) {
                emoji.add(one);
              }
            }
          }
          rules.merge("emoji: " + reason, 1, Integer::sum);
        }
        return new Catalogue(List.copyOf(emoji), rules);
      }

      private @org.jspecify.annotations.Nullable Emoji join(
          JsonNode entry,
          String code,
          @org.jspecify.annotations.Nullable JsonNode google,
          @org.jspecify.annotations.Nullable JsonNode twitter) {
        if (google == null || twitter == null) {
          return null;
        }
        Map<Artist, byte[]> drawings = new EnumMap<>(Artist.class);
        put(drawings, Artist.GOOGLE, folder(Artist.GOOGLE) + google.path("image").asText());
        put(drawings, Artist.TWITTER, folder(Artist.TWITTER) + twitter.path("image").asText());
        put(
            drawings,
            Artist.OPENMOJI,
            ROOT + "color/svg/" + entry.path("hexcode").asText() + ".svg");
        if (drawings.size() < Artist.values().length) {
          return null;
        }
        String name = clean(entry.path("annotation").asText());
        return new Emoji(
            code,
            name,
            others(name, twitter),
            keywords(name, entry),
            entry.path("group").asText(),
            drawings);
      }

      private void put(Map<Artist, byte[]> drawings, Artist artist, String file) {
        byte[] drawing = of(artist).get(file);
        if (drawing != null) {
          drawings.put(artist, drawing);
        }
      }

      private Map<String, JsonNode> byCode(Artist artist) {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        for (JsonNode entry : json(artist, "emoji.json")) {
          all.put(code(entry.path("unified").asText()), entry);
        }
        return all;
      }

      private JsonNode json(Artist artist, String name) {
        byte[] bytes = of(artist).get(ROOT + name);
        if (bytes == null) {
          throw new BadInput(packages.get(artist) + " holds no " + ROOT + name);
        }
        return Json.parse(new String(bytes, StandardCharsets.UTF_8));
      }

      private SequencedMap<String, byte[]> of(Artist artist) {
        SequencedMap<String, byte[]> all = files.get(artist);
        if (all == null) {
          throw new IllegalStateException("package of " + artist + " was not read");
        }
        return all;
      }
    }

    /** Upper case, without the variation selector. */
    static String code(String hex) {
      StringBuilder code = new StringBuilder();
      for (String part : hex.toUpperCase(Locale.ROOT).split("-")) {
        if (!part.equals("FE0F")) {
          code.append(code.isEmpty() ? "" : "-").append(part);
        }
      }
      return code.toString();
    }

    /** Lower case, straight apostrophes, no quotation marks, single blanks. */
    static String clean(String text) {
      return text.toLowerCase(Locale.ROOT)
          .replace('\u2019', '\'')
          .replaceAll("[\u201c\u201d\"]", "")
          .replace('_', ' ')
          .replaceAll("\\s+", " ")
          .strip();
    }

    /** Short names in words; those of flags are country codes and say nothing. */
    private static List<String> others(String name, JsonNode entry) {
      Set<String> all = new LinkedHashSet<>();
      for (JsonNode one : entry.path("short_names")) {
        String words = clean(one.asText().replace('-', ' '));
        if (words.matches("[a-z ]{3,}") && !words.startsWith("flag ")) {
          all.add(words);
        }
      }
      all.remove(name);
      return List.copyOf(all);
    }

    private static List<String> keywords(String name, JsonNode entry) {
      Set<String> all = new LinkedHashSet<>();
      String listed = entry.path("tags").asText() + "," + entry.path("openmoji_tags").asText();
      Arrays.stream(listed.split(",")).map(Catalogue::clean).forEach(all::add);
      all.removeIf(word -> !word.matches(".*\\p{L}{2}.*") || word.length() > 40);
      all.remove(name);
      return List.copyOf(all);
    }
  }
}
