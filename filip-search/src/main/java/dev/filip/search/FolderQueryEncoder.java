package dev.filip.search;

import dev.filip.folder.FolderFingerprint;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.TokenSpans;
import dev.filip.textmodel.TextModel;
import dev.filip.tokens.Encoded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model folder's text tower in plain Java: no native library is loaded for words. Thread-safe.
 */
public final class FolderQueryEncoder implements QueryEncoder, AutoCloseable {
  private final TextModel model;
  private final String fingerprint;
  private final boolean late;

  private FolderQueryEncoder(TextModel model, String fingerprint, boolean late) {
    this.model = model;
    this.fingerprint = fingerprint;
    this.late = late;
  }

  /**
   * Opens a folder for an index; one whose encoder is not the index's is {@link
   * dev.filip.io.BadInput}.
   */
  public static FolderQueryEncoder open(Path folder, IndexAbout about) {
    String fingerprint = FolderFingerprint.of(folder, about.precision());
    TextModel model = TextModel.open(folder);
    try {
      about.require("model " + folder, fingerprint, model.config().embedDim());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return new FolderQueryEncoder(model, fingerprint, about.isLate());
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
    BpeTokenizer tokenizer = model.tokenizer();
    TokenSpans spans = tokenizer.encodeWithSpans(text);
    int keep = encoded.tokens().length(0);
    if (!late) {
      int[] none = new int[1];
      return new Text(text, encoded.globals().floats(0), List.of("[EOS]"), none, none);
    }
    int[] ids = cut(spans.ids(), keep);
    List<String> pieces = new ArrayList<>(tokenizer.words(ids));
    pieces.set(0, "[BOS]");
    pieces.set(keep - 1, "[EOS]");
    return new Text(
        text, encoded.tokens().floats(0), pieces, cut(spans.from(), keep), cut(spans.to(), keep));
  }

  /** The first {@code keep}, of which the last is [EOS]'s. */
  private static int[] cut(int[] all, int keep) {
    int[] out = Arrays.copyOf(all, keep);
    out[keep - 1] = all[all.length - 1];
    return out;
  }

  /** Unmaps the weights. */
  @Override
  public void close() {
    model.close();
  }
}
