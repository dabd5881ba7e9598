package dev.filip.loss;

import dev.filip.tensor.CudaModule;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@code late.cu} on a GPU. <b>Untried</b>: its indexing is proven by a twin on the CPU, its code
 * compiles for sm_80 and sm_90, and no GPU has run it. Used by one thread.
 */
final class CudaLateKernels implements FusedTiles.Kernels {
  private static final int WARPS = 4; // as late.cu
  private static final int LANES = 32;
  private static final int OWN_TOKENS = 64;
  private static final int FEATURES = 128;

  private final LateKernelCode code = LateKernelCode.cached();
  private final Map<LateKernelCode.Types, Loaded> loaded = new HashMap<>();

  private record Loaded(
      CudaModule module, MemorySegment maxima, MemorySegment ofImages, MemorySegment ofTexts) {
    static Loaded of(CudaModule module) {
      return new Loaded(
          module,
          module.kernel("late_maxima"),
          module.kernel("late_gradient_images"),
          module.kernel("late_gradient_texts"));
    }
  }

  /** Kept code that the driver refuses, such as a damaged file, is compiled again. */
  private Loaded of(FusedTiles.Features f, Tensor words) {
    boolean half = f.x().scalar_type().intern() == ScalarType.Half;
    LateKernelCode.Types types = new LateKernelCode.Types(half, words.element_size() == 2);
    return loaded.computeIfAbsent(
        types,
        t -> {
          String architecture = CudaModule.architecture();
          try {
            return Loaded.of(CudaModule.load(code.of(architecture, t)));
          } catch (IllegalStateException e) {
            return Loaded.of(CudaModule.load(code.compiled(architecture, t)));
          }
        });
  }

  private static long at(Tensor t) {
    return t.data_ptr().address();
  }

  @Override
  public void maxima(
      FusedTiles.Features f, Tensor words, Tensor patches, Tensor sImage, Tensor sText) {
    Loaded of = of(f, words);
    int shared = 2 * WARPS * (f.m() + 1) * Float.BYTES;
    of.module.launch(
        of.maxima,
        new CudaModule.Grid(f.images(), f.texts(), 1, WARPS * LANES, shared),
        at(f.x()),
        at(f.y()),
        at(f.length()),
        f.texts(),
        f.n(),
        f.m(),
        f.d(),
        at(words),
        at(patches),
        at(sImage),
        at(sText));
  }

  @Override
  public void gradient(
      boolean texts,
      FusedTiles.Features f,
      Tensor words,
      Tensor patches,
      Tensor dsImage,
      Tensor dsText,
      Tensor out) {
    Loaded of = of(f, words);
    int tokens = texts ? f.m() : f.n();
    int threads = Math.min(FEATURES, Math.ceilDiv(f.d(), LANES) * LANES);
    of.module.launch(
        texts ? of.ofTexts : of.ofImages,
        new CudaModule.Grid(
            texts ? f.texts() : f.images(),
            Math.ceilDiv(f.d(), threads),
            Math.ceilDiv(tokens, OWN_TOKENS),
            threads,
            OWN_TOKENS * threads * Float.BYTES),
        at(texts ? f.x() : f.y()),
        at(f.length()),
        f.images(),
        f.texts(),
        f.n(),
        f.m(),
        f.d(),
        at(words),
        at(patches),
        at(dsImage),
        at(dsText),
        at(out));
  }
}
