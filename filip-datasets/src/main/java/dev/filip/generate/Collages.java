package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Two to four emoji a picture, on coloured grounds, in the cells of a 2 x 2 grid, with captions
 * that name all of them and their places, and the true box of every name. Writes {@code
 * OUT/{train,validation,test-seen,test-unseen}}; only {@code test-unseen} shows OpenMoji's
 * drawings.
 *
 * <p>A share of the training drawings is redrawn with lines ({@link LineArt}). Deterministic by
 * seed with any number of threads.
 */
public final class Collages {
  private static final List<Artist> SEEN = List.of(Artist.GOOGLE, Artist.TWITTER);
  private static final List<Artist> UNSEEN = List.of(Artist.OPENMOJI);
  private static final Set<String> GROUPS =
      Set.of(
          "animals-nature",
          "food-drink",
          "travel-places",
          "objects",
          "activities",
          "smileys-emotion");
  private static final long NAMES = 77;
  private static final long WORDS = 78;

  private final CollageOptions options;
  private final CollageWording wording;
  private final List<String> codes;
  private final Painter painter;

  private Collages(
      CollageOptions options, CollageWording wording, List<String> codes, Painter painter) {
    this.options = options;
    this.wording = wording;
    this.codes = codes;
    this.painter = painter;
  }

  /**
   * Fetches what is missing and writes the data set to {@code out}, which appears whole.
   *
   * @throws BadInput when {@code out} exists and {@code force} is not set, or there are fewer names
   */
  public static GenerateReport generate(
      CollageOptions options, Path out, boolean force, Progress progress) throws IOException {
    SplitWriter.OWN.requireFree(out, force);
    EmojiLibrary library = EmojiLibrary.open(options.emoji());
    try (SplitWriter writer = new SplitWriter("collages", options.emoji().workers(), progress)) {
      Collages collages = prepare(options, library, writer);
      Outputs.folder(out, folder -> collages.write(writer, folder));
      writer.note("seed", Long.toString(options.emoji().seed()));
      writer.note("image size", options.imageSize() + " px");
      writer.note("line art", options.lineArt() + " of the training drawings");
      writer.note("captions of a training collage", Integer.toString(options.captions()));
      if (options.testCaptions() > 1) {
        writer.note("captions of a test collage", Integer.toString(options.testCaptions()));
      }
      writer.note("variation of the training drawings", Double.toString(options.variation()));
      return writer.report();
    }
  }

  private static Collages prepare(CollageOptions options, EmojiLibrary library, SplitWriter writer)
      throws IOException {
    List<Integer> fit = new ArrayList<>();
    for (int i : EmojiLibrary.byHash(library.emoji(), options.emoji().seed(), NAMES)) {
      if (!library.heldOut().contains(i) && suits(library.emoji().get(i))) {
        fit.add(i);
      }
    }
    BadInput.require(
        options.names() <= fit.size(), "names", options.names(), "at most " + fit.size());
    writer.rule("names of one or two words that show a thing and are not held out", fit.size());
    List<Integer> taken = fit.subList(0, options.names());
    writer.rule("names taken", taken.size());
    Map<Artist, List<Sprite>> drawings = new EnumMap<>(Artist.class);
    for (Artist artist : Artist.values()) {
      drawings.put(
          artist, writer.each(taken.size(), i -> library.draw(taken.get(i), artist, LineArt.SIZE)));
    }
    return new Collages(
        options,
        CollageWording.of(taken.stream().map(i -> library.emoji().get(i)).toList()),
        taken.stream().map(i -> library.emoji().get(i).code()).toList(),
        new Painter(options, drawings));
  }

  private static boolean suits(Emoji emoji) {
    return GROUPS.contains(emoji.group()) && emoji.name().matches("[a-z]+( [a-z]+)?");
  }

  private void write(SplitWriter writer, Path folder) throws IOException {
    writer.split(folder, "train", options.train(), i -> sample(1, i, SEEN));
    writer.split(folder, "validation", options.validation(), i -> sample(2, i, SEEN));
    writer.split(folder, "test-seen", options.test(), i -> sample(3, i, SEEN));
    writer.split(folder, "test-unseen", options.test(), i -> sample(4, i, UNSEEN));
    EmojiSets.lines(folder, "names.txt", wording.names().stream());
    String notices = Artist.GOOGLE.notice() + "\n" + Artist.TWITTER.notice();
    for (String split : List.of("train", "validation", "test-seen", "test-unseen")) {
      if (Files.isDirectory(folder.resolve(split))) {
        boolean unseen = split.equals("test-unseen");
        Files.writeString(
            folder.resolve(split).resolve("LICENSE.txt"),
            unseen ? Artist.OPENMOJI.notice() : notices);
      }
    }
  }

