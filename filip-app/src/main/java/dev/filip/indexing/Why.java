package dev.filip.indexing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.encode.Alignment;
import dev.filip.encode.LabelledText;
import dev.filip.encode.PatchLayout;
import dev.filip.encode.Words;
import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.RgbImage;
import dev.filip.image.UndecodableImage;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.OwnFolder;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.QueryEncoder;
import dev.filip.search.SearchQuery;
import dev.filip.viz.AlignmentPicture;
import dev.filip.viz.AwtImages;
import dev.filip.viz.HeatMap;
import dev.filip.viz.PatchGrid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Why hits were found: which patches each word of the query chose, from the tokens that the index
 * keeps; no tower runs. As numbers, and as pictures over the thumbnails. Immutable.
 */
public final class Why {
  /** What the folder of {@link #write} looks like. */
  public static final OwnFolder OWN =
      new OwnFolder(
          "filip search --explain",
          List.of("search.json"),
          List.of("[0-9]*-alignment.png", "[0-9]*-word-*.png"));

  private final IndexAbout about;
  private final List<Hit> hits;
  private final List<List<Alignment>> alignments;

  private Why(IndexAbout about, List<Hit> hits, List<List<Alignment>> alignments) {
    this.about = about;
    this.hits = hits;
    this.alignments = alignments;
  }

  /**
   * Of a query with words.
   *
   * @throws BadInput where it has none, or the index compares globally
   */
  public static Why of(IndexAbout about, SearchQuery query, List<Hit> hits) throws IOException {
    requireWords(about, query);
    List<List<Alignment>> all = new ArrayList<>();
    for (Hit hit : hits) {
      List<Alignment> one = new ArrayList<>();
      for (QueryEncoder.Text text : query.texts()) {
        one.add(align(about, text, hit));
      }
      all.add(one);
    }
    return new Why(about, hits, all);
  }

  /** In an index of global vectors an image is one patch. */
  private static Alignment align(IndexAbout about, QueryEncoder.Text text, Hit hit)
      throws IOException {
    IndexAbout.Patches p = about.patches();
    PatchLayout layout =
        about.isLate()
            ? new PatchLayout(p.rows(), p.columns(), p.side(), p.first())
            : new PatchLayout(1, 1, p.side(), 0);
    return Alignment.of(
        new LabelledText(text.text(), List.of(), List.of()),
        new Words(text.pieces(), text.from(), text.to()),
        layout,
        hit.patchRows(),
        text.rows());
  }

  /**
   * Of one text and one hit: {@code rows} and {@code columns} of patches, {@code
   * similarity[word][patch]}, and {@code patch_word}, the word that each patch chose.
   */
  public static ObjectNode similarity(IndexAbout about, QueryEncoder.Text text, Hit hit)
      throws IOException {
    Alignment found = align(about, text, hit);
    ObjectNode json = Json.object().put("id", hit.id());
    json.put("rows", found.layout().rows()).put("columns", found.layout().columns());
    ArrayNode similarity = json.putArray("similarity");
    for (int word = 0; word < found.words().size(); word++) {
      ArrayNode one = similarity.addArray();
      for (float cosine : found.ofWord(word)) {
        one.add(cosine);
      }
    }
    ArrayNode chosen = json.putArray("patch_word");
    for (int word : found.pair().patchWord()) {
      chosen.add(word);
    }
    return json;
  }

  private static void requireWords(IndexAbout about, SearchQuery query) {
    BadInput.require(
        !query.texts().isEmpty(), "--explain", "an image alone", "of a query with words");
    BadInput.require(
        about.isLate(), "--explain", "an index of global vectors", "of an index of tokens");
  }

  /** Of hit i: one entry a text of the query, what is wanted first, as {@code filip explain}. */
  public ArrayNode toJson(int i) {
    ArrayNode json = Json.mapper().createArrayNode();
    alignments.get(i).forEach(text -> json.add(text.toJson()));
    return json;
  }

  /**
   * Writes the answer and, for each hit, which word each patch chose and a heat map a word; the
   * folder appears whole.
   */
  public void write(Path out, boolean force, ObjectNode answer) throws IOException {
    OWN.requireFree(out, force);
    Outputs.folder(
        out,
        folder -> {
          Files.write(
              folder.resolve("search.json"),
              (Json.pretty(answer) + "\n").getBytes(StandardCharsets.UTF_8));
          for (int i = 0; i < hits.size(); i++) {
            PatchGrid grid = grid(hits.get(i));
            int number = 0;
            for (Alignment text : alignments.get(i)) {
              pictures(folder, name(i, ++number), grid, text);
            }
          }
        });
  }

  private String name(int hit, int text) {
    String first = String.format(Locale.ROOT, "%02d", hit + 1);
    return alignments.get(hit).size() == 1 ? first : first + "-" + text;
  }

  private static void pictures(Path folder, String name, PatchGrid grid, Alignment text)
      throws IOException {
    byte[] chosen =
        AwtImages.png(
            AlignmentPicture.draw(grid, text.pair().patchWord(), text.words(), text.label()));
    Files.write(folder.resolve(name + "-alignment.png"), chosen);
    HeatMap.Range range = HeatMap.Range.of(text.cosines());
    for (int r = 1; r < text.words().size() - 1; r++) {
      String word = text.words().get(r);
      String file = word.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "");
      byte[] png = AwtImages.png(HeatMap.draw(grid, text.ofWord(r), r + "  " + word, range));
      Files.write(
          folder.resolve(String.format(Locale.ROOT, "%s-word-%02d-%s.png", name, r, file)), png);
    }
  }

  /** The thumbnail, which is what the model saw; grey where there is none. */
  private PatchGrid grid(Hit hit) throws IOException {
    IndexAbout.Patches p = about.patches();
    byte[] thumbnail = hit.about().thumbnail();
    if (thumbnail == null) {
      byte[] grey = new byte[3 * p.rows() * p.columns() * p.side() * p.side()];
      Arrays.fill(grey, (byte) 160);
      RgbImage plain = new RgbImage(p.columns() * p.side(), p.rows() * p.side(), grey);
      return new PatchGrid(plain, p.rows(), p.columns());
    }
    try {
      RgbImage image = ImageDecoder.decode(thumbnail, DecodeOptions.DEFAULT);
      return new PatchGrid(image, p.rows(), p.columns());
    } catch (UndecodableImage e) {
      throw new BadInput("thumbnail of " + hit.id() + " cannot be used: " + e.reason(), e);
    }
  }
}
