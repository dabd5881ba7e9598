package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.ModelConfig;
import dev.filip.config.ModelPresets;
import dev.filip.config.RunConfig.DeviceChoice;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.io.BadInput;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrecisionChooserTest {
  private static final String ZEN5 =
      "processor\t: 0\nmodel name\t: AMD EPYC 9B45\nflags\t\t: fpu fma avx2 avx512f avx512_bf16 avx512_vnni\n"
          + "\nprocessor\t: 1\nmodel name\t: other\nflags\t\t: fpu\n";
  private static final String ZEN3 =
      "model name : AMD EPYC 7B13\nflags : fpu fma avx avx2 rdseed\n";
  private static final String GRAVITON = "processor : 0\nFeatures : fp asimd bf16 i8mm sve\n";
  private final ModelConfig b32 = ModelPresets.get("vit-b-32");

  private PrecisionChooser.Chosen auto(String cpuinfo) {
    return PrecisionChooser.choose(
        PrecisionChoice.AUTO, ComputeDevice.CPU, b32, CpuFeatures.parse(cpuinfo));
  }

  @Test
  void autoFollowsTheCpu() {
    assertThat(auto(ZEN5).precision()).isEqualTo(Precision.BF16);
    assertThat(auto(ZEN5).why()).contains("AMD EPYC 9B45").contains("AVX512-BF16");
    assertThat(auto(ZEN3).precision()).isEqualTo(Precision.FP32);
    assertThat(auto(ZEN3).why()).contains("AMD EPYC 7B13").contains("neither");
    assertThat(auto(GRAVITON).precision()).isEqualTo(Precision.FP32);
    assertThat(auto("").precision()).isEqualTo(Precision.FP32);
  }

  @Test
  void amxIsNamedAndNarrowTowersStayInFp32() {
    CpuFeatures xeon = CpuFeatures.parse("model name: Xeon\nflags: avx512_bf16 amx_bf16\n");
    assertThat(xeon.flags()).isEqualTo(Set.of("avx512_bf16", "amx_bf16"));
    assertThat(PrecisionChooser.choose(PrecisionChoice.AUTO, ComputeDevice.CPU, b32, xeon).why())
        .contains("AMX");
    ModelConfig narrow =
        new ModelConfig(
            new dev.filip.config.VisionConfig(8, 4, 16, 1, 1),
            new dev.filip.config.TextConfig(16, 1, 1, 8, 9),
            4,
            b32.interaction(),
            false,
            b32.textBehaviour(),
            b32.pixelBehaviour());
    assertThat(
            PrecisionChooser.choose(PrecisionChoice.AUTO, ComputeDevice.CPU, narrow, xeon)
                .precision())
        .isEqualTo(Precision.FP32);
  }

  @Test
  void whatIsAskedForIsDoneOrRefused() {
    CpuFeatures zen3 = CpuFeatures.parse(ZEN3);
    assertThat(PrecisionChooser.choose(PrecisionChoice.BF16, ComputeDevice.CPU, b32, zen3).why())
        .contains("slower");
    assertThatThrownBy(
            () -> PrecisionChooser.choose(PrecisionChoice.FP16, ComputeDevice.CPU, b32, zen3))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("precision")
        .hasMessageContaining("GPU");
    assertThat(
            PrecisionChooser.choose(PrecisionChoice.FP16, ComputeDevice.CUDA, b32, zen3)
                .precision())
        .isEqualTo(Precision.FP16);
  }

  @Test
  void devicesFollowWhatAnswers() {
    assertThat(Devices.choose(DeviceChoice.AUTO, true).device()).isEqualTo(ComputeDevice.CUDA);
    assertThat(Devices.choose(DeviceChoice.AUTO, false).device()).isEqualTo(ComputeDevice.CPU);
    assertThat(Devices.choose(DeviceChoice.CPU, true).device()).isEqualTo(ComputeDevice.CPU);
    assertThatThrownBy(() -> Devices.choose(DeviceChoice.CUDA, false))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("device");
  }

  @Test
  void macOsFeaturesAreRead() {
    CpuFeatures m2 =
        CpuFeatures.parseSysctl(
            "machdep.cpu.brand_string: Apple M2\nhw.optional.arm.FEAT_BF16: 1\nhw.optional.AdvSIMD: 1\n");
    assertThat(m2).isEqualTo(new CpuFeatures("Apple M2", Set.of("bf16", "neon")));
    assertThat(m2.fastBf16()).isFalse();
  }

  @Test
  void lossScaleHalvesOnOverflowAndGrowsAfterGoodSteps() {
    LossScale scale = new LossScale(8, 3);
    assertThat(scale.update(false)).isFalse();
    assertThat(scale.scale()).isEqualTo(4);
    for (int i = 0; i < 3; i++) {
      assertThat(scale.update(true)).isTrue();
    }
    assertThat(scale.scale()).isEqualTo(8);
    for (int i = 0; i < 5; i++) {
      scale.update(false);
    }
    assertThat(scale.scale()).isEqualTo(1);
  }

  /** Saved after any step, it grows at the same one as a scale that never was. */
  @Test
  void aSavedLossScaleGoesOn() {
    boolean[] finite = {false, true, true, true, true, false, true, true, true, true};
    for (int saved = 0; saved <= finite.length; saved++) {
      LossScale whole = new LossScale(8, 3);
      LossScale parts = new LossScale(8, 3);
      for (int i = 0; i < finite.length; i++) {
        if (i == saved) {
          parts = new LossScale(parts.state(), 3);
        }
        whole.update(finite[i]);
        parts.update(finite[i]);
        assertThat(parts.state()).as("saved at %d, step %d", saved, i).isEqualTo(whole.state());
      }
    }
    assertThat(new LossScale().state()).isEqualTo(new LossScale.State(65536, 0));
  }
}