  private MadeSample sample(long split, int index, List<Artist> artists) {
    boolean training = split == 1;
    Dice dice = new Dice(options.emoji().seed(), NAMES, split, index);
    Collage collage = Collage.random(wording.names().size(), artists, dice);
    float[][] canvas = collage.ground().paint(options.imageSize(), dice);
    List<Box> boxes = painter.paint(collage, training, canvas, dice);
    // a stream of their own: the pictures are the same however many captions they have
    Dice words = new Dice(options.emoji().seed(), WORDS, split, index);
    int count = training ? options.captions() : split == 2 ? 1 : options.testCaptions();
    List<Caption> captions = wording.captions(collage, count, words);
    ObjectNode metadata = Caption.metadata(captions, boxes);
    describe(collage, metadata);
    return MadeSample.of(Sprite.image(canvas, options.imageSize()), captions, metadata);
  }

  private void describe(Collage collage, ObjectNode metadata) {
    ArrayNode things = metadata.putArray("things");
    for (Collage.Item item : collage.items()) {
      things
          .addObject()
          .put("name", wording.names().get(item.name()))
          .put("code", codes.get(item.name()))
          .put("artist", item.artist().split())
          .put("row", item.row())
          .put("column", item.column());
    }
    metadata.put("ground", collage.ground().word());
  }

  /**
   * Draws collages: every drawing into its cell, scaled and moved at random. Thread-safe.
   *
   * @param drawings of each artist, by name
   */
  private record Painter(CollageOptions options, Map<Artist, List<Sprite>> drawings) {
    private static final double SMALLEST = 0.8;
    private static final double SMALLER = 0.1;
    private static final double ASPECT = 0.06;
    private static final double MORE_ASPECT = 0.036;
    private static final double JITTER = 0.08;
    private static final double MORE_JITTER = 0.024;

    /** Paints onto {@code canvas}; the visible box of each item. */
    List<Box> paint(Collage collage, boolean training, float[][] canvas, Dice dice) {
      List<Box> boxes = new ArrayList<>();
      for (Collage.Item item : collage.items()) {
        boxes.add(place(item, training ? options.variation() : 0, training, canvas, dice));
      }
      return boxes;
    }

    private Box place(
        Collage.Item item, double strength, boolean training, float[][] canvas, Dice dice) {
      double cell = (double) options.imageSize() / Collage.GRID;
      double scale = dice.between(SMALLEST - strength * SMALLER, 1) * cell / LineArt.SIZE;
      double most = ASPECT + strength * MORE_ASPECT;
      double aspect = dice.between(-most, most);
      Sprite drawn = drawn(item, training, dice);
      int w = side(drawn.width() * scale * (1 + aspect), cell);
      int h = side(drawn.height() * scale * (1 - aspect), cell);
      Sprite small = drawn.resize(w, h);
      if (strength > 0) {
        Variation variation = new Variation(strength, dice);
        small = variation.turn(variation.colour(small));
      }
      double jitter = JITTER + strength * MORE_JITTER;
      double cx = cell * (item.column() + 0.5 + dice.between(-jitter, jitter));
      double cy = cell * (item.row() + 0.5 + dice.between(-jitter, jitter));
      int left = (int) Math.round(cx - small.width() / 2.0);
      int top = (int) Math.round(cy - small.height() / 2.0);
      small.over(canvas, options.imageSize(), left, top);
      return inside(small.visible(), left, top);
    }

    private Box inside(Box box, int left, int top) {
      int size = options.imageSize();
      return new Box(
          Math.clamp(box.x0() + left, 0, size),
          Math.clamp(box.y0() + top, 0, size),
          Math.clamp(box.x1() + left, 0, size),
          Math.clamp(box.y1() + top, 0, size));
    }

    private Sprite drawn(Collage.Item item, boolean training, Dice dice) {
      List<Sprite> hand = drawings.get(item.artist());
      if (hand == null) {
        throw new IllegalStateException("no drawings by " + item.artist());
      }
      Sprite sprite = hand.get(item.name());
      boolean redrawn = training && dice.unit() < options.lineArt();
      return redrawn ? new LineArt(dice).redraw(sprite) : sprite;
    }

    private static int side(double length, double cell) {
      return (int) Math.clamp(Math.round(length), 1, Math.round(cell));
    }
  }
}
