package dev.filip.eval;

import dev.filip.encode.PatchLayout;
import dev.filip.encode.Words;
import dev.filip.eval.PointingEval.Pointed;
import dev.filip.image.Placement;
import dev.filip.kernel.LateInteraction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Counts pointing image by image. Used by one thread. */
final class PointingTally {
  private static final double SMALL = 0.05;
  private static final double MEDIUM = 0.15;
  private final PatchLayout layout;
  private final boolean prompted;
  private final Pointing wordInBox = new Pointing();
  private final Map<String, Pointing> bySize = new TreeMap<>();
  private final Share.Tally other = new Share.Tally();
  private final Pointing patchToWord = new Pointing();
  private final Pointing patchToAny = new Pointing();
  private int images;
  private int truncated;
  private int outside;

  /**
   * @param prompted whether the things of an image compete across its texts
   */
  PointingTally(PatchLayout layout, boolean prompted) {
    this.layout = layout;
    this.prompted = prompted;
  }

  /**
   * An encoded text.
   *
   * @param rows {@code [m, d]}
   */
  record Text(Words words, float[] rows) {}

  /** A phrase that can be judged: the token of its noun, its place in input pixels. */
  private record Thing(Text text, PhraseBox phrase, int token, Region region) {}

  /** Hits and chances of one image's trials, summed. */
  private static final class Sums {
    double hits;
    double chances;
    long trials;

    void add(boolean hit, double chance) {
      hits += hit ? 1 : 0;
      chances += chance;
      trials++;
    }
  }

  /** A share beside its chance. */
  private static final class Pointing {
    private final Share.Tally hits = new Share.Tally();
    private double chance;
    private long trials;

    /** One image. */
    void add(Sums image) {
      hits.add(image.hits, image.trials);
      chance += image.chances;
      trials += image.trials;
    }

    Pointed pointed() {
      return new Pointed(hits.share(), trials == 0 ? 0 : chance / trials);
    }
  }

  /**
   * One image with its texts.
   *
   * @param texts every text that is said
   * @param imageRows {@code [first + n, d]}
   */
  void add(
      List<Pointers.Said> said, Map<String, Text> texts, Placement map, float[] imageRows, int d) {
    images++;
    float[] patches = Arrays.copyOfRange(imageRows, layout.first() * d, imageRows.length);
    Sums inBox = new Sums();
    Sums inOther = new Sums();
    Sums toWord = new Sums();
    Sums toAny = new Sums();
    List<Thing> all = new ArrayList<>();
    for (Pointers.Said one : said) {
      Text text = Objects.requireNonNull(texts.get(one.text()));
      List<Thing> things = things(one.phrases(), text, map);
      if (!things.isEmpty()) {
        anyWord(things, text, patches, d, toAny);
      }
      all.addAll(things);
      if (!prompted) {
        nouns(things, patches, d, inBox, inOther, toWord);
      }
    }
    if (prompted) {
      nouns(all, patches, d, inBox, inOther, toWord);
    }
    wordInBox.add(inBox);
    patchToWord.add(toWord);
    if (!all.isEmpty()) {
      other.add(inOther.hits, inOther.trials);
      patchToAny.add(toAny);
    }
  }

  private List<Thing> things(List<PhraseBox> phrases, Text text, Placement map) {
    List<Thing> out = new ArrayList<>();
    for (PhraseBox phrase : phrases) {
      int token = text.words.last(phrase.nounFrom(), phrase.nounTo());
      Region region = phrase.region().seen(map, layout);
      if (token < 0) {
        truncated++;
      } else if (region.isEmpty()) {
        outside++;
      } else {
        out.add(new Thing(text, phrase, token, region));
      }
    }
    return out;
  }

  /** Things that compete with each other, each by the token of its noun. */
  private void nouns(
      List<Thing> things, float[] patches, int d, Sums inBox, Sums inOther, Sums toWord) {
    if (things.isEmpty()) {
      return;
    }
    float[] rows = new float[things.size() * d];
    for (int i = 0; i < things.size(); i++) {
      System.arraycopy(things.get(i).text.rows, things.get(i).token * d, rows, i * d, d);
    }
    var aligned = LateInteraction.align(patches, layout.size(), rows, things.size(), d);
    words(things, aligned.wordPatch(), inBox, inOther);
    patches(things, aligned.patchWord(), toWord);
  }

  private void words(List<Thing> things, int[] best, Sums inBox, Sums inOther) {
    for (int i = 0; i < things.size(); i++) {
      Region region = things.get(i).region;
      int patch = best[i];
      boolean hit = region.holds(layout, patch);
      double chance = (double) region.centres(layout) / layout.size();
      Sums alone = new Sums();
      alone.add(hit, chance);
      size(region).add(alone);
      inBox.add(hit, chance);
      boolean others = things.stream().anyMatch(t -> t.region.holds(layout, patch));
      inOther.add(!hit && others, 0);
    }
  }

  private Pointing size(Region region) {
    double share = region.area() / ((double) layout.size() * layout.side() * layout.side());
    String name = share < SMALL ? "small" : share < MEDIUM ? "medium" : "large";
    return bySize.computeIfAbsent(name, n -> new Pointing());
  }

  /** Needs two nouns: with one there is nothing to choose. */
  private void patches(List<Thing> things, int[] best, Sums toWord) {
    if (things.size() < 2) {
      return;
    }
    int trials = 0;
    for (int i = 0; i < things.size(); i++) {
      for (int k = 0; k < layout.size(); k++) {
        if (things.get(i).region.holds(layout, k)) {
          trials++;
          toWord.add(best[k] == i, 0);
        }
      }
    }
    toWord.chances += (double) trials / things.size();
  }

  private void anyWord(List<Thing> things, Text text, float[] patches, int d, Sums toAny) {
    Words words = text.words;
    int[] best =
        LateInteraction.align(patches, layout.size(), text.rows, words.size(), d).patchWord();
    for (Thing thing : things) {
      int from = thing.phrase.from();
      int to = thing.phrase.to();
      double chance = (double) tokens(words, from, to) / words.size();
      for (int k = 0; k < layout.size(); k++) {
        if (thing.region.holds(layout, k)) {
          toAny.add(words.touches(best[k], from, to), chance);
        }
      }
    }
  }

  private static int tokens(Words words, int from, int to) {
    int count = 0;
    for (int i = 0; i < words.size(); i++) {
      count += words.touches(i, from, to) ? 1 : 0;
    }
    return count;
  }

  SequencedMap<String, Series> series() {
    SequencedMap<String, Series> series = new LinkedHashMap<>();
    series.put("word_in_box", wordInBox.hits.series());
    series.put("patch_to_word", patchToWord.hits.series());
    return series;
  }

  PointingEval.Result result(Task.Basis basis) {
    Map<String, Pointed> sizes = new TreeMap<>();
    bySize.forEach((name, tally) -> sizes.put(name, tally.pointed()));
    return new PointingEval.Result(
        wordInBox.pointed(),
        sizes,
        other.share(),
        patchToWord.pointed(),
        patchToAny.pointed(),
        images,
        truncated,
        outside,
        basis);
  }
}
