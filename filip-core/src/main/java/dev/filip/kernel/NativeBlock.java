package dev.filip.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory on a cache line: grown, never shrunk, freed after its owner. */
final class NativeBlock {
  private MemorySegment block = MemorySegment.NULL;

  /** Room for so many bytes; what was there is lost where it grows. */
  MemorySegment room(long bytes) {
    if (block.byteSize() < bytes) {
      block = Arena.ofAuto().allocate(bytes, 64);
    }
    return block;
  }

  /** What there is. */
  MemorySegment block() {
    return block;
  }
}
