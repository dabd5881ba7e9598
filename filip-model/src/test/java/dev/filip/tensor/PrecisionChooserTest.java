package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.ModelConfig;
import dev.filip.config.ModelPresets;
import dev.filip.config.RunConfig.DeviceChoice;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionChooserTest {
  private static final String ZEN5 =
      "processor\t: 0\nmodel name\t: AMD EPYC 9B45\nflags\t\t: fpu fma avx2 avx512f avx512_bf16 avx512_vnni\n"
          + "\nprocessor\t: 1\nmodel name\t: other\nflags\t\t: fpu\n";
  private static final String ZEN3 =
      "model name : AMD EPYC 7B13\nflags : fpu fma avx avx2 rdseed\n";
  private static final String INTEL =
      "vendor_id : GenuineIntel\nmodel name : Intel(R) Xeon(R) Processor\nflags : fma avx512f avx512_bf16 avx512_vnni\n";
  private static final String GRAVITON = "processor : 0\nFeatures : fp asimd bf16 i8mm sve\n";
  private final ModelConfig b32 = ModelPresets.get("vit-b-32");

  private static ProductSpeed unasked(List<ProductSpeed.Size> sizes) {
    throw new AssertionError("measured " + sizes + " though the family is known");
  }

  private PrecisionChooser.Chosen auto(String cpuinfo) {
    return choose(PrecisionChoice.AUTO, ComputeDevice.CPU, b32, CpuFeatures.parse(cpuinfo));
  }

  private static PrecisionChooser.Chosen choose(
      PrecisionChoice choice, ComputeDevice device, ModelConfig config, CpuFeatures cpu) {
    return PrecisionChooser.choose(choice, device, config, cpu, PrecisionChooserTest::unasked);
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
    assertThat(choose(PrecisionChoice.AUTO, ComputeDevice.CPU, b32, xeon).why()).contains("AMX");
    ModelConfig narrow =
        new ModelConfig(
            new dev.filip.config.VisionConfig(8, 4, 16, 1, 1),
            new dev.filip.config.TextConfig(16, 1, 1, 8, 9),
            4,
            b32.interaction(),
            false,
            b32.textBehaviour(),
            b32.pixelBehaviour());
    assertThat(choose(PrecisionChoice.AUTO, ComputeDevice.CPU, narrow, xeon).precision())
        .isEqualTo(Precision.FP32);
  }

  @Test
  void aVirtualAmdIsKnownByItsMaker() {
    String named =
        "vendor_id : AuthenticAMD\nmodel name : Some Virtual CPU\nflags : avx512f avx512_bf16\n";
    assertThat(auto(named).why()).isEqualTo("precision bf16: Some Virtual CPU has AVX512-BF16");
  }

  @ParameterizedTest
  @CsvSource({
    "117, 42, FP32", // Intel's AVX512-BF16 without AMX, as virtual machines have it
    "100, 100, FP32",
    "100, 119, FP32", // what casts cost is not in the products
    "100, 121, BF16",
    "100, 205, BF16",
  })
  void anUnknownFamilyIsMeasured(double fp32, double bf16, Precision chosen) {
    List<ProductSpeed.Size> asked = new ArrayList<>();
    PrecisionChooser.Measure fake =
        sizes -> {
          asked.addAll(sizes);
          return new ProductSpeed(fp32, bf16);
        };
    CpuFeatures intel = CpuFeatures.parse(INTEL);
    for (ModelConfig config : List.of(b32, ModelPresets.get("vit-tiny-84"))) {
      PrecisionChooser.Chosen towers =
          PrecisionChooser.choose(PrecisionChoice.AUTO, ComputeDevice.CPU, config, intel, fake);
      assertThat(towers.precision()).isEqualTo(chosen);
      assertThat(towers.why())
          .startsWith("precision " + chosen.word() + ": Intel(R) Xeon(R) Processor multiplies ")
          .contains("GFLOP/s a core in fp32");
      assertThat(EncodingPrecision.AUTO.choose(config, intel, fake)).isEqualTo(towers);
    }
    assertThat(asked)
        .contains(new ProductSpeed.Size(256, 768, 3072), new ProductSpeed.Size(512, 512, 2048))
        .contains(new ProductSpeed.Size(2048, 64, 256));
  }

  @Test
  void encodingGoesByTheSameRule() {
    for (String cpuinfo : List.of(ZEN5, ZEN3, GRAVITON)) {
      CpuFeatures cpu = CpuFeatures.parse(cpuinfo);
      assertThat(EncodingPrecision.AUTO.choose(b32, cpu, PrecisionChooserTest::unasked))
          .isEqualTo(auto(cpuinfo));
    }
    CpuFeatures zen3 = CpuFeatures.parse(ZEN3);
    assertThat(EncodingPrecision.INT8.choose(b32, zen3, PrecisionChooserTest::unasked).precision())
        .isEqualTo(Precision.INT8);
    assertThat(EncodingPrecision.BF16.choose(b32, zen3, PrecisionChooserTest::unasked).why())
        .contains("slower");
  }

  @Test
  void whatIsAskedForIsDoneOrRefused() {
    CpuFeatures zen3 = CpuFeatures.parse(ZEN3);
    assertThat(choose(PrecisionChoice.BF16, ComputeDevice.CPU, b32, zen3).why()).contains("slower");
    assertThatThrownBy(() -> choose(PrecisionChoice.FP16, ComputeDevice.CPU, b32, zen3))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("precision")
        .hasMessageContaining("GPU");
    assertThat(choose(PrecisionChoice.FP16, ComputeDevice.CUDA, b32, zen3).precision())
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
