package dev.filip.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.NativeCache;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What was measured of this machine, in a folder of the user's cache: a small file for each key. It
 * only saves measuring: a damaged file is measured again, a folder that cannot be written is left
 * alone (within a process an answer stays what it was). Thread-safe, and safe between processes.
 */
final class SpeedCache {
  /** {@code filip/products} in the user's cache. */
  static final SpeedCache OWN =
      new SpeedCache(NativeCache.userCache().resolve("filip").resolve("products"));

  private static final int NAME = 16;
  private final Path folder;
  private final Map<String, ProductSpeed> known = new ConcurrentHashMap<>();

  SpeedCache(Path folder) {
    this.folder = folder;
  }

  /** The answer of this process, of an earlier one, or a new one. */
  synchronized ProductSpeed get(String key, Supplier<ProductSpeed> measure) {
    ProductSpeed speed = known.get(key);
    if (speed != null) {
      return speed;
    }
    Optional<ProductSpeed> read = read(key);
    if (read.isEmpty()) {
      return renew(key, measure);
    }
    known.put(key, read.get());
    return read.get();
  }

  /** A new answer in place of what was known. */
  synchronized ProductSpeed renew(String key, Supplier<ProductSpeed> measure) {
    ProductSpeed speed = measure.get();
    known.put(key, speed);
    write(key, speed);
    return speed;
  }

  private Path file(String key) {
    return folder.resolve(Digests.sha256(key).substring(0, NAME) + ".json");
  }

  private Optional<ProductSpeed> read(String key) {
    Path file = file(key);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonNode json = Json.read(file);
      double fp32 = json.path("fp32_gflops").asDouble();
      double bf16 = json.path("bf16_gflops").asDouble();
      boolean whole = json.path("of").asText().equals(key) && fp32 > 0 && bf16 > 0;
      return whole ? Optional.of(new ProductSpeed(fp32, bf16)) : Optional.empty();
    } catch (BadInput damaged) {
      return Optional.empty();
    }
  }

  private void write(String key, ProductSpeed speed) {
    String text =
        Json.pretty(
            Json.object()
                .put("of", key)
                .put("fp32_gflops", speed.fp32())
                .put("bf16_gflops", speed.bf16()));
    try {
      Outputs.file(file(key), (text + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return; // the next process measures again
    }
  }
}
