package dev.filip.config;

/** Which token's vector stands for a text as a whole. */
public enum TextPooling {
  /** That of [EOS], the last. */
  EOS,
  /**
   * That of the largest id, of several the first: transformers where {@code eos_token_id} is 2, and
   * open_clip's {@code argmax}. It is [EOS] as long as no added token has a larger id.
   */
  LARGEST_ID
}
