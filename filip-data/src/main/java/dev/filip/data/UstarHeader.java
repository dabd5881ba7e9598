package dev.filip.data;

/**
 * What a tar is made of: blocks, one for a member's header, as many as it fills for its content.
 */
final class UstarHeader {
  static final int BLOCK = 512;

  private UstarHeader() {}

  /** Zero bytes that fill the last block of {@code size} bytes. */
  static int padding(long size) {
    return (int) ((BLOCK - size % BLOCK) % BLOCK);
  }
}
