package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.encode.PatchLayout;
import dev.filip.encode.PatchLayout.Rect;
import dev.filip.encode.Words;
import dev.filip.image.Placement;
import dev.filip.io.Json;
import dev.filip.kernel.LateInteraction;
import dev.filip.kernel.PairAlignment;
import dev.filip.tokens.Encoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where words point, on any source whose {@code KEY.json} has boxes. A phrase is judged at the last
 * token of its noun: under a causal text tower earlier words cannot know it, and later ones have
 * read everything. Always late, also for a model trained globally (the result says so). Immutable.
 */
public record PointingEval() implements Task<PointingEval.Result> {
  @Override
  public String name() {
    return "pointing";
  }

  @Override
  public String description() {
    return "How often a word's best patch lies in the word's true box, and how often an object's patches choose its word, beside chance.";
  }

  @Override
  public String example() {
    return "models/collages-late data/collages/test-unseen";
  }

  @Override
  public String needs() {
    return "readable images, captions and boxes (KEY.json)";
  }

  @Override
  public Run<Result> begin(Embedder model, EvalData data) {
    return new Judgement(model);
  }

  /** Encodes batch by batch and counts. */
  private static final class Judgement implements Run<Result> {
    private final Embedder model;
    private final Tally tally;

    Judgement(Embedder model) {
      this.model = model;
      this.tally = new Tally(model.layout());
    }

    @Override
    public @Nullable String refuse(Sample sample) {
      return PhraseBox.of(sample).isEmpty() ? "no boxes" : null;
    }

    @Override
    public void take(List<Sample> samples, List<Embedder.Picture> pictures) {
      List<String> captions = samples.stream().map(s -> s.captions().getFirst()).toList();
      Encoded images = model.images(pictures);
      Encoded texts = model.texts(captions);
      for (int i = 0; i < captions.size(); i++) {
        tally.add(
            PhraseBox.of(samples.get(i)),
            pictures.get(i).map(),
            model.words(captions.get(i)),
            images.tokens().floats(i),
            texts.tokens().floats(i),
            images.tokens().d());
      }
    }

    @Override
    public Result end(Judged judged) {
      return tally.result(Basis.of(Match.LATE, model.interaction(), judged, tally.series()));
    }
  }

  /**
   * Localisation against boxes.
   *
   * @param wordInBox a noun's best patch lies in its box
   * @param bySize the same by the share of the input that the box covers: {@code small} below 5 %,
   *     {@code medium} to 15 %, {@code large}
   * @param wordInOtherBox a noun's best patch lies in another object's box and not in its own
   * @param patchToWord of the patches in a box: its noun is the best of the caption's nouns
   * @param patchToAnyWord of the same patches: the best of all tokens is one of its phrase
   * @param truncated phrases that the model's context cut off
   * @param outside boxes that the centre crop cut away
   */
  public record Result(
      Pointed wordInBox,
      Map<String, Pointed> bySize,
      Share wordInOtherBox,
      Pointed patchToWord,
      Pointed patchToAnyWord,
      int images,
      int truncated,
      int outside,
      Basis basis)
      implements Task.Result {
    public Result {
      bySize = Collections.unmodifiableMap(new TreeMap<>(bySize));
    }

    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      ObjectNode word = wordInBox.toJson().put("in_other_box", wordInOtherBox.value());
      ObjectNode sizes = word.putObject("by_size");
      bySize.forEach((size, pointed) -> sizes.set(size, pointed.toJson()));
      json.set("word_in_box", word);
      json.set("patch_to_word", patchToWord.toJson());
      json.set("patch_to_any_word", patchToAnyWord.toJson());
      json.put("n", images).put("truncated", truncated).put("outside", outside);
      json.put("match", match().key()).put("trained_so", trainedSo());
      return basis.end(json);
    }

    @Override
    public SequencedMap<String, Double> metrics() {
      SequencedMap<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("word_in_box", wordInBox.share().value());
      metrics.put("patch_to_word", patchToWord.share().value());
      return metrics;
    }

    @Override
    public List<Line> lines() {
      return List.of(
          wordInBox.line("Word in box", "a noun's best patch lies in its true box"),
          patchToWord.line(
              "Patch to noun", "of the caption's nouns, a patch in a box chooses its own"),
          patchToAnyWord.line(
              "Patch to any word", "of all words, a patch in a box chooses one of its own phrase"));
    }
  }

  /** A share beside what guessing would give on the same trials. */
  public record Pointed(Share share, double chance) {
    /** {@code {"value", "chance", "standard_error", "n"}}. */
    public ObjectNode toJson() {
      return share.toJson(chance);
    }

    private Line line(String name, String meaning) {
      return new Line(name, meaning, share, chance);
    }
  }

  /** Counts both. Used by one thread. */
  private static final class Pointing {
    private final Share.Tally hits = new Share.Tally();
    private double chance;
    private long trials;

    /** One image: summed hits and summed chances of its trials. */
    void add(double hits, double chances, long trials) {
      this.hits.add(hits, trials);
      this.chance += chances;
      this.trials += trials;
    }

    Pointed pointed() {
      return new Pointed(hits.share(), trials == 0 ? 0 : chance / trials);
    }
  }

  /** Counts pointing image by image. Used by one thread. */
  private static final class Tally {
    private static final double SMALL = 0.05;
    private static final double MEDIUM = 0.15;
    private final PatchLayout layout;
    private final Pointing wordInBox = new Pointing();
    private final Map<String, Pointing> bySize = new TreeMap<>();
    private final Share.Tally other = new Share.Tally();
    private final Pointing patchToWord = new Pointing();
    private final Pointing patchToAny = new Pointing();
    private int images;
    private int truncated;
    private int outside;

    Tally(PatchLayout layout) {
      this.layout = layout;
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
        wordInBox.add(0, 0, 0);
        patchToWord.add(0, 0, 0);
        return;
      }
      float[] patches = Arrays.copyOfRange(imageRows, layout.first() * d, imageRows.length);
      float[] nouns = nouns(things, textRows, d);
      PairAlignment byNoun = LateInteraction.align(patches, layout.size(), nouns, things.size(), d);
      PairAlignment byWord =
          LateInteraction.align(patches, layout.size(), textRows, words.size(), d);
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

    private Pointing size(Rect box) {
      double share = box.area() / ((double) layout.size() * layout.side() * layout.side());
      String name = share < SMALL ? "small" : share < MEDIUM ? "medium" : "large";
      return bySize.computeIfAbsent(name, n -> new Pointing());
    }

    /** Needs two nouns: with one there is nothing to choose. */
    private void patches(List<Thing> things, int[] best) {
      if (things.size() < 2) {
        patchToWord.add(0, 0, 0);
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

    SequencedMap<String, Series> series() {
      SequencedMap<String, Series> series = new LinkedHashMap<>();
      series.put("word_in_box", wordInBox.hits.series());
      series.put("patch_to_word", patchToWord.hits.series());
      return series;
    }

    Result result(Basis basis) {
      Map<String, Pointed> sizes = new TreeMap<>();
      bySize.forEach((name, tally) -> sizes.put(name, tally.pointed()));
      return new Result(
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
}
