package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Real drawings with real names: every base emoji that Google, Twitter and OpenMoji have drawn.
 * Writes {@code OUT/{google,twitter}} (training names only), {@code OUT/openmoji} (all names: the
 * artist never trained on), {@code OUT/ARTIST-held-out} (the names no training split shows) and
 * {@code OUT/{google,twitter}-line} (training drawings redrawn with lines). Every other split is a
 * set of captioned images and a zero-shot classification set too; its folder holds the class names,
 * the prompts and the licence note of its artist.
 *
 * <p>Deterministic by seed on one machine; the SVG drawings of OpenMoji may differ in a few pixels
 * between Java versions.
 */
public final class EmojiSets {
  private final EmojiOptions options;
  private final EmojiLibrary library;

  private EmojiSets(EmojiOptions options, EmojiLibrary library) {
    this.options = options;
    this.library = library;
  }

  /**
   * Fetches what is missing and writes the data set to {@code out}, which appears whole.
   *
   * @throws dev.filip.io.BadInput when {@code out} exists and {@code force} is not set, or a
   *     package is missing and npm too
   */
  public static GenerateReport generate(
      EmojiOptions options, Path out, boolean force, Progress progress) throws IOException {
    SplitWriter.OWN.requireFree(out, force);
    EmojiLibrary library = EmojiLibrary.open(options);
    EmojiSets sets = new EmojiSets(options, library);
    try (SplitWriter writer = new SplitWriter("emoji", options.workers(), progress)) {
      library.catalogue().rules().forEach(writer::rule);
      writer.rule("names held out from training", library.heldOut().size());
      Outputs.folder(out, folder -> sets.write(writer, folder));
      writer.note("seed", Long.toString(options.seed()));
      writer.note("image size", options.imageSize() + " px");
      return writer.report();
    }
  }

  private void write(SplitWriter writer, Path folder) throws IOException {
    List<Integer> all = IntStream.range(0, library.emoji().size()).boxed().toList();
    List<Integer> held = all.stream().filter(library.heldOut()::contains).toList();
    List<Integer> seen = all.stream().filter(i -> !library.heldOut().contains(i)).toList();
    for (Artist artist : Artist.values()) {
      boolean trained = artist != Artist.OPENMOJI;
      split(writer, folder, artist.split(), artist, trained ? seen : all, all, trained);
      split(writer, folder, artist.split() + "-held-out", artist, held, held, false);
      if (trained && options.lineArt() > 0) {
        lines(writer, folder, artist, seen);
      }
    }
  }

  /** One split: pictures of {@code shown}, to be told among {@code classes}. */
  private void split(
      SplitWriter writer,
      Path folder,
      String name,
      Artist artist,
      List<Integer> shown,
      List<Integer> classes,
      boolean training)
      throws IOException {
    if (shown.isEmpty()) {
      return;
    }
    int[] label = new int[library.emoji().size()];
    for (int i = 0; i < classes.size(); i++) {
      label[classes.get(i)] = i;
    }
    writer.split(
        folder,
        name,
        shown.size(),
        i -> sample(writer, shown.get(i), artist, training, label[shown.get(i)]));
    Path split = folder.resolve(name);
    lines(split, "classnames.txt", classes.stream().map(i -> library.emoji().get(i).name()));
    lines(
        split,
        "classnames-with-keywords.txt",
        classes.stream().map(i -> library.emoji().get(i).described()));
    lines(split, "zeroshot_classification_templates.txt", Emoji.PROMPTS.stream());
    Files.writeString(split.resolve("LICENSE.txt"), artist.notice());
  }

  /** The training drawings again, redrawn with lines; not a classification set. */
  private void lines(SplitWriter writer, Path folder, Artist artist, List<Integer> shown)
      throws IOException {
    String name = artist.split() + "-line";
    int count = shown.size();
    writer.split(
        folder, name, count * options.lineArt(), i -> redrawn(shown.get(i % count), artist, i));
    Path split = Files.createDirectories(folder.resolve(name));
    Files.writeString(split.resolve("LICENSE.txt"), artist.notice());
  }

  private @Nullable MadeSample redrawn(int index, Artist artist, int number) {
    Dice dice = new Dice(options.seed(), 10 + artist.ordinal(), number);
    try {
      Sprite sprite = new LineArt(dice).redraw(library.draw(index, artist, LineArt.SIZE));
      return sample(index, artist, sprite.fit(options.imageSize()), training(index, dice));
    } catch (UncheckedIOException e) {
      return null;
    }
  }

  private List<String> training(int index, Dice dice) {
    return library.emoji().get(index).captions(dice);
  }

  private @Nullable MadeSample sample(
      SplitWriter writer, int index, Artist artist, boolean training, int label) {
    try {
      Sprite sprite = library.draw(index, artist, options.imageSize());
      List<String> captions =
          training
              ? training(index, new Dice(options.seed(), artist.ordinal(), index))
              : List.of(library.emoji().get(index).caption());
      return sample(index, artist, sprite, captions).withClass(label);
    } catch (UncheckedIOException e) {
      writer.rule("drawing left out: " + e.getMessage(), 1);
      return null;
    }
  }

  private MadeSample sample(int index, Artist artist, Sprite sprite, List<String> captions) {
    Emoji emoji = library.emoji().get(index);
    ObjectNode metadata = Json.object();
    metadata.put("code", emoji.code()).put("name", emoji.name()).put("group", emoji.group());
    metadata.put("artist", artist.split()).put("flip", emoji.mayFlip());
    return MadeSample.of(
        sprite.onWhite(options.imageSize()), String.join("\n", captions) + "\n", metadata);
  }

  static void lines(Path folder, String file, java.util.stream.Stream<String> lines)
      throws IOException {
    String text = String.join("\n", lines.toList()) + "\n";
    Files.write(folder.resolve(file), text.getBytes(StandardCharsets.UTF_8));
  }
}
