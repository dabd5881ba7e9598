package dev.filip.eval;

import dev.filip.encode.PatchLayout;
import dev.filip.encode.Rect;
import dev.filip.encode.Words;
import dev.filip.image.Placement;
import dev.filip.kernel.LateInteraction;
import dev.filip.kernel.PairAlignment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts pointing image by image. Used by one thread. */
final class PointingTally {
  private static final double SMALL = 0.05;
  private static final double MEDIUM = 0.15;
  private final PatchLayout layout;
  private final Pointed.Tally wordInBox = new Pointed.Tally();
  private final Map<String, Pointed.Tally> bySize = new TreeMap<>();
  private final Share.Tally other = new Share.Tally();
  private final Pointed.Tally patchToWord = new Pointed.Tally();
  private final Pointed.Tally patchToAny = new Pointed.Tally();
  private int images;
  private int truncated;
  private int outside;

  PointingTally(PatchLayout layout) {
    this.layout = layout;
  }

  int images() {
    return images;
  }

  /** A phrase that can be judged: the token of its noun, its box in input pixels. */
  private record Thing(PhraseBox phrase, int token, Rect box) {}

  /**
   * One image with its caption.
   *
   * @param imageRows {@code [first + n, d]}
   * @param textRows {@code [m, d]}
   */
  void add(
      List<PhraseBox> phrases,
      Placement map,
      Words words,
      float[] imageRows,
      float[] textRows,
      int d) {
    images++;
    List<Thing> things = things(phrases, map, words);
    if (things.isEmpty()) {
      return;
    }
    float[] patches = Arrays.copyOfRange(imageRows, layout.first() * d, imageRows.length);
    float[] nouns = nouns(things, textRows, d);
    PairAlignment byNoun = LateInteraction.align(patches, layout.size(), nouns, things.size(), d);
    PairAlignment byWord = LateInteraction.align(patches, layout.size(), textRows, words.size(), d);
    words(things, byNoun.wordPatch());
    patches(things, byNoun.patchWord());
    anyWord(things, words, byWord.patchWord());
  }

  private List<Thing> things(List<PhraseBox> phrases, Placement map, Words words) {
    double width = (double) layout.columns() * layout.side();
    double height = (double) layout.rows() * layout.side();
    List<Thing> out = new ArrayList<>();
    for (PhraseBox phrase : phrases) {
      int token = words.last(phrase.nounFrom(), phrase.nounTo());
      Rect box = phrase.box().placed(map).clip(width, height);
      if (token < 0) {
        truncated++;
      } else if (box.area() == 0) {
        outside++;
      } else {
        out.add(new Thing(phrase, token, box));
      }
    }
    return out;
  }

  private static float[] nouns(List<Thing> things, float[] textRows, int d) {
    float[] out = new float[things.size() * d];
    for (int i = 0; i < things.size(); i++) {
      System.arraycopy(textRows, things.get(i).token * d, out, i * d, d);
    }
    return out;
  }

  private void words(List<Thing> things, int[] best) {
    int hits = 0;
    int others = 0;
    double chances = 0;
    for (int i = 0; i < things.size(); i++) {
      Rect box = things.get(i).box;
      boolean hit = layout.centreIn(best[i], box);
      double chance = (double) layout.centresIn(box) / layout.size();
      size(box).add(hit ? 1 : 0, chance, 1);
      hits += hit ? 1 : 0;
      chances += chance;
      others += !hit && inAny(things, best[i]) ? 1 : 0;
    }
    wordInBox.add(hits, chances, things.size());
    other.add(others, things.size());
  }

  private boolean inAny(List<Thing> things, int patch) {
    return things.stream().anyMatch(t -> layout.centreIn(patch, t.box));
  }

  private Pointed.Tally size(Rect box) {
    double share = box.area() / ((double) layout.size() * layout.side() * layout.side());
    String name = share < SMALL ? "small" : share < MEDIUM ? "medium" : "large";
    return bySize.computeIfAbsent(name, n -> new Pointed.Tally());
  }

  /** Needs two nouns: with one there is nothing to choose. */
  private void patches(List<Thing> things, int[] best) {
    if (things.size() < 2) {
      return;
    }
    int hits = 0;
    int trials = 0;
    for (int i = 0; i < things.size(); i++) {
      for (int k = 0; k < layout.size(); k++) {
        if (layout.centreIn(k, things.get(i).box)) {
          trials++;
          hits += best[k] == i ? 1 : 0;
        }
      }
    }
    patchToWord.add(hits, (double) trials / things.size(), trials);
  }

  private void anyWord(List<Thing> things, Words words, int[] best) {
    int hits = 0;
    int trials = 0;
    double chances = 0;
    for (Thing thing : things) {
      int from = thing.phrase.from();
      int to = thing.phrase.to();
      double chance = (double) tokens(words, from, to) / words.size();
      for (int k = 0; k < layout.size(); k++) {
        if (layout.centreIn(k, thing.box)) {
          trials++;
          chances += chance;
          hits += words.touches(best[k], from, to) ? 1 : 0;
        }
      }
    }
    patchToAny.add(hits, chances, trials);
  }

  private static int tokens(Words words, int from, int to) {
    int count = 0;
    for (int i = 0; i < words.size(); i++) {
      count += words.touches(i, from, to) ? 1 : 0;
    }
    return count;
  }

  PointingResult result(boolean trainedSo, Skipped skipped, String fingerprint) {
    Map<String, Pointed> sizes = new TreeMap<>();
    bySize.forEach((name, tally) -> sizes.put(name, tally.pointed()));
    return new PointingResult(
        wordInBox.pointed(),
        sizes,
        other.share(),
        patchToWord.pointed(),
        patchToAny.pointed(),
        images,
        truncated,
        outside,
        trainedSo,
        skipped,
        fingerprint);
  }
}
