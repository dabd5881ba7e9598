package dev.filip.checkpoint;

import dev.filip.folder.FolderFingerprint;
import dev.filip.io.Digests;
import dev.filip.model.FilipModel;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.BpeTokenizer;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Names an encoder by all that makes its vectors: config, weights in fp32, tokenizer and the
 * arithmetic. Vectors of equal fingerprints compare. Stateless.
 */
public final class ModelFingerprint {
  private static final int BLOCK = 1 << 20;

  private ModelFingerprint() {}

  /** SHA-256 in hex of the model as it is now; reads every weight. */
  public static String of(FilipModel model, BpeTokenizer tokenizer, Precision arithmetic) {
    MessageDigest digest = FolderFingerprint.start(model.config(), tokenizer, arithmetic.word());
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      new TreeMap<>(model.parameters().merged())
          .forEach((name, tensor) -> add(digest, name, tensor));
    }
    return Digests.hex(digest);
  }

  private static void add(MessageDigest digest, String name, Tensor tensor) {
    Digests.add(digest, name);
    try (var _ = new StepScope()) {
      MemorySegment bytes = Tensors.bytes(Tensors.plain(tensor, ScalarType.Float));
      for (long at = 0; at < bytes.byteSize(); at += BLOCK) {
        digest.update(bytes.asSlice(at, Math.min(BLOCK, bytes.byteSize() - at)).asByteBuffer());
      }
    }
  }
}
