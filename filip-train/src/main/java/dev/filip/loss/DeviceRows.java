package dev.filip.loss;

import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * {@link RepeatedRows} of tensors on a device, which reads nothing back. Sums over an image's rows
 * have the rows' order. Tensors of the scope that is open when it is made.
 */
final class DeviceRows {
  private final RepeatedRows rows;
  private final ComputeDevice device;
  private final Tensor image;
  private final Tensor first;

  /** Of a batch whose features are on the device. */
  DeviceRows(RepeatedRows rows, ComputeDevice device) {
    this.rows = rows;
    this.device = device;
    this.image = index(IntStream.range(0, rows.rows()).map(rows::image));
    this.first = rows.none() ? image : index(IntStream.range(0, rows.images()).map(rows::first));
  }

  private Tensor index(IntStream of) {
    long[] all = of.asLongStream().toArray();
    return device.send(Tensors.fromLongs(all, all.length));
  }

  /** Which image each row has, {@code [rows]} int64. */
  Tensor image() {
    return image;
  }

  /** Of {@code [rows,...]} the different images, {@code [images,...]}. */
  Tensor take(Tensor ofRows) {
    return rows.none() ? ofRows : ofRows.index_select(0, first);
  }

  /** Of {@code [images,...]} every row's, {@code [rows,...]}. */
  Tensor repeat(Tensor ofImages) {
    return rows.none() ? ofImages : ofImages.index_select(0, image);
  }

  /** Derivatives by the scores of every image, {@code [images,B]}, from those of its rows. */
  Tensor sum(Tensor ofRows) {
    if (rows.none()) {
      return ofRows;
    }
    try (StepScope scope = new StepScope()) {
      Tensor sum = ofRows.index_select(0, first);
      int[] images = having(1);
      for (int i = 1; images.length > 0; images = having(++i)) {
        int next = i;
        Tensor to = index(Arrays.stream(images));
        Tensor from = index(Arrays.stream(images).map(k -> rows.first(k) + next));
        sum.index_add_(0, to, ofRows.index_select(0, from)); // no image twice: one order
      }
      return scope.up(sum);
    }
  }

  /** Images that have more rows than so many. */
  private int[] having(int more) {
    return IntStream.range(0, rows.images()).filter(k -> rows.count(k) > more).toArray();
  }

  /** A gradient {@code [images,n,d]} at the first row of each image, 0 at its others. */
  Tensor spread(Tensor ofImages) {
    if (rows.none()) {
      return ofImages;
    }
    long[] shape = Tensors.shape(ofImages);
    shape[0] = rows.rows();
    return ofImages.new_zeros(shape).index_copy_(0, first, ofImages);
  }
}
