package dev.filip.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.encode.Alignment;
import dev.filip.encode.Embedder;
import dev.filip.encode.LabelledText;
import dev.filip.encode.Match;
import dev.filip.encode.PatchLayout;
import dev.filip.encode.Words;
import dev.filip.image.UndecodableImage;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.OwnFolder;
import dev.filip.io.Progress;
import dev.filip.text.Prompts;
import dev.filip.tokens.Encoded;
import dev.filip.viz.AlignmentPicture;
import dev.filip.viz.AwtImages;
import dev.filip.viz.PatchGrid;
import dev.filip.viz.Report;
import dev.filip.viz.ScoreTable;
import dev.filip.viz.Thumbnail;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The paper's figure of word-patch alignment for the pictures of a source: each picture with its
 * class in a prompt, each patch with the index of the word it chose, several models side by side,
 * and how many patches chose a word of the class. Always late, also for a model trained globally
 * (the page says so). Filled model by model, so that one is open at a time; used by one thread.
 */
public final class Figure {
  /** What the folder of {@link #write} looks like. */
  public static final OwnFolder OWN =
      new OwnFolder("filip explain", List.of("figure.json"), List.of("figure.html"));

  private static final int NAMED = 12;
  private final SampleSource source;
  private final Prompts prompt;
  private final FigurePlan plan;
  private final SequencedMap<String, Judged> models = new LinkedHashMap<>();
  private final Map<Long, byte[]> small = new TreeMap<>();
  private final Map<Long, String> unreadable = new TreeMap<>();

  /** What one model did: by number of the picture, and summed. */
  private static final class Judged {
    final boolean trainedSo;
    final Map<Integer, Cell> cells = new TreeMap<>();
    final Share.Tally right = new Share.Tally();
    final Share.Tally inside = new Share.Tally();
    final Share.Tally outside = new Share.Tally();
    final Share.Tally elsewhere = new Share.Tally();
    double chances;
    long patches;

    Judged(boolean trainedSo) {
      this.trainedSo = trainedSo;
    }

    double chance() {
      return patches == 0 ? 0 : chances / patches;
    }
  }

  /**
   * One picture by one model.
   *
   * @param right patches whose word is one of the class
   * @param inside those of them in the class's true box
   * @param box patches in that box; 0 where the sample has none
   * @param chance the share of the text's words that are of the class
   */
  private record Cell(
      Alignment alignment, int right, int inside, int box, double chance, byte[] picture) {
    String counts() {
      int patches = alignment.layout().size();
      String all = right + " of " + patches + " patches";
      return box == 0 ? all : all + ", " + inside + " of " + box + " in its box";
    }
  }

  /**
   * Plans it; reads no image.
   *
   * @param classes names in the order of labels
   * @param template with a place for the name; the paper's is {@code a photo of a {}.}
   * @param limit images looked at, evenly spread over the source
   */
  public Figure(SampleSource source, List<String> classes, String template, int limit)
      throws IOException {
    this.source = source;
    this.prompt = new Prompts("--template", List.of(template));
    BadInput.require(
        !classes.isEmpty(), "classes", "none", "at least one: the source's, or --classes FILE");
    this.plan = FigurePlan.of(source, classes, limit);
  }

  /** Adds a model's column. */
  public void add(String name, Embedder model) throws IOException {
    Judged judged = new Judged(Match.LATE.trainedBy(model.interaction()));
    if (models.putIfAbsent(name, judged) != null) {
      throw new IllegalArgumentException("two models " + name);
    }
    try (Progress progress = new Progress(name, plan.shown().size())) {
      for (int i = 0; i < plan.shown().size(); i++) {
        picture(judged, i, model);
        progress.to(i + 1, "");
      }
    }
    BadInput.require(
        !judged.cells.isEmpty(), "source", source.describe(), "one with readable images");
  }

  private void picture(Judged judged, int i, Embedder model) throws IOException {
    FigurePlan.Shown shown = plan.shown().get(i);
    try {
      Sample sample = source.read(shown.index());
      Embedder.Picture picture = model.prepare(sample.image());
      if (!small.containsKey(shown.index())) {
        small.put(shown.index(), thumbnail(sample.image(), picture));
      }
      Cell cell = cell(model, picture, shown.label(), box(sample, shown.label()));
      judged.cells.put(i, cell);
      int patches = cell.alignment.layout().size();
      judged.right.add(cell.right, patches);
      if (cell.box > 0) {
        judged.inside.add(cell.inside, cell.box);
        int others = patches - cell.box;
        judged.outside.add(cell.right - cell.inside, others);
        judged.elsewhere.add(others - cell.right + cell.inside, others);
      }
      judged.chances += patches * cell.chance;
      judged.patches += patches;
    } catch (Embedder.Unreadable e) {
      unreadable.put(shown.index(), e.reason());
    } catch (UnreadableSample e) {
      unreadable.put(shown.index(), e.reason());
    }
  }

