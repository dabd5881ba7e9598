package dev.filip.loss;

import dev.filip.io.BadInput;
import dev.filip.tensor.Bf16Products;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Precision;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What features are rounded to before similarities are made of them (paper 2.3: 16 bits before
 * communication). Sums stay fp32; the gradient passes through the rounding unchanged.
 *
 * <p>Of the rounded features value and gradient are exact up to the order of sums (1e-6 of the fp64
 * oracle's), for fp32 holds products of two 16-bit numbers exactly. Of the features as they were:
 * with u = 2^-8 for bf16 (8 significant bits) and 2^-11 for fp16 (11), similarities of unit rows
 * are off by at most 2u + u^2 and a loss by 2 x scale x that; the gradient, in norm, by about u (1
 * + scale / sqrt(d)), which tests hold below 4u, and below 16u where near ties change winners.
 */
public enum FeaturePrecision {
  FP32(ScalarType.Float),
  BF16(ScalarType.BFloat16),
  FP16(ScalarType.Half);

  /** Width from which products of bf16 save a share of a step that can be seen (measured). */
  private static final int WIDE_ENOUGH = 128;

  private final ScalarType type;

  FeaturePrecision(ScalarType type) {
    this.type = type;
  }

  /** A precision and why it was chosen: one line for the user. */
  public record Chosen(FeaturePrecision precision, String why) {
    private static Chosen of(FeaturePrecision precision, String why) {
      return new Chosen(precision, "features " + precision.word() + ": " + why);
    }
  }

  /** By its name in a run config, without {@code auto}. */
  public static FeaturePrecision of(String name) {
    return switch (name) {
      case "fp32" -> FP32;
      case "bf16" -> BF16;
      case "fp16" -> FP16;
      default -> throw BadInput.of("loss.feature_precision", name, "fp32, bf16 or fp16");
    };
  }

  /**
   * What a run config's word means for a run that begins; {@code auto} goes by what is known of the
   * machine, or was measured of it once. Never fp16 of itself: it rounds eight times finer than
   * bf16, but what it cannot hold becomes 0 or infinite.
   *
   * @param towers their arithmetic and device
   * @param width of the features
   * @param ranks that send each other features
   */
  public static Chosen choose(String name, Compute towers, int width, int ranks) {
    return choose(name, towers, width, ranks, () -> Bf16Products.fast().isPresent());
  }

  static Chosen choose(
      String name, Compute towers, int width, int ranks, BooleanSupplier fastProducts) {
    if (!name.equals("auto")) {
      return Chosen.of(of(name), "asked for");
    }
    if (!towers.device().isCpu()) {
      return Chosen.of(BF16, "the loss runs on a GPU");
    }
    if (ranks > 1) {
      return Chosen.of(BF16, "they are sent to " + ranks + " ranks, in half the bytes");
    }
    return towers.precision() == Precision.BF16
            && width >= WIDE_ENOUGH
            && fastProducts.getAsBoolean()
        ? Chosen.of(BF16, "as the towers', and this machine multiplies them twice as fast")
        : Chosen.of(FP32, "they stay in this process, where 16 bits save nothing");
  }

  /** Its name in a run config. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it is rounded to. */
  ScalarType type() {
    return type;
  }

  /** As it is sent to other ranks: half the bytes where it was rounded, without further loss. */
  Tensor narrow(Tensor rounded) {
    return this == FP32 ? rounded : rounded.to(type);
  }

  /** As it is multiplied. */
  Tensor widen(Tensor received) {
    return this == FP32 ? received : received.to(ScalarType.Float);
  }

  Rounded round(Tensor features) {
    if (this == FP32) {
      return new Rounded(features, false);
    }
    try (Tensor half = features.to(type)) {
      return new Rounded(half.to(ScalarType.Float), true);
    }
  }

  /**
   * Features as a loss multiplies them: the caller's own tensor, or a rounded copy that we free.
   */
  record Rounded(Tensor tensor, boolean own) implements AutoCloseable {
    @Override
    public void close() {
      if (own) {
        tensor.close();
      }
    }
  }
}
