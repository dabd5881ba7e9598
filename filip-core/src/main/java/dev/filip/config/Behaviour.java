package dev.filip.config;

/**
 * Which Python tool's text cleaning or pixel preprocessing a model folder follows; they differ
 * (docs/FORMATS.md).
 */
public enum Behaviour {
  /** Hugging Face transformers: CLIPTokenizer, CLIPImageProcessor. */
  TRANSFORMERS,
  /** open_clip and OpenAI's own code. */
  OPEN_CLIP
}
