package dev.filip.bench;

import dev.filip.search.Calibration;
import dev.filip.search.Calibrator;
import dev.filip.search.Found;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Item;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How many queries have a hit above a probability, whose things are and are not in an index. One in
 * five of the words that tell captions apart are held out: images with one of them are left out of
 * a copy of the index, which is calibrated with its own captions. Unrelated queries are captions of
 * the left-out images all of whose telling words are held out, whole and as these words alone; true
 * ones are captions of images that the copy has, likewise.
 */
public final class NoMatchBench {
  private static final int IMAGES = 60_000;
  private static final int QUERIES = 400;
  private static final double COMMON = 0.05;
  private static final int HELD = 5;

  private NoMatchBench() {}

  /** Captions by what they are to the copy. */
  private record Texts(Set<String> unrelated, Set<String> fitting, Set<String> common) {}

  /**
   * @param arguments INDEX, with captions, and a folder to make
   */
  public static void main(String... arguments) throws IOException {
    Path copy = Path.of(arguments[1]);
    Texts texts;
    try (Snapshot whole = Snapshot.open(Path.of(arguments[0]))) {
      texts = copy(whole, copy);
    }
    IndexAbout about = IndexAbout.read(copy);
    try (Snapshot index = Snapshot.open(copy);
        PlainQueryEncoder encoder = PlainQueryEncoder.open(about, Path.of(about.model()))) {
      long begun = System.nanoTime();
      Calibration made = new Calibrator(index, encoder, 1, _ -> {}).ofItself(500);
      made.write(copy, about);
      System.out.printf(
          Locale.ROOT, "%s in %.1f s%n", made.toJson(), (System.nanoTime() - begun) / 1e9);
      System.out.printf("%-24s %7s %9s %9s %9s%n", "hits above", "queries", "0.5", "0.95", "0.99");
      line("unrelated", index, encoder, List.copyOf(texts.unrelated));
      line("unrelated, words alone", index, encoder, telling(texts.unrelated, texts.common));
      line("true", index, encoder, List.copyOf(texts.fitting));
      line("true, words alone", index, encoder, telling(texts.fitting, texts.common));
    }
  }

  private static Texts copy(Snapshot whole, Path copy) throws IOException {
    List<Item> all = items(whole);
    Map<String, Integer> images = new HashMap<>();
    all.forEach(item -> words(item).forEach(word -> images.merge(word, 1, Integer::sum)));
    Set<String> common = new HashSet<>();
    Set<String> held = new HashSet<>();
    images.forEach((word, count) -> {
      if (count > COMMON * all.size()) {
        common.add(word);
      } else if (Math.floorMod(word.hashCode(), HELD) == 0) {
        held.add(word);
      }
    });
    IndexFiles.create(copy, whole.about(), false);
    Texts texts =
        new Texts(new java.util.LinkedHashSet<>(), new java.util.LinkedHashSet<>(), common);
    List<Item> kept = new ArrayList<>();
    for (Item item : all) {
      Set<String> telling = words(item);
      telling.removeAll(common);
      String caption = item.about().captions().getFirst();
      if (telling.stream().noneMatch(held::contains)) {
        kept.add(item);
        if (texts.fitting.size() < QUERIES && !telling.isEmpty()) {
          texts.fitting.add(caption);
        }
      } else if (held.containsAll(telling) && texts.unrelated.size() < QUERIES) {
        texts.unrelated.add(caption);
      }
    }
    try (IndexEditor editor = IndexEditor.open(copy)) {
      editor.add(kept);
    }
    System.out.printf(
        Locale.ROOT,
        "%,d images of %,d, without %d of %d words%n",
        kept.size(),
        all.size(),
        held.size(),
        images.size() - common.size());
    return texts;
  }

  private static List<Item> items(Snapshot whole) throws IOException {
    List<Item> all = new ArrayList<>();
    whole.forEach(item -> {
      if (all.size() < IMAGES && !item.about().captions().isEmpty()) {
        all.add(item);
      }
    });
    return all;
  }

  private static Set<String> words(Item item) {
    Set<String> words = new HashSet<>();
    for (String caption : item.about().captions()) {
      words.addAll(List.of(caption.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")));
    }
    words.remove("");
    return words;
  }

  private static List<String> telling(Set<String> captions, Set<String> common) {
    Set<String> short_ = new java.util.LinkedHashSet<>();
    for (String caption : captions) {
      List<String> words =
          new ArrayList<>(List.of(caption.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")));
      words.removeAll(common);
      short_.add(String.join(" ", words));
    }
    return List.copyOf(short_);
  }

  private static void line(
      String name, Snapshot index, PlainQueryEncoder encoder, List<String> texts)
      throws IOException {
    List<SearchQuery> queries =
        texts.stream().map(t -> SearchQuery.text(QueryText.literal(t), encoder)).toList();
    List<Found> found = index.find(queries, SearchOptions.of(1).minProbability(0.0));
    System.out.printf(Locale.ROOT, "%-24s %7d", name, texts.size());
    for (double least : new double[] {0.5, 0.95, 0.99}) {
      long above =
          found.stream()
              .filter(one -> one.hits().getFirst().probability().orElseThrow() >= least)
              .count();
      System.out.printf(Locale.ROOT, " %7.1f %%", 100.0 * above / texts.size());
    }
    System.out.println();
  }
}
