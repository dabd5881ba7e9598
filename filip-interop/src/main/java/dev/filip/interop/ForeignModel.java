package dev.filip.interop;

import dev.filip.text.BpeTokenizer;

/**
 * A model of another program, recognised but not read. A new kind of source is a class more here
 * and a line more in {@link SourceDetection}.
 */
sealed interface ForeignModel permits HuggingFaceModel, SiglipModel, OpenClipModel, DeclipModel {
  /** What it is, for people: {@code open_clip training checkpoint}. */
  String kind();

  /** Its tensors; closed by who opened the model. */
  WeightSet weights();

  /** How it becomes ours; what cannot is {@link dev.filip.io.BadInput}. */
  ImportPlan plan(ImportOptions options);

  /** Whether it says how pixels are made, or its kind does. */
  default boolean saysItsPixels() {
    return true;
  }

  /** Refuses a tokenizer whose [EOS] is not where the source pools texts, where it says so. */
  default void agrees(ImportOptions options, BpeTokenizer tokenizer) {}
}
