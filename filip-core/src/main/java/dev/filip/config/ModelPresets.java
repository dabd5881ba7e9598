package dev.filip.config;

import dev.filip.io.BadInput;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Named model sizes. The vocabulary is always the tokenizer's. Immutable.
 *
 * <p>Sources: the paper's table of architecture parameters ({@code vit-b-32}, {@code vit-l-14},
 * shared width 256; {@code vit-b-16} by analogy), CLIP's own widths for the global baselines, and
 * small ones whose sizes were measured on two processor cores.
 */
public final class ModelPresets {
  private static final Map<String, ModelConfig> PRESETS = all();

  private ModelPresets() {}

  /** The names, in the order of the documentation. */
  public static Set<String> names() {
    return PRESETS.keySet();
  }

  /** A preset by name; an unknown one is {@link BadInput} with the nearest name. */
  public static ModelConfig get(String name) {
    ModelConfig preset = PRESETS.get(name);
    if (preset == null) {
      throw Choices.notOneOf(names(), "model", name);
    }
    return preset;
  }

  private static Map<String, ModelConfig> all() {
    Map<String, ModelConfig> all = new LinkedHashMap<>();
    all.put("vit-tiny-84", small(84, 14, 64, 2));
    all.put("vit-emoji-72", small(72, 18, 96, 3));
    TextConfig b = text(512);
    TextConfig l = text(768);
    all.put("vit-b-32", late(vision(32, 768, 12), b));
    all.put("vit-b-16", late(vision(16, 768, 12), b));
    all.put("vit-l-14", late(vision(14, 1024, 24), l));
    all.put("clip-vit-b-32", global(vision(32, 768, 12), b, 512));
    all.put("clip-vit-b-16", global(vision(16, 768, 12), b, 512));
    all.put("clip-vit-l-14", global(vision(14, 1024, 24), l, 768));
    return Collections.unmodifiableMap(all);
  }

  private static ModelConfig small(int size, int patch, int width, int heads) {
    return model(
        new VisionConfig(size, patch, width, 3, heads),
        new TextConfig(64, 2, 2, 32, 0),
        64,
        Interaction.LATE);
  }

  private static VisionConfig vision(int patch, int width, int layers) {
    return new VisionConfig(224, patch, width, layers, width / 64);
  }

  private static TextConfig text(int width) {
    return new TextConfig(width, 12, width / 64, 77, 0);
  }

  private static ModelConfig late(VisionConfig vision, TextConfig text) {
    return model(vision, text, 256, Interaction.LATE);
  }

  private static ModelConfig global(VisionConfig vision, TextConfig text, int d) {
    return model(vision, text, d, Interaction.GLOBAL);
  }

  private static ModelConfig model(
      VisionConfig vision, TextConfig text, int d, Interaction interaction) {
    return new ModelConfig(
        vision,
        text,
        d,
        Activation.QUICK_GELU,
        interaction,
        false,
        TextBehaviour.TRANSFORMERS,
        PixelBehaviour.TRANSFORMERS);
  }
}
