package dev.filip.textmodel;

import dev.filip.config.ModelConfig;
import dev.filip.config.TextConfig;
import dev.filip.folder.FolderFingerprint;
import dev.filip.folder.Layout;
import dev.filip.folder.ModelFiles;
import dev.filip.folder.SafetensorsFile;
import dev.filip.folder.TensorInfo;
import dev.filip.io.BadInput;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.TokenBatch;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model folder's text tower in plain Java: no native library is loaded, weights stay where the
 * file is mapped, so that a query is encoded before libtorch would have been unpacked. Equal to
 * libtorch's tower in fp32 to rounding (1e-4 at most; a test holds it to that). Thread-safe;
 * nothing of it may be used after {@link #close}.
 */
public final class TextModel implements AutoCloseable {
  /** Rows of one pass: enough that weights are read for many at once. */
  private static final int ROWS = 256;

  private final ModelConfig config;
  private final BpeTokenizer tokenizer;
  private final SafetensorsFile file;
  private final TensorInfo embedding;
  private final float[] positions;
  private final List<TextBlock> blocks = new ArrayList<>();
  private final LayerNorm after;
  private final Linear projection;

  private TextModel(ModelConfig config, BpeTokenizer tokenizer, SafetensorsFile file) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.file = file;
    TextConfig text = config.text();
    embedding = file.info(Layout.TOKENS);
    positions = file.floats(Layout.TEXT_POSITIONS);
    for (int i = 0; i < text.layers(); i++) {
      String name = "text_model.encoder.layers." + i;
      blocks.add(new TextBlock(file, name, text.heads(), text.blocks()));
    }
    after = LayerNorm.of(file, "text_model.final_layer_norm", text.blocks().layerNormEps());
    projection = Linear.of(file, "text_projection", false);
  }

  /** Opens a folder; a damaged or foreign one is {@link BadInput} in one line. */
  @SuppressWarnings("MustBeClosedChecker") // closed with the model
  public static TextModel open(Path folder) {
    ModelConfig config = ModelFiles.readConfig(folder);
    BpeTokenizer tokenizer = ModelFiles.tokenizer(folder, config);
    SafetensorsFile file = ModelFiles.weights(folder);
    try {
      ModelFiles.check(folder.resolve(ModelFiles.WEIGHTS), file.tensors(), config);
      return new TextModel(config, tokenizer, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** What the model is. */
  public ModelConfig config() {
    return config;
  }

  /** The folder's tokenizer. */
  public BpeTokenizer tokenizer() {
    return tokenizer;
  }

  /**
   * Names the folder's encoder, image tower and all ({@link FolderFingerprint}); reads every
   * weight.
   *
   * @param arithmetic what the towers compute in, such as {@code fp32}
   */
  public String fingerprint(String arithmetic) {
    return FolderFingerprint.of(config, tokenizer, file, arithmetic);
  }

  /** exp of the learnt log-scale. */
  public double logitScale() {
    return Math.exp(file.floats(Layout.LOGIT_SCALE)[0]);
  }

  /** Unit vectors of texts in fp32, [BOS] to [EOS], cut at the model's context. */
  public Encoded texts(List<String> texts) {
    return texts(tokenizer.batch(texts, config.text().context()));
  }

  /** The same of texts as ids. */
  public Encoded texts(TokenBatch batch) {
    int d = config.embedDim();
    int[] lengths = batch.length();
    float[] rows = new float[Math.multiplyExact(Arrays.stream(lengths).sum(), d)];
    float[] globals = new float[Math.multiplyExact(batch.rows(), d)];
    int at = 0;
    for (int from = 0; from < batch.rows(); ) {
      int to = from + 1;
      int count = lengths[from];
      while (to < batch.rows() && count + lengths[to] <= ROWS) {
        count += lengths[to++];
      }
      float[] part = project(batch.slice(from, to - from), count);
      System.arraycopy(part, 0, rows, at * d, count * d);
      for (int i = from; i < to; i++) {
        System.arraycopy(
            rows, (at + batch.pooled(i, config.text().pooling())) * d, globals, i * d, d);
        at += lengths[i];
      }
      from = to;
    }
    return new Encoded(Tokens.packed(rows, d, lengths.clone()), Tokens.ofRows(globals, d));
  }

  /** Unit rows of all tokens of some texts, {@code [count,d]}. */
  private float[] project(TokenBatch batch, int count) {
    int w = config.text().width();
    float[] x = embed(batch, count);
    TextBlock.Scratch own =
        new TextBlock.Scratch(count, w, config.text().blocks().intermediateSize());
    for (TextBlock block : blocks) {
      block.forward(x, count, batch.length(), own);
    }
    after.forward(x, count, own.normed);
    float[] projected = new float[count * config.embedDim()];
    projection.forward(own.normed, count, projected);
    normalise(projected, config.embedDim());
    return projected;
  }

  private float[] embed(TokenBatch batch, int count) {
    TextConfig text = config.text();
    int w = text.width();
    float[] x = new float[count * w];
    float[] row = new float[w];
    int at = 0;
    for (int i = 0; i < batch.rows(); i++) {
      BadInput.require(
          batch.length()[i] <= text.context(),
          "text length",
          batch.length()[i],
          "at most the model's context " + text.context());
      for (int p = 0; p < batch.length()[i]; p++, at += w) {
        int id = batch.ids()[i * batch.context() + p];
        BadInput.require(
            id >= 0 && id < text.vocabularySize(),
            "token id",
            id,
            "in 0.." + (text.vocabularySize() - 1));
        file.read(embedding, (long) id * w, row);
        for (int c = 0; c < w; c++) {
          x[at + c] = row[c] + positions[p * w + c];
        }
      }
    }
    return x;
  }

  private static void normalise(float[] rows, int d) {
    for (int at = 0; at < rows.length; at += d) {
      double squares = 0;
      for (int c = at; c < at + d; c++) {
        squares += (double) rows[c] * rows[c];
      }
      if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
        throw new BadInput(
            "the text tower's vectors have the squared length "
                + squares
                + ": its weights hold numbers that are not finite, or only 0");
      }
      float scale = (float) (1 / Math.sqrt(squares));
      for (int c = at; c < at + d; c++) {
        rows[c] *= scale;
      }
    }
  }

  /** Unmaps the weights. */
  @Override
  public void close() {
    file.close();
  }
}
