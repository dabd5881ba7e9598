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
    TextModel model = TextModel.open(folder);
    try {
      String fingerprint = model.fingerprint(ARITHMETIC);
      int d = model.config().embedDim();
      about.require("what " + folder + " encodes", fingerprint, d);
      return new PlainQueryEncoder(model, fingerprint, about.isLate());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
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