  /** What the model sees where only the model can decode it. */
  private static byte[] thumbnail(byte[] image, Embedder.Picture picture) {
    try {
      return Thumbnail.png(image);
    } catch (UndecodableImage e) {
      return AwtImages.png(AwtImages.awt(picture.pixels().toRgb()));
    }
  }

  /** Of {@code KEY.json}: the boxes of phrases that name the class; none where there are none. */
  private static Region box(Sample sample, String label) {
    CategoryNames name = new CategoryNames(List.of(label));
    return new Region(
        PhraseBox.of(sample).stream()
            .filter(phrase -> {
              String caption = sample.captions().getFirst();
              return !name.in(caption.substring(phrase.from(), phrase.to())).isEmpty();
            })
            .flatMap(phrase -> phrase.region().boxes().stream())
            .toList());
  }

  private Cell cell(Embedder model, Embedder.Picture picture, String label, Region box) {
    LabelledText text = LabelledText.parse(prompt.of("{" + label + "}").getFirst());
    Words words = model.words(text.text());
    PatchLayout layout = model.layout();
    Encoded seen = model.images(List.of(picture));
    Encoded said = model.texts(List.of(text.text()));
    Alignment alignment =
        Alignment.of(text, words, layout, seen.tokens().floats(0), said.tokens().floats(0));
    int[] chosen = alignment.pair().patchWord();
    Region region = box.seen(picture.map(), layout);
    int right = 0;
    int inside = 0;
    for (int k = 0; k < chosen.length; k++) {
      boolean is = alignment.label().contains(chosen[k]);
      right += is ? 1 : 0;
      inside += is && region.holds(layout, k) ? 1 : 0;
    }
    PatchGrid grid = new PatchGrid(picture.pixels().toRgb(), layout.rows(), layout.columns());
    byte[] drawn =
        AwtImages.jpeg(AlignmentPicture.small(grid, chosen, words.pieces(), alignment.label()));
    double chance = (double) alignment.label().size() / words.size();
    return new Cell(alignment, right, inside, region.centres(layout), chance, drawn);
  }

  /** As {@code filip explain MODEL,MODEL SOURCE --json} answers. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("source", source.describe());
    json.put("template", prompt.templates().getFirst()).put("n", shownCount());
    ObjectNode scores = json.putObject("models");
    models.forEach((name, judged) -> {
      ObjectNode one = judged.right.share().toJson(judged.chance());
      if (judged.inside.share().n() > 0) {
        one.set("in_box", judged.inside.share().toJson());
        one.set("out_of_box", judged.outside.share().toJson());
      }
      one.put("trained_so", judged.trainedSo);
      Match.LATE.note(judged.trainedSo).ifPresent(note -> one.put("note", note));
      scores.set(name, one);
    });
    json.set("skipped", skipped().toJson());
    plan.absent().forEach(json.putArray("classes_without_image")::add);
    ArrayNode pictures = json.putArray("pictures");
    for (int i = 0; i < plan.shown().size(); i++) {
      if (isShown(i)) {
        pictures.add(pictureJson(i));
      }
    }
    return json;
  }

  private ObjectNode pictureJson(int i) {
    FigurePlan.Shown shown = plan.shown().get(i);
    ObjectNode one = Json.object().put("key", shown.key()).put("class", shown.label());
    ObjectNode by = one.putObject("models");
    models.forEach((name, judged) -> {
      Cell cell = judged.cells.get(i);
      if (cell != null) {
        ObjectNode json = by.putObject(name).put("right", cell.right);
        json.put("patches", cell.alignment.layout().size()).put("chance", cell.chance);
        if (cell.box > 0) {
          json.putObject("in_box").put("right", cell.inside).put("patches", cell.box);
        }
        json.setAll(cell.alignment.toJson());
      }
    });
    return one;
  }

  private boolean isShown(int i) {
    return models.values().stream().anyMatch(judged -> judged.cells.containsKey(i));
  }

  private int shownCount() {
    int count = 0;
    for (int i = 0; i < plan.shown().size(); i++) {
      count += isShown(i) ? 1 : 0;
    }
    return count;
  }

  private Skipped skipped() {
    Map<String, Integer> all = new TreeMap<>(plan.skipped());
    unreadable.values().forEach(reason -> all.merge(reason, 1, Integer::sum));
    return new Skipped(all);
  }

  /** Writes {@code figure.html} and {@code figure.json}; the folder appears whole. */
  public void write(Path out, boolean force) throws IOException {
    OWN.requireFree(out, force);
    Outputs.folder(
        out,
        folder -> {
          Files.write(
              folder.resolve("figure.json"),
              (Json.pretty(toJson()) + "\n").getBytes(StandardCharsets.UTF_8));
          page().write(folder.resolve("figure.html"));
        });
  }

