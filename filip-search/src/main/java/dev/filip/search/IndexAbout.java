package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an index holds vectors of, fixed when it is made ({@code index.json}): an item of another
 * encoder does not come in, a query of another is refused. Immutable.
 *
 * @param model the model folder, for whoever encodes
 * @param encoder SHA-256 in hex over all that makes the vectors
 * @param preprocessing SHA-256 in hex over how images are prepared
 * @param d width
 * @param match {@code late} for tokens, {@code global} for one row an image
 * @param precision arithmetic of the towers, for whoever encodes
 * @param patches where the rows of an image are
 * @param pool rows that an image's patches are pooled into; 0 where each patch keeps its own
 */
public record IndexAbout(
    String model,
    String encoder,
    String preprocessing,
    int d,
    String match,
    String precision,
    Patches patches,
    int pool) {
  static final String FILE = "index.json";
  private static final String FORMAT = "filip-index/1";

  /** With pooled rows, which a program that knows only the first form would take for patches. */
  private static final String POOLED = "filip-index/2";

  /** {@code rows x columns} squares of {@code side} pixels; row {@code first + k} is patch k. */
  public record Patches(int rows, int columns, int side, int first) {}

  /** Of an index whose patches keep their rows. */
  public IndexAbout(
      String model,
      String encoder,
      String preprocessing,
      int d,
      String match,
      String precision,
      Patches patches) {
    this(model, encoder, preprocessing, d, match, precision, patches, 0);
  }

  /**
   * The same with pooled rows.
   *
   * @param rows fewer than an image has patches
   * @throws BadInput where they are not, or the index compares globally
   */
  public IndexAbout pooled(int rows) {
    BadInput.require(isLate(), "--pool", "an index of global vectors", "of an index of tokens");
    int all = patches.rows * patches.columns;
    BadInput.require(
        rows >= 1 && rows < all, "--pool", rows, "in 1.." + (all - 1) + ", of " + all + " patches");
    return new IndexAbout(model, encoder, preprocessing, d, match, precision, patches, rows);
  }

  /** Whether an image is its tokens. */
  public boolean isLate() {
    return match.equals("late");
  }

  /** Whether it holds the same vectors, wherever the model lies. */
  boolean isLike(IndexAbout other) {
    return equals(
        new IndexAbout(
            model,
            other.encoder,
            other.preprocessing,
            other.d,
            other.match,
            other.precision,
            other.patches,
            other.pool));
  }

  /** What its token files are. */
  TokenFile.About tokens() {
    return new TokenFile.About(
        TokenFile.Kind.IMAGES, Tokens.Type.BF16, d, false, encoder, preprocessing);
  }

  /**
   * Refuses vectors of another encoder.
   *
   * @param what is refused, such as {@code the query}
   */
  public void require(String what, String otherEncoder, int width) {
    if (!otherEncoder.equals(encoder) || width != d) {
      throw new BadInput(
          what
              + " was encoded by another model than the index's: encoder "
              + otherEncoder.substring(0, 12)
              + "... of width "
              + width
              + ", the index's is "
              + encoder.substring(0, 12)
              + "... of width "
              + d
              + " (model "
              + model
              + ")");
    }
  }

  ObjectNode toJson() {
    String format = pool == 0 ? FORMAT : POOLED;
    ObjectNode json = Json.object().put("format", format).put("model", model);
    json.put("encoder", encoder).put("preprocessing", preprocessing).put("width", d);
    json.put("match", match).put("precision", precision);
    json.putObject("patches")
        .put("rows", patches.rows)
        .put("columns", patches.columns)
        .put("side", patches.side)
        .put("first", patches.first);
    if (pool > 0) {
      json.put("pool", pool);
    }
    return json;
  }

  /**
   * That of an index.
   *
   * @throws BadInput where there is none, or it is damaged
   */
  public static IndexAbout read(Path index) throws IOException {
    Path file = index.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new BadInput(index + " is no index: it has no " + FILE + " (filip index create)");
    }
    JsonNode json = SealedJson.read(file, FORMAT, POOLED);
    JsonNode p = json.path("patches");
    return new IndexAbout(
        json.path("model").asText(),
        json.path("encoder").asText(),
        json.path("preprocessing").asText(),
        json.path("width").asInt(),
        json.path("match").asText(),
        json.path("precision").asText(),
        new Patches(
            p.path("rows").asInt(),
            p.path("columns").asInt(),
            p.path("side").asInt(),
            p.path("first").asInt()),
        json.path("pool").asInt());
  }
}
