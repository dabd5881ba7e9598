package dev.filip.interop;

import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * How a source becomes a model.
 *
 * @param config what the source is, before the user's wishes
 * @param rules their tensors and ours
 * @param computed tensors of ours made of several of theirs
 * @param leftOut tensors of theirs that are not needed, with the reason
 * @param fresh ours that the source does not have, with the reason
 * @param trained the interaction the weights were trained with
 * @param tokenizer folder of tokenizer files where the source has one
 * @param pooling which token's vector stands for a text in the source
 * @param notes what the user should know
 */
record ImportPlan(
    ModelConfig config,
    List<TensorRule> rules,
    List<Computed> computed,
    Map<String, String> leftOut,
    Map<String, String> fresh,
    Interaction trained,
    Optional<Path> tokenizer,
    Pooling pooling,
    PixelSource pixels,
    List<String> notes) {
  ImportPlan {
    rules = List.copyOf(rules);
    computed = List.copyOf(computed);
    leftOut = Map.copyOf(leftOut);
    fresh = Collections.unmodifiableMap(new LinkedHashMap<>(fresh));
    notes = List.copyOf(notes);
  }

  /** A source that has all of ours. */
  ImportPlan(
      ModelConfig config,
      List<TensorRule> rules,
      List<Computed> computed,
      Map<String, String> leftOut,
      Interaction trained,
      Optional<Path> tokenizer,
      Pooling pooling,
      PixelSource pixels,
      List<String> notes) {
    this(config, rules, computed, leftOut, Map.of(), trained, tokenizer, pooling, pixels, notes);
  }

  /** Where a text's vector is taken. */
  enum Pooling {
    /** At [EOS] by its id. */
    EOS,
    /** At the largest id, which must be [EOS]. */
    LARGEST_ID,
    /** At the largest id, with {@code <|mask|>} before [BOS] and [EOS] at the end of the ids. */
    LARGEST_ID_WITH_MASK
  }

  /**
   * One of ours made of several of theirs.
   *
   * @param make given theirs by name
   */
  record Computed(
      String ours, List<String> theirs, Function<Function<String, Tensor>, Tensor> make) {}
}