  private Report page() {
    List<Report.Example> examples = new ArrayList<>();
    for (int i = 0; i < plan.shown().size(); i++) {
      if (isShown(i)) {
        examples.add(example(i));
      }
    }
    List<Report.Fact> facts = new ArrayList<>();
    facts.add(new Report.Fact("source", source.describe()));
    facts.add(new Report.Fact("prompt", prompt.templates().getFirst()));
    facts.add(new Report.Fact("pictures", Integer.toString(examples.size())));
    if (skipped().total() > 0) {
      facts.add(new Report.Fact("left out", skipped().byReason().toString()));
    }
    if (!plan.absent().isEmpty()) {
      facts.add(new Report.Fact("classes without a picture here", absent()));
    }
    return new Report(
        "Which word each patch chose",
        "Each picture with its class in a prompt. The number on a patch is the index of its most similar word; red and clear where that is a word of the class, white and dimmed elsewhere.",
        scores(),
        List.of(),
        new Report.Gallery("Pictures", examples),
        facts,
        notes());
  }

  private String absent() {
    List<String> some = plan.absent().subList(0, Math.min(NAMED, plan.absent().size()));
    int more = plan.absent().size() - some.size();
    return String.join(", ", some) + (more > 0 ? " and " + more + " more" : "");
  }

  private Report.Example example(int i) {
    FigurePlan.Shown shown = plan.shown().get(i);
    List<Report.Picture> pictures = new ArrayList<>();
    byte[] plain = small.get(shown.index());
    if (plain != null) {
      pictures.add(new Report.Picture(shown.key(), plain));
    }
    models.forEach((name, judged) -> {
      Cell cell = judged.cells.get(i);
      if (cell != null) {
        String title = name + ": " + cell.counts();
        pictures.add(new Report.Picture(title, cell.picture));
      }
    });
    return new Report.Example(prompt.of("{" + shown.label() + "}").getFirst(), pictures);
  }

  private ScoreTable scores() {
    List<ScoreTable.Row> rows = new ArrayList<>();
    String all = "of all patches, those whose most similar word is one of the class";
    rows.add(row("Class words", all, judged -> cell(judged.right, judged.chance())));
    if (models.values().stream().anyMatch(judged -> judged.inside.share().n() > 0)) {
      rows.add(
          row(
              "On the object",
              "of the patches in the class's true box, those that choose a word of it",
              judged -> cell(judged.inside, judged.chance())));
      rows.add(
          row(
              "Off the object",
              "of all other patches, those that choose no word of it",
              judged -> cell(judged.elsewhere, 1 - judged.chance())));
    }
    return new ScoreTable(List.copyOf(models.keySet()), rows);
  }

  private static ScoreTable.Cell cell(Share.Tally tally, double chance) {
    Share share = tally.share();
    return new ScoreTable.Cell(share.value(), share.standardError(), chance);
  }

  private ScoreTable.Row row(String name, String meaning, Function<Judged, ScoreTable.Cell> of) {
    Map<String, ScoreTable.Cell> cells = new LinkedHashMap<>();
    models.forEach((model, judged) -> cells.put(model, of.apply(judged)));
    return new ScoreTable.Row(name, meaning, cells);
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "The count says how many patches chose the class, not whether they lie on the object: a patch of the ground that chooses it counts as well, and a model whose patches choose it everywhere has the highest count. Where true boxes are known the patches on and off the object are counted apart; filip eval pointing judges that over a whole source.");
    notes.add(
        "[BOS], [EOS] and the words of the prompt are there to be chosen. A text tower is causal, so words after the class have read it, too.");
    models.forEach((name, judged) ->
        Match.LATE.note(judged.trainedSo).ifPresent(note -> notes.add(name + ": " + note + ".")));
    return notes;
  }
}
