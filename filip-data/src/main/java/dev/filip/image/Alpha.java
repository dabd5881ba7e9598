package dev.filip.image;

/** What becomes of transparency. */
public enum Alpha {
  /** Blended onto white, rounded as PIL's {@code alpha_composite} (transformers 5). */
  WHITE,
  /** Left out: the colour stored under transparent pixels shows (PIL's {@code convert("RGB")}). */
  DROP
}
