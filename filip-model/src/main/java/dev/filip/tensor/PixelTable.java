package dev.filip.tensor;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Images of bytes made the towers' numbers on their device, by a table of the 3 x 256 values that
 * the CPU's images have: the same bits in fp32; where products round to 16 bits, the table is
 * rounded so, once, and the numbers are those the products would have made of fp32's. Thread-safe.
 */
public final class PixelTable implements AutoCloseable {
  private static final int CHANNELS = 3;
  private static final int VALUES = 256;

  /** Numbers that are looked up at a time: bounds the indices, four bytes each. */
  private static final long TOGETHER = 1L << 24;

  private final Kept owned = new Kept();
  private final Tensor table;
  private final Tensor offsets;

  /**
   * The table of some settings, for a model's arithmetic and device.
   *
   * @param values of byte v of channel c at {@code 256 c + v}
   */
  public PixelTable(float[] values, Compute compute) {
    if (values.length != CHANNELS * VALUES) {
      throw new IllegalArgumentException("3 x 256 values are needed, got " + values.length);
    }
    try (var _ = new StepScope()) {
      Tensor here = Tensors.fromFloats(values, values.length).to(compute.precision().type());
      Tensor first = Tensors.fromInts(new int[] {0, VALUES, 2 * VALUES}, 1, CHANNELS, 1, 1);
      table = owned.add(here.to(compute.device().device(), here.scalar_type()));
      offsets = owned.add(first.to(compute.device().device(), ScalarType.Int));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /**
   * Normalised images; of the open scope.
   *
   * @param bytes {@code [b,h,w,3]}, on the device
   * @return {@code [b,3,h,w]}, in the arithmetic's type
   */
  public Tensor images(Tensor bytes) {
    Tensors.expect(bytes, "images of bytes", -1, -1, -1, CHANNELS);
    long b = bytes.size(0);
    long each = bytes.size(1) * bytes.size(2) * CHANNELS;
    long[] shape = {b, CHANNELS, bytes.size(1), bytes.size(2)};
    Tensor images;
    try (StepScope scope = new StepScope()) {
      images = scope.up(torch.empty(shape, table.options(), new MemoryFormatOptional()));
    }
    long most = Math.max(1, TOGETHER / Math.max(1, each));
    for (long at = 0; at < b; at += most) {
      long count = Math.min(most, b - at);
      try (var _ = new StepScope()) {
        look(bytes.narrow(0, at, count), images.narrow(0, at, count));
      }
    }
    return images;
  }

  private void look(Tensor bytes, Tensor into) {
    TensorOptions options = offsets.options();
    Tensor index = torch.empty(Tensors.shape(into), options, new MemoryFormatOptional());
    index.copy_(bytes.permute(0, 3, 1, 2));
    index.add_(offsets);
    torch.index_select_out(into.view(into.numel()), table, 0, index.view(index.numel()));
  }

  @Override
  public void close() {
    owned.close();
  }
}
