package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.tensor.GpuInfo.Libraries;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the doctor says of cards that are played, and of this machine. */
class GpuInfoTest {
  private static final Libraries CPU = new Libraries(false, "", "", "", "");
  private static final Libraries CUDA = new Libraries(true, "13.0", "13.0", "9.25.0", "9.25.0");
  private static final Nvml.Card CARD =
      new Nvml.Card("NVIDIA H200", "580.95.05", 13000, 150L << 30, 140L << 30, 1);

  private record Played(
      Nvml.@Nullable Card it, Libraries libraries, boolean answers, @Nullable String visible)
      implements GpuInfo.Probe {
    @Override
    public Optional<Nvml.Card> card() {
      return Optional.ofNullable(it);
    }

    @Override
    public GpuInfo.Speed speed() {
      if (it != null && it.name().contains("broken")) {
        throw new RuntimeException("CUDA error: no kernel image\nstack");
      }
      return new GpuInfo.Speed(51.3, 720.44);
    }
  }

  private static GpuInfo of(
      Nvml.@Nullable Card card, Libraries libraries, boolean answers, @Nullable String visible) {
    return GpuInfo.examine(new Played(card, libraries, answers, visible));
  }

  @Test
  void aCardThatWorksIsToldWithItsSpeed() {
    GpuInfo info = of(CARD, CUDA, true, null);
    assertThat(info.problem()).isEmpty();
    assertThat(info.toText())
        .isEqualTo(
            "NVIDIA H200, driver 580.95.05 (CUDA up to 13.0), 150.0 GiB, 140.0 free; CUDA 13.0"
                + " compiled against, 13.0 found; cuDNN 9.25.0 compiled against, 9.25.0 found;"
                + " fp32 51.3 TFLOP/s, bf16 720.4 TFLOP/s (4096^3)");
    assertThat(info.toJson().path("tflops").path("bf16").asDouble()).isEqualTo(720.4);
    assertThat(info.toJson().path("memory_free_bytes").asLong()).isEqualTo(140L << 30);
  }

  @Test
  void whatIsInTheWayIsOneLine() {
    assertThat(of(null, CPU, false, null).problem()).isEmpty();
    assertThat(of(null, CPU, false, null).toText()).isEqualTo("none: no NVIDIA driver answers");
    assertThat(of(null, CUDA, false, null).problem()).contains("no NVIDIA driver answers");
    assertThat(of(CARD, CPU, false, null).problem())
        .isEqualTo("these are the CPU's natives: start with FILIP_GPU=1 to use it");
    assertThat(of(CARD, CUDA, false, "").problem()).isEqualTo("CUDA_VISIBLE_DEVICES= hides it");
    assertThat(of(CARD, CUDA, false, "-1").problem()).contains("CUDA_VISIBLE_DEVICES=-1 hides");
    Nvml.Card old = new Nvml.Card("NVIDIA A100", "535.1", 12020, 80L << 30, 80L << 30, 8);
    assertThat(of(old, CUDA, false, null).problem())
        .isEqualTo(
            "driver 535.1 knows CUDA up to 12.2, libtorch needs 13.0: install a newer driver");
    assertThat(of(old, CUDA, false, null).toText()).startsWith("8 cards, the first NVIDIA A100");
    assertThat(of(CARD, CUDA, false, "0").problem()).contains("LD_LIBRARY_PATH");
    Libraries older = new Libraries(true, "13.0", "13.0", "9.25.0", "9.19.0");
    assertThat(of(CARD, older, true, null).problem())
        .startsWith("cuDNN 9.19.0 is older than 9.25.0");
    Libraries newer = new Libraries(true, "13.0", "13.0", "9.9.1", "9.19.0");
    assertThat(of(CARD, newer, true, null).problem()).isEmpty();
    Libraries silent = new Libraries(true, "13.0", "", "9.9.1", "");
    assertThat(of(CARD, silent, true, null).problem()).isEmpty();
    Nvml.Card broken = new Nvml.Card("broken", "1", 13000, 1, 1, 1);
    assertThat(of(broken, CUDA, true, null).problem())
        .isEqualTo("a product on it fails: CUDA error: no kernel image");
    assertThat(of(broken, CUDA, true, null).toJson().has("tflops")).isFalse();
  }

  @Test
  void thisMachineIsExamined() {
    Natives.load();
    GpuInfo info = GpuInfo.examine();
    if (info.card() == null && !info.libraries().build()) {
      assertThat(info.problem()).isEmpty();
      assertThat(info.toText()).isEqualTo("none: no NVIDIA driver answers");
    }
    assertThat(info.toJson().path("cuda_natives").asBoolean()).isEqualTo(info.libraries().build());
  }
}
