package dev.filip.distributed;

import org.bytedeco.pytorch.Tensor;

/**
 * What one library does with contiguous tensors of one kind of memory: the four operations of a
 * {@link Communicator}, whose results the caller has made. Used by one thread at a time.
 */
interface Collectives extends AutoCloseable {
  /** {@code [rows,...]} of each rank to {@code [world*rows,...]} in rank order. */
  void gather(Tensor all, Tensor own);

  /** The sum of all ranks' {@code [world*rows,...]}, of which each gets its {@code [rows,...]}. */
  void scatterSum(Tensor own, Tensor whole);

  /** Starts to replace a tensor by its sum over all ranks. */
  Communicator.Pending sum(Tensor tensor);

  /** Replaces a tensor by rank 0's. */
  void takeFirst(Tensor tensor);

  @Override
  void close();
}
