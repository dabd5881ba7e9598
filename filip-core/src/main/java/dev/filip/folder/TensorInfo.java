package dev.filip.folder;

/**
 * Where a tensor lies in a safetensors file.
 *
 * @param begin first byte, counted from the end of the header
 * @param end byte after the last
 */
public record TensorInfo(String name, Dtype dtype, long[] shape, long begin, long end) {
  /** Numbers in it. */
  public long count() {
    return (end - begin) / dtype.bytes();
  }
}
