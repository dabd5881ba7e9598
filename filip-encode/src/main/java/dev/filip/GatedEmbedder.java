package dev.filip;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.encode.Embedder;
import dev.filip.encode.PatchLayout;
import dev.filip.encode.Words;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.List;

/** An embedder whose weights are used through a gate; what needs none of them goes on after. */
record GatedEmbedder(Embedder model, double logitScale, Gate gate) implements Embedder {
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
  public Embedder as(Tokens.Type type) {
    return new GatedEmbedder(model.as(type), logitScale, gate);
  }

  @Override
  public String fingerprint() {
    return gate.use(model::fingerprint);
  }

  @Override
  public Picture prepare(byte[] image) throws Unreadable {
    return model.prepare(image);
  }

  @Override
  public Encoded images(List<Picture> pictures) {
    return gate.use(() -> model.images(pictures));
  }

  @Override
  public Encoded texts(List<String> texts) {
    return gate.use(() -> model.texts(texts));
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
