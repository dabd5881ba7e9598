package dev.filip.data;

import dev.filip.image.PackedImage;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Decoded samples kept until the bound is reached; the first to come stay. Thread-safe. */
final class DecodedCache {
  /** A sample without its file. */
  record Decoded(String key, PackedImage image, List<String> captions) {}

  private record Id(int source, long number) {}

  private final ConcurrentHashMap<Id, Decoded> kept = new ConcurrentHashMap<>();
  private final AtomicLong free;

  DecodedCache(long bytes) {
    this.free = new AtomicLong(bytes);
  }

  @Nullable Decoded get(int source, long number) {
    return kept.get(new Id(source, number));
  }

  void put(int source, long number, Decoded sample) {
    long bytes = 4L * sample.image().pixels().length + 200;
    if (free.get() < bytes) {
      return;
    }
    if (free.addAndGet(-bytes) < 0 || kept.putIfAbsent(new Id(source, number), sample) != null) {
      free.addAndGet(bytes);
    }
  }
}
