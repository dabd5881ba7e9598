package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.ModelPresets;
import dev.filip.kernel.Kernels;
import org.junit.jupiter.api.Test;

class DoctorInfoTest {
  @Test
  void theMachineIsDescribedAndTheEnvironmentIsSet() {
    DoctorInfo info = DoctorInfo.examine(ModelPresets.get("vit-b-32"));
    assertThat(info.fp32()).isPositive();
    assertThat(info.bf16()).isPositive();
    assertThat(info.libtorch()).startsWith("2.");
    assertThat(info.openblas()).startsWith("0.");
    assertThat(info.ompWaitPolicy()).isNotEqualTo("not set");
    assertThat(NativeEnvironment.get("OPENBLAS_CORETYPE")).isEmpty();
    assertThat(info.cache()).isDirectory();
    assertThat(info.toText()).contains("GFLOP/s").contains(info.cache().toString());
    assertThat(info.toText()).contains("GPU        " + info.gpu().toText());
    assertThat(info.toJson().path("gpu").has("problem")).isTrue();
    assertThat(info.late()).startsWith(Kernels.active().name());
    assertThat(info.toText())
        .contains("by " + Blas.name())
        .contains("by " + Blas.ofBf16())
        .contains("a core in fp32")
        .contains("256x768x3072, 512x512x2048");
    assertThat(info.toJson().path("libraries").path("fp32").asText()).isEqualTo(Blas.name());
    assertThat(info.toJson().path("tower_products").path("fp32_gflops_a_core").asInt())
        .isPositive();
    assertThat(info.toJson().path("gemm_gflops").path("fp32").asDouble()).isPositive();
  }
}
