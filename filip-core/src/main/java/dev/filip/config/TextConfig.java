package dev.filip.config;

import static dev.filip.io.BadInput.require;

/**
 * Sizes and form of the text tower: causal, learned positions. {@code vocabularySize} 0 means:
 * taken from the tokenizer.
 */
public record TextConfig(
    int width,
    int layers,
    int heads,
    int context,
    int vocabularySize,
    BlockForm blocks,
    TextPooling pooling) {
  public TextConfig {
    require(layers > 0, "text.layers", layers, "> 0");
    require(layers <= BlockForm.MOST_LAYERS, "text.layers", layers, "<= " + BlockForm.MOST_LAYERS);
    require(
        heads > 0 && width > 0 && width % heads == 0,
        "text.width",
        width,
        "a positive multiple of heads " + heads);
    require(context >= 2, "text.context", context, ">= 2 ([BOS] and [EOS])");
    require(vocabularySize >= 0, "text.vocabulary_size", vocabularySize, ">= 0");
  }

  /** Pooled at [EOS]. */
  public TextConfig(
      int width, int layers, int heads, int context, int vocabularySize, BlockForm blocks) {
    this(width, layers, heads, context, vocabularySize, blocks, TextPooling.EOS);
  }

  /** CLIP's form with QuickGELU. */
  public TextConfig(int width, int layers, int heads, int context, int vocabularySize) {
    this(
        width,
        layers,
        heads,
        context,
        vocabularySize,
        BlockForm.clip(width, Activation.QUICK_GELU));
  }

  /** The same with a tokenizer's size. */
  public TextConfig withVocabulary(int size) {
    return new TextConfig(width, layers, heads, context, size, blocks, pooling);
  }

  /** The same with blocks of another form. */
  public TextConfig withBlocks(BlockForm other) {
    return new TextConfig(width, layers, heads, context, vocabularySize, other, pooling);
  }

  /** The same pooled elsewhere. */
  public TextConfig withPooling(TextPooling other) {
    return new TextConfig(width, layers, heads, context, vocabularySize, blocks, other);
  }
}
