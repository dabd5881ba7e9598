package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a source says about its pixels; made into {@code preprocessor_config.json} by the caller.
 */
public sealed interface PixelSource {
  /** The source's own {@code preprocessor_config.json}. */
  record Carried(JsonNode json) implements PixelSource {}

  /** {@code preprocess_cfg} of {@code open_clip_config.json}, for pictures of this side. */
  record OpenClip(JsonNode preprocess, int imageSize) implements PixelSource {}

  /** Nothing is said: CLIP's resize, crop, mean and deviation. */
  record Clip(int imageSize) implements PixelSource {}

  /** Nothing is said: SigLIP's resize to the exact size, mean and deviation 0.5. */
  record Siglip(int imageSize) implements PixelSource {}

  /** DeCLIP's test transform: ImageNet's resize by 8/7, centre crop, mean and deviation. */
  record ImageNet(int imageSize) implements PixelSource {}
}
