package dev.filip.loss;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Checks what a loss is given; messages name both values. */
final class Inputs {
  private Inputs() {}

  /** Batch size, after the shapes of tokens and lengths are found to fit. */
  static int lateBatch(ImageFeatures images, TextFeatures texts) {
    Tensor x = images.tokens();
    Tensor y = texts.tokens();
    require(x.dim() == 3, "image tokens must be [b,n,d], got " + x.dim() + " dimensions");
    require(y.dim() == 3, "text tokens must be [b,m,d], got " + y.dim() + " dimensions");
    same("batch", x.size(0), y.size(0));
    same("width", x.size(2), y.size(2));
    require(x.size(0) > 0 && x.size(1) > 0, "a loss needs at least one pair and one image token");
    int b = Math.toIntExact(x.size(0));
    same("length of text_length", texts.length().length, b);
    for (int length : texts.length()) {
      require(
          length >= 1 && length <= y.size(1),
          "a text length must be in [1, " + y.size(1) + "], got " + length);
    }
    return b;
  }

  /** Batch size of embeddings. */
  static int globalBatch(ImageFeatures images, TextFeatures texts) {
    Tensor x = images.embeds();
    Tensor y = texts.embeds();
    require(x.dim() == 2 && y.dim() == 2, "embeddings must be [b,d]");
    same("batch", x.size(0), y.size(0));
    same("width", x.size(1), y.size(1));
    return Math.toIntExact(x.size(0));
  }

  /**
   * The memory of a tensor, for kernels that know no tensors. Valid while the tensor lives.
   *
   * @throws IllegalArgumentException unless the tensor is contiguous fp32 on the CPU
   */
  @SuppressWarnings("restricted") // the tensor says how many bytes it holds
  static MemorySegment memory(Tensor tensor) {
    if (!tensor.is_cpu()
        || tensor.scalar_type().intern() != ScalarType.Float
        || !tensor.is_contiguous()) {
      throw new IllegalArgumentException(
          "features must be contiguous fp32 tensors on the CPU, got "
              + tensor.scalar_type().intern()
              + (tensor.is_cpu() ? "" : " on another device")
              + (tensor.is_contiguous() ? "" : ", strided"));
    }
    long bytes = Math.multiplyExact(tensor.numel(), Float.BYTES);
    return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(bytes);
  }

  /** Features on a device, contiguous; their own tensor where they are there. */
  static Tensor on(ComputeDevice device, Tensor features) {
    Tensor there = features.is_cpu() ? device.send(features.contiguous()) : features;
    return there.contiguous();
  }

  /** A number on a device. */
  static Tensor number(double value, ComputeDevice device) {
    TensorOptions options = new TensorOptions(ScalarType.Double);
    return torch.full(
        new long[0],
        new Scalar(value),
        device.isCpu() ? options : options.device(new DeviceOptional(device.device())));
  }

  /** fp32 zeros of a shape, where it is. */
  static Tensor zeros(Tensor like) {
    TensorOptions options = new TensorOptions(ScalarType.Float);
    return torch.zeros(Tensors.shape(like), options.device(new DeviceOptional(like.device())));
  }

  /** A number where the features are: the fault's ordinal, or 0 where all of them are finite. */
  static Tensor fault(Tensor features, NonFiniteLoss.Fault fault) {
    Tensor broken = features.isfinite().all().logical_not();
    return broken.to(ScalarType.Double).mul(new Scalar((double) fault.ordinal()));
  }

  /** Its numbers read where that waits for nothing. */
  static LossGradient read(LossGradient found, ComputeDevice device) {
    if (device.isCpu()) {
      found.numbers().read();
    }
    return found;
  }

  private static void same(String what, long image, long text) {
    require(
        image == text,
        "images and texts must have one " + what + ", got " + image + " and " + text);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
