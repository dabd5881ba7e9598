package dev.filip.loss;

import dev.filip.kernel.PairScores;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows of a batch of which some have the very image features of the row before: each image is
 * matched once, its scores stand in all its rows, and the derivatives of its rows go to the first.
 * Immutable.
 */
final class RepeatedRows {
  private final int[] first;
  private final int[] image;

  /**
   * @param first the rows that begin another image, ascending from 0
   * @param rows of the batch
   */
  RepeatedRows(int[] first, int rows) {
    this.first = first.clone();
    this.image = new int[rows];
    for (int i = 0, next = 0; i < rows; i++) {
      next += next < first.length && first[next] == i ? 1 : 0;
      image[i] = next - 1;
    }
  }

  /** Whether every row has an image of its own. */
  boolean none() {
    return first.length == image.length;
  }

  /** Of the batch. */
  int rows() {
    return image.length;
  }

  /** Different images. */
  int images() {
    return first.length;
  }

  /** The row that begins an image. */
  int first(int image) {
    return first[image];
  }

  /** Rows of an image, which follow each other. */
  int count(int image) {
    return (image + 1 < first.length ? first[image + 1] : rows()) - first[image];
  }

  /** The image of a row, counted among the different ones. */
  int image(int row) {
    return image[row];
  }

  /** Of {@code [rows,n,d]} the different images, {@code [images,n,d]}. */
  Tensor take(Tensor rows) {
    return none() ? rows : rows.index_select(0, index());
  }

  /**
   * The opposite for a gradient: at the first row of each image, 0 at its others.
   *
   * @param images {@code [images,n,d]}, which may be given back
   * @param rows {@code [rows,n,d]} zeros
   */
  Tensor spread(Tensor images, Tensor rows) {
    return none() ? images : rows.index_copy_(0, index(), images);
  }

  private Tensor index() {
    return Tensors.fromLongs(Arrays.stream(first).asLongStream().toArray(), first.length);
  }

  /** Scores of every row. */
  PairScores spread(PairScores images) {
    return none()
        ? images
        : new PairScores(
            image.length,
            images.texts(),
            spread(images.sImage(), images.texts()),
            spread(images.sText(), images.texts()));
  }

  private float[] spread(float[] scores, int texts) {
    float[] out = new float[image.length * texts];
    for (int row = 0; row < image.length; row++) {
      System.arraycopy(scores, image[row] * texts, out, row * texts, texts);
    }
    return out;
  }

  /** Derivatives by the scores of every image, from those of its rows. */
  float[] sum(float[] rows) {
    if (none()) {
      return rows;
    }
    int texts = rows.length / image.length;
    float[] out = new float[first.length * texts];
    for (int row = 0; row < image.length; row++) {
      for (int t = 0; t < texts; t++) {
        out[image[row] * texts + t] += rows[row * texts + t];
      }
    }
    return out;
  }
}
