package dev.filip.train;

import dev.filip.data.Pixels;
import dev.filip.tensor.CopyQueue;
import dev.filip.tensor.PixelTable;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The images of a batch as bytes on a device, or on their way there, made floats a part at a time
 * where the towers ask for them. An image of several rows is there once. Owns what lies there.
 */
final class DevicePixels implements Pixels, AutoCloseable {
  private final Pixels images;
  private final int[] place;
  private final CopyQueue.Sent sent;
  private final PixelTable table;

  private DevicePixels(Pixels images, int[] place, CopyQueue.Sent sent, PixelTable table) {
    this.images = images;
    this.place = place;
    this.sent = sent;
    this.table = table;
  }

  /**
   * Sends them off.
   *
   * @param bytes of {@code images}
   * @param side pixels a side
   * @param table their values; borrowed
   */
  static DevicePixels send(
      Pixels images, Pixels.Bytes bytes, int side, PixelTable table, CopyQueue queue) {
    int[] place = places(images);
    int distinct = place.length == 0 ? 0 : place[place.length - 1] + 1;
    try (var _ = new StepScope()) {
      Tensor host = queue.memory(ScalarType.Byte, distinct, side, side, 3);
      MemorySegment to = Tensors.bytes(host);
      long each = images.each();
      for (int row = 0, n; row < place.length; row += n) {
        n = neighbours(place, row);
        bytes.write(row, n, to.asSlice(place[row] * each, n * each));
      }
      return new DevicePixels(images, place, queue.send(host), table);
    }
  }

  /** Of each row, which of the distinct images it has. */
  private static int[] places(Pixels images) {
    int[] place = new int[images.size()];
    for (int row = 1; row < place.length; row++) {
      place[row] = place[row - 1] + (images.repeats(row) ? 0 : 1);
    }
    return place;
  }

  /** Rows from one on whose images follow each other; a repeated one ends them. */
  private static int neighbours(int[] place, int row) {
    int n = 1;
    while (row + n < place.length && place[row + n] == place[row] + n) {
      n++;
    }
    return n;
  }

  /**
   * So many distinct images from a row's on, {@code [count,3,h,w]}; of the open scope, on the
   * model's device.
   */
  Tensor images(int row, int count) {
    return table.images(sent.arrived().narrow(0, place[row], count));
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public int each() {
    return images.each();
  }

  @Override
  public boolean repeats(int i) {
    return images.repeats(i);
  }

  @Override
  public void write(int from, int count, MemorySegment to) {
    images.write(from, count, to);
  }

  @Override
  public void close() {
    sent.close();
  }
}
