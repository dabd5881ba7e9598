package dev.filip.config;

/**
 * Which Python tool's pixel preprocessing a model folder follows; they differ (docs/FORMATS.md).
 */
public enum PixelBehaviour {
  /** Hugging Face transformers: CLIPImageProcessor, Pillow backend. */
  TRANSFORMERS,
  /** open_clip and OpenAI's own code. */
  OPEN_CLIP
}
