package dev.filip.eval.probe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.encode.Embedder;
import dev.filip.encode.PatchLayout;
import dev.filip.encode.Words;
import dev.filip.io.Digests;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.List;

/**
 * A model whose images have one token each: the mean of their patches' unit vectors, [CLS] left
 * out, not normalised again. Safe for any thread as the model is.
 */
final class MeanEmbedder implements Embedder {
  private static final String WHAT = "mean of unit patch vectors without [CLS]";
  private final Embedder model;
  private final Tokens.Type type;

  MeanEmbedder(Embedder model) {
    this(model, Tokens.Type.FP32);
  }

  private MeanEmbedder(Embedder model, Tokens.Type type) {
    this.model = model;
    this.type = type;
  }

  @Override
  public Encoded images(List<Picture> pictures) {
    Encoded all = model.images(pictures);
    int d = width();
    float[] means = new float[all.size() * d];
    for (int i = 0; i < all.size(); i++) {
      mean(all.tokens().floats(i), means, i * d);
    }
    return new Encoded(Tokens.ofRows(means, d).as(type), all.globals().as(type));
  }

  private void mean(float[] rows, float[] to, int at) {
    int d = width();
    int first = layout().first();
    int n = rows.length / d - first;
    for (int j = 0; j < d; j++) {
      double sum = 0;
      for (int k = first; k < first + n; k++) {
        sum += rows[k * d + j];
      }
      to[at + j] = (float) (sum / n);
    }
  }

  @Override
  public MeanEmbedder as(Tokens.Type other) {
    return new MeanEmbedder(model, other);
  }

  @Override
  public String fingerprint() {
    return Digests.sha256(WHAT + " " + model.fingerprint());
  }

  @Override
  public Encoded texts(List<String> texts) {
    Encoded all = model.texts(texts);
    return new Encoded(all.tokens().as(type), all.globals().as(type));
  }

  @Override
  public Interaction interaction() {
    return model.interaction();
  }

  @Override
  public PatchLayout layout() {
    return model.layout();
  }

  @Override
  public int width() {
    return model.width();
  }

  @Override
  public double logitScale() {
    return model.logitScale();
  }

  @Override
  public Picture prepare(byte[] image) throws Unreadable {
    return model.prepare(image);
  }

  @Override
  public Words words(String text) {
    return model.words(text);
  }

  @Override
  public ObjectNode preprocessing() {
    return model.preprocessing();
  }
}
