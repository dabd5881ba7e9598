package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.text.TokenSpans;
import dev.filip.textmodel.TextModel;
import dev.filip.tokens.Encoded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A model folder's text tower in plain Java, in fp32: words are encoded before libtorch would have
 * been loaded. Safe for any thread until closed.
 */
public final class PlainQueryEncoder implements QueryEncoder, AutoCloseable {
  private static final String ARITHMETIC = "fp32";

  private final TextModel model;
  private final String fingerprint;
  private final boolean late;

  private PlainQueryEncoder(TextModel model, String fingerprint, boolean late) {
    this.model = model;
    this.fingerprint = fingerprint;
    this.late = late;
  }

  /** Whether an index's vectors are of the arithmetic that this computes in. */
  public static boolean fits(IndexAbout about) {
    return about.precision().equals(ARITHMETIC);
  }

  /**
   * Opens the model of an index; reads every weight once, to know it.
   *
   * @throws BadInput where it is another model
   */
  public static PlainQueryEncoder open(IndexAbout about, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadInput("the index's model " + folder + " is not there: name it with --model");
    }
    PlainQueryEncoder made = open(folder, about.isLate());
    try {
      about.require("what " + folder + " encodes", made.fingerprint, made.width());
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  /**
   * Opens a model for queries of no index in particular.
   *
   * @param late whether each token has a row, or a text one
   * @throws BadInput where it is damaged or no model folder
   */
  public static PlainQueryEncoder open(Path folder, boolean late) {
    TextModel model = TextModel.open(folder);
    try {
      return new PlainQueryEncoder(model, model.fingerprint(ARITHMETIC), late);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** The same model with one row a text; it shares the weights, and closing either closes both. */
  public PlainQueryEncoder global() {
    return new PlainQueryEncoder(model, fingerprint, false);
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int width() {
    return model.config().embedDim();
  }

  @Override
  public Text text(String text) {
    Encoded encoded = model.texts(List.of(text));
    if (!late) {
      return new Text(text, encoded.globals().floats(0), List.of(text), new int[1], new int[1]);
    }
    TokenSpans spans = model.tokenizer().encodeWithSpans(text).cut(encoded.tokens().length(0));
    List<String> pieces = model.tokenizer().words(spans.ids());
    return new Text(text, encoded.tokens().floats(0), pieces, spans.from(), spans.to());
  }

  /** Lets go of the weights. */
  @Override
  public void close() {
    model.close();
  }
}
