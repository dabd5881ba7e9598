package dev.filip.config;

import static dev.filip.io.BadInput.require;

/**
 * What a model is: both towers, the shared width d, and the policies stored with it.
 *
 * @param cls whether [CLS] takes part in late interaction (the paper's group: no)
 * @param textBehaviour which Python tool's text cleaning it follows
 * @param pixelBehaviour which Python tool's pixel preprocessing it follows
 */
public record ModelConfig(
    VisionConfig vision,
    TextConfig text,
    int embedDim,
    Interaction interaction,
    boolean cls,
    TextBehaviour textBehaviour,
    PixelBehaviour pixelBehaviour) {
  public ModelConfig {
    require(embedDim > 0, "model.embed_dim", embedDim, "> 0");
    require(
        !cls || vision.kind().classTokens() > 0,
        "model.cls",
        cls,
        "false: a tower of kind siglip has no [CLS]");
  }

  /** Both towers with one activation. */
  public ModelConfig(
      VisionConfig vision,
      TextConfig text,
      int embedDim,
      Activation activation,
      Interaction interaction,
      boolean cls,
      TextBehaviour textBehaviour,
      PixelBehaviour pixelBehaviour) {
    this(
        vision.withBlocks(vision.blocks().withActivation(activation)),
        text.withBlocks(text.blocks().withActivation(activation)),
        embedDim,
        interaction,
        cls,
        textBehaviour,
        pixelBehaviour);
  }

  /** Image tokens in late interaction: patches, and [CLS] where the policy says so. */
  public int imageTokens() {
    return vision.patches() + (cls ? 1 : 0);
  }

  /** The same with a tokenizer's size. */
  public ModelConfig withVocabulary(int size) {
    return with(vision, text.withVocabulary(size));
  }

  /** The same for pictures of another size (a multiple of the patch size). */
  public ModelConfig withImageSize(int size) {
    return with(vision.withImageSize(size), text);
  }

  /** The same policies for other towers. */
  public ModelConfig with(VisionConfig otherVision, TextConfig otherText) {
    return new ModelConfig(
        otherVision, otherText, embedDim, interaction, cls, textBehaviour, pixelBehaviour);
  }

  /** The same with another shared width. */
  public ModelConfig withEmbedDim(int other) {
    return new ModelConfig(vision, text, other, interaction, cls, textBehaviour, pixelBehaviour);
  }

  /** The same with another interaction. */
  public ModelConfig withInteraction(Interaction other) {
    return new ModelConfig(vision, text, embedDim, other, cls, textBehaviour, pixelBehaviour);
  }
}
