package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Origin;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.known.CocoInstances;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.Encoded;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where words point, on any source with boxes: phrases of the first caption in {@code KEY.json}, or
 * the categories of an instances file of COCO's form ({@link CategoryPointers}). A phrase is judged
 * at the last token of its noun: under a causal text tower earlier words cannot know it, and later
 * ones have read everything. Always late, also for a model trained globally (the result says so).
 * Immutable.
 *
 * @param instances a file of COCO's form; null for the source's own boxes
 * @param prompted whether categories are asked for by a prompt each, not looked for in captions
 */
public record PointingEval(@Nullable Path instances, boolean prompted)
    implements Task<PointingEval.Result> {
  private static final String INSTANCES = "--instances";
  private static final String PROMPTED = "--prompted";

  /** The source's own boxes. */
  public PointingEval() {
    this(null, false);
  }

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
  public List<Option> options() {
    return List.of(
        new Option(
            INSTANCES,
            "FILE",
            "Boxes of COCO's form (instances_*.json), found by the images' file names. Default: KEY.json's; for coco:PATH its annotations/instances_*.json."),
        new Option(
            PROMPTED,
            null,
            "Ask for each category of an image by \"a photo of a {}.\", in place of finding its name in the captions."));
  }

  @Override
  public PointingEval with(Map<String, String> given) {
    String file = given.get(INSTANCES);
    return new PointingEval(
        file == null ? instances : Path.of(file), prompted || given.containsKey(PROMPTED));
  }

  @Override
  public String needs() {
    return "readable images, captions and boxes (KEY.json), or with boxes by file name in an instances file whose categories its captions name";
  }

  @Override
  public Run<Result> begin(Embedder model, EvalData data) {
    return new Judgement(model, pointers(data.source()));
  }

  private Pointers pointers(SampleSource source) {
    Path file = instances == null ? source.instances() : instances;
    if (file != null) {
      return CategoryPointers.of(CocoInstances.read(file), prompted);
    }
    Origin origin = source.origin();
    if (prompted || (origin != null && origin.dataset().equals("coco"))) {
      throw new BadInput(
          source.describe()
              + " has no annotations/instances_*.json with boxes and categories; give "
              + INSTANCES
              + " FILE");
    }
    return Pointers.OWN;
  }

  /** Encodes batch by batch and counts. */
  private static final class Judgement implements Run<Result> {
    private final Embedder model;
    private final Pointers pointers;
    private final PointingTally tally;

    /** Prompts come again for each image; a caption does not. */
    private final Map<String, PointingTally.Text> prompts = new HashMap<>();

    Judgement(Embedder model, Pointers pointers) {
      this.model = model;
      this.pointers = pointers;
      this.tally = new PointingTally(model.layout(), pointers.prompted());
    }

    @Override
    public @Nullable String refuse(Sample sample) {
      return pointers.refuse(sample);
    }

    @Override
    public void take(List<Sample> samples, List<Embedder.Picture> pictures) {
      List<List<Pointers.Said>> said = samples.stream().map(pointers::of).toList();
      Map<String, PointingTally.Text> texts = texts(said);
      Encoded images = model.images(pictures);
      for (int i = 0; i < samples.size(); i++) {
        float[] rows = images.tokens().floats(i);
        tally.add(said.get(i), texts, pictures.get(i).map(), rows, images.tokens().d());
      }
    }

    /** Every text of a batch, encoded once. */
    private Map<String, PointingTally.Text> texts(List<List<Pointers.Said>> said) {
      Map<String, PointingTally.Text> texts = pointers.prompted() ? prompts : new HashMap<>();
      List<String> missing =
          said.stream()
              .flatMap(List::stream)
              .map(Pointers.Said::text)
              .filter(text -> !texts.containsKey(text))
              .distinct()
              .toList();
      if (missing.isEmpty()) {
        return texts;
      }
      Encoded encoded = model.texts(missing);
      for (int i = 0; i < missing.size(); i++) {
        String text = missing.get(i);
        texts.put(text, new PointingTally.Text(model.words(text), encoded.tokens().floats(i)));
      }
      return texts;
    }

    @Override
    public Result end(Judged judged) {
      pointers.sign(judged.print());
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
   * @param outside phrases whose boxes the centre crop cut away
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
}
