package dev.filip.model;

import dev.filip.config.ModelConfig;
import dev.filip.nn.Blocks;
import dev.filip.tensor.Compute;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Pixels to projected tokens. */
sealed interface ImageTower permits ClipImageTower, SiglipImageTower {
  /** The tower the config asks for. */
  static ImageTower of(ParameterMap weights, ModelConfig config, Blocks.Maker stack) {
    return switch (config.vision().kind()) {
      case CLIP, DECLIP -> new ClipImageTower(weights, config.vision(), stack);
      case SIGLIP -> new SiglipImageTower(weights, config.vision(), stack);
    };
  }

  /**
   * The tower on pixels {@code [b,3,h,w]}.
   *
   * @param watch is given each block's residual output, or null
   */
  ProjectedImages project(
      Tensor pixels, Compute compute, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch);
}
