package dev.filip.config;

import static dev.filip.io.BadInput.require;

/**
 * What a model is: sizes of both towers, the shared width d, and the policies stored with it.
 *
 * @param cls whether [CLS] takes part in late interaction (the paper's group: no)
 * @param text which Python tool's text cleaning it follows
 * @param pixels which Python tool's pixel preprocessing it follows
 */
public record ModelConfig(
    VisionConfig vision,
    TextConfig text,
    int embedDim,
    Activation activation,
    Interaction interaction,
    boolean cls,
    Behaviour textBehaviour,
    Behaviour pixelBehaviour) {
  public ModelConfig {
    require(embedDim > 0, "model.embed_dim", embedDim, "> 0");
  }

  /** Image tokens in late interaction: patches, and [CLS] where the policy says so. */
  public int imageTokens() {
    return vision.patches() + (cls ? 1 : 0);
  }

  public ModelConfig withVocabulary(int size) {
    return new ModelConfig(
        vision,
        text.withVocabulary(size),
        embedDim,
        activation,
        interaction,
        cls,
        textBehaviour,
        pixelBehaviour);
  }

  /** The same for pictures of another size (a multiple of the patch size). */
  public ModelConfig withImageSize(int size) {
    return new ModelConfig(
        new VisionConfig(size, vision.patchSize(), vision.width(), vision.layers(), vision.heads()),
        text,
        embedDim,
        activation,
        interaction,
        cls,
        textBehaviour,
        pixelBehaviour);
  }

  public ModelConfig withInteraction(Interaction other) {
    return new ModelConfig(
        vision, text, embedDim, activation, other, cls, textBehaviour, pixelBehaviour);
  }
}
