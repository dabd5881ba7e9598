package dev.filip.suite;

import dev.filip.text.Prompts;

/** Which prompts a suite puts class names into, the same for every model. */
public enum SuitePrompts {
  /** The paper's ensemble of each data set. */
  PAPER,
  /** CLIP's published list of each data set. */
  CLIP,
  /** "a photo of a {}." everywhere. */
  SINGLE;

  /** The templates for a data set. */
  Prompts of(String dataset) {
    return switch (this) {
      case PAPER -> Prompts.named(dataset);
      case CLIP -> Prompts.clip(dataset);
      case SINGLE -> Prompts.named("photo");
    };
  }
}
