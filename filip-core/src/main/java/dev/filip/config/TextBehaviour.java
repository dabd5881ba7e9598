package dev.filip.config;

/** Which Python tool's text cleaning a model folder follows; they differ (docs/FORMATS.md). */
public enum TextBehaviour {
  /** Hugging Face transformers: CLIPTokenizer of version 5, CLIPTokenizerFast of version 4. */
  TRANSFORMERS,
  /** open_clip and OpenAI's own code, which need ftfy. */
  OPEN_CLIP,
  /** The same code with ftfy's repairs taken out, as forks and ports have it. */
  OPEN_CLIP_WITHOUT_FTFY,
  /** open_clip's HFTokenizer: open_clip's repairs, then all that transformers does. */
  OPEN_CLIP_HF
}
