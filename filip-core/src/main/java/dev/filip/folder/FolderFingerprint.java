package dev.filip.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.ModelConfig;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Names a folder's encoder by all that makes its vectors: config, weights in fp32, tokenizer and
 * the arithmetic. Vectors of equal fingerprints compare. Stateless.
 */
public final class FolderFingerprint {
  private static final int BLOCK = 1 << 18;

  private FolderFingerprint() {}

  /**
   * SHA-256 in hex of a folder that is open; reads every weight, or in the {@code filip} command's
   * own process once while they stay as they are ({@link FingerprintCache}).
   *
   * @param file its weights, which fit the config
   * @param arithmetic what the towers compute in, such as {@code fp32}
   */
  public static String of(
      ModelConfig config, BpeTokenizer tokenizer, SafetensorsFile file, String arithmetic) {
    Optional<FingerprintCache> cache = FingerprintCache.ofUser();
    String head = Digests.hex(start(config, tokenizer, arithmetic));
    Supplier<String> read = () -> read(config, file, start(config, tokenizer, arithmetic));
    return cache.isPresent() ? cache.get().of(file.state(), head, read) : read.get();
  }

  private static String read(ModelConfig config, SafetensorsFile file, MessageDigest digest) {
    Map<String, TensorInfo> ordered = new TreeMap<>(file.tensors());
    ordered.keySet().retainAll(Layout.of(config).keySet());
    ordered.values().forEach(info -> add(digest, file, info));
    return Digests.hex(digest);
  }

  /** A digest that holds all but the weights. */
  public static MessageDigest start(ModelConfig config, BpeTokenizer tokenizer, String arithmetic) {
    MessageDigest digest = Digests.sha256();
    JsonNode json = ConfigJson.write(config, tokenizer.bos(), tokenizer.eos(), Json.object());
    Digests.add(digest, Json.line(json));
    Digests.add(digest, tokenizer.fingerprint());
    Digests.add(digest, arithmetic);
    return digest;
  }

  private static void add(MessageDigest digest, SafetensorsFile file, TensorInfo info) {
    Digests.add(digest, info.name());
    byte[] bytes = new byte[BLOCK * Float.BYTES];
    for (long at = 0; at < info.count(); at += BLOCK) {
      int count = (int) Math.min(BLOCK, info.count() - at);
      float[] values = new float[count];
      file.read(info, at, values);
      MemorySegment.copy(
          values,
          0,
          MemorySegment.ofArray(bytes),
          ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
          0,
          count);
      digest.update(bytes, 0, count * Float.BYTES);
    }
  }
}
