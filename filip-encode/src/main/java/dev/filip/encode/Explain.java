package dev.filip.encode;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.OwnFolder;
import dev.filip.tokens.Encoded;
import dev.filip.viz.AlignmentPicture;
import dev.filip.viz.AwtImages;
import dev.filip.viz.HeatMap;
import dev.filip.viz.NounMap;
import dev.filip.viz.PatchGrid;
import dev.filip.viz.WordHeat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a model sees of one image in each of several texts, as numbers and as pictures. Always late,
 * also for a model trained globally (the answer says so). Pictures: the paper's figure 2, a heat
 * map a word, and where a label of several parts is given ({@code {cat} left of {apple}}) each
 * patch in the colour of its best part. Immutable.
 *
 * @param image its name
 * @param grid what the model saw, with its patches
 * @param gradients one a text, or none where they were not asked for
 */
public record Explain(
    String image,
    PatchGrid grid,
    List<Alignment> texts,
    boolean trainedSo,
    List<GradCam> gradients) {
  /** What the folder of {@link #write} looks like. */
  public static final OwnFolder OWN =
      new OwnFolder(
          "filip explain",
          List.of("explain.json"),
          List.of(
              "[0-9]*-alignment.png",
              "[0-9]*-labels.png",
              "[0-9]*-word-*.png",
              "[0-9]*-gradient.png",
              "[0-9]*-gradient-words.png"));

  public Explain {
    texts = List.copyOf(texts);
    gradients = List.copyOf(gradients);
    if (!gradients.isEmpty() && gradients.size() != texts.size()) {
      throw new IllegalArgumentException(
          gradients.size() + " gradients of " + texts.size() + " texts");
    }
  }

  /**
   * Also asks for gradients.
   *
   * @param model the same model's
   * @param match which score
   */
  public record Asked(Gradients model, Match match) {}

  /**
   * Explains a file.
   *
   * @throws BadInput when it cannot be read or decoded
   */
  public static Explain of(Embedder model, Path image, List<LabelledText> texts) {
    return of(model, image, texts, null);
  }

  /** The same with gradients, if they are asked for. */
  public static Explain of(
      Embedder model, Path image, List<LabelledText> texts, @Nullable Asked asked) {
    BadInput.require(!texts.isEmpty(), "TEXT", "none", "at least one text");
    Embedder.Picture picture = model.prepare(image);
    PatchLayout layout = model.layout();
    Encoded seen = model.images(List.of(picture));
    float[] imageRows = seen.tokens().floats(0);
    Encoded encoded = model.texts(texts.stream().map(LabelledText::text).toList());
    List<Alignment> out = new ArrayList<>();
    List<GradCam> gradients = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Words words = model.words(texts.get(i).text());
      Encoded said = encoded.slice(i, i + 1);
      out.add(Alignment.of(texts.get(i), words, layout, imageRows, said.tokens().floats(0)));
      if (asked != null) {
        boolean trained = asked.match.trainedBy(model.interaction());
        gradients.add(
            GradCam.of(asked.model, picture, out.get(i), seen, said, asked.match, trained));
      }
    }
    PatchGrid grid = new PatchGrid(picture.pixels().toRgb(), layout.rows(), layout.columns());
    boolean trainedSo = Match.LATE.trainedBy(model.interaction());
    return new Explain(image.toString(), grid, out, trainedSo, gradients);
  }

  /** As {@code filip explain --json} answers; {@code files} are names in the output folder. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("image", image);
    json.put("rows", grid.rows()).put("columns", grid.columns());
    json.put("match", "late").put("trained_so", trainedSo);
    Match.LATE.note(trainedSo).ifPresent(note -> json.put("note", note));
    ArrayNode all = json.putArray("texts");
    for (int i = 0; i < texts.size(); i++) {
      ObjectNode one = texts.get(i).toJson();
      ObjectNode files = one.putObject("files").put("alignment", alignmentFile(i));
      if (texts.get(i).heads().size() > 1) {
        files.put("labels", labelsFile(i));
      }
      ObjectNode words = files.putObject("words");
      for (int r = 1; r < texts.get(i).words().size() - 1; r++) {
        words.put(Integer.toString(r), wordFile(i, r));
      }
      if (!gradients.isEmpty()) {
        GradCam gradient = gradients.get(i);
        one.set("gradient", gradient.toJson(texts.get(i).layout()));
        if (gradient.image().isKnown()) {
          files.put("gradient", gradientFile(i));
        }
        if (gradient.text().isKnown()) {
          files.put("gradient_words", gradientWordsFile(i));
        }
      }
      all.add(one);
    }
    return json;
  }

  /** Writes {@code explain.json} and the pictures; the folder appears whole. */
  public void write(Path out, boolean force) throws IOException {
    OWN.requireFree(out, force);
    Outputs.folder(
        out,
        folder -> {
          Files.write(
              folder.resolve("explain.json"),
              (Json.pretty(toJson()) + "\n").getBytes(StandardCharsets.UTF_8));
          for (int i = 0; i < texts.size(); i++) {
            pictures(folder, i);
            if (!gradients.isEmpty()) {
              gradient(folder, i);
            }
          }
        });
  }

  private void pictures(Path folder, int i) throws IOException {
    Alignment text = texts.get(i);
    Files.write(folder.resolve(alignmentFile(i)), alignmentPng(i));
    if (text.heads().size() > 1) {
      List<String> heads = text.heads().stream().map(text.words()::get).toList();
      byte[] png = AwtImages.png(NounMap.draw(grid, text.patchHead(), heads, List.of()));
      Files.write(folder.resolve(labelsFile(i)), png);
    }
    HeatMap.Range range = HeatMap.Range.of(text.cosines());
    for (int r = 1; r < text.words().size() - 1; r++) {
      String title = r + "  " + text.words().get(r);
      byte[] png = AwtImages.png(HeatMap.draw(grid, text.ofWord(r), title, range));
      Files.write(folder.resolve(wordFile(i, r)), png);
    }
  }

  private void gradient(Path folder, int i) throws IOException {
    GradCam gradient = gradients.get(i);
    String of = gradient.match() == Match.GLOBAL ? "cosine" : "s_image";
    if (gradient.image().isKnown()) {
      String title = "gradient of " + of + ", image tower";
      HeatMap.Range range = new HeatMap.Range(0, 1);
      byte[] png =
          AwtImages.png(
              HeatMap.draw(grid, gradient.image().shares(), title, range, "share of the largest"));
      Files.write(folder.resolve(gradientFile(i)), png);
    }
    if (gradient.text().isKnown()) {
      String title = "gradient of " + of.replace("s_image", "s_text") + ", text tower";
      byte[] png =
          AwtImages.png(WordHeat.draw(texts.get(i).words(), gradient.text().shares(), title));
      Files.write(folder.resolve(gradientWordsFile(i)), png);
    }
  }

  private static String gradientFile(int i) {
    return (i + 1) + "-gradient.png";
  }

  private static String gradientWordsFile(int i) {
    return (i + 1) + "-gradient-words.png";
  }

  /** The paper's figure 2 for text i. */
  public byte[] alignmentPng(int i) {
    Alignment text = texts.get(i);
    return AwtImages.png(
        AlignmentPicture.draw(grid, text.pair().patchWord(), text.words(), text.label()));
  }

  private static String alignmentFile(int i) {
    return (i + 1) + "-alignment.png";
  }

  private static String labelsFile(int i) {
    return (i + 1) + "-labels.png";
  }

  private String wordFile(int i, int r) {
    String word = texts.get(i).words().get(r).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "");
    return String.format(
        Locale.ROOT, "%d-word-%02d%s.png", i + 1, r, word.isEmpty() ? "" : "-" + word);
  }
}
