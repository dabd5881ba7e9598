package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.tensor.Nvrtc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** late.cu by NVRTC, which needs no GPU: bench/late-kernel.sh says how to get it. */
@EnabledIfEnvironmentVariable(named = Nvrtc.LIBRARY, matches = ".+")
class LateKernelCodeTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "sm_80, false, false",
    "sm_80, true, true",
    "sm_90, false, false",
    "sm_90, false, true",
    "sm_90, true, false",
    "sm_90, true, true"
  })
  void compilesAndIsKept(String architecture, boolean half, boolean wide) throws Exception {
    LateKernelCode code = new LateKernelCode(temp.resolve("kernels"));
    LateKernelCode.Types types = new LateKernelCode.Types(half, wide);
    byte[] made = code.of(architecture, types);
    assertThat(new String(made, 1, 3, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("ELF");
    try (Stream<Path> kept = Files.list(temp.resolve("kernels"))) {
      Path only = kept.toList().getFirst();
      assertThat(only.getFileName().toString()).startsWith("late-" + architecture + "-");
      Files.write(only, new byte[] {7});
    }
    assertThat(code.of(architecture, types)).containsExactly(7); // not compiled again
    assertThat(code.compiled(architecture, types)).isEqualTo(made);
  }
}
