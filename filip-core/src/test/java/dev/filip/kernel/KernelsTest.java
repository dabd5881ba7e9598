package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelsTest {
  @Test
  void theFormIsTheOneThisMachineShouldRun() {
    // -Dfilip.expectKernel=vector256 and the like, where a build knows its machine
    String expected = System.getProperty("filip.expectKernel");
    Kernels.Form active = Kernels.active();
    assertThat(active.name()).isEqualTo(expected == null ? active.name() : expected);
    assertThat(active.vector()).isEqualTo(active.reason().isEmpty());
  }

  /** In JVMs of their own: without the module, and turned off, the plain loops run. */
  @ParameterizedTest
  @CsvSource({
    "-Xint, scalar 1.00.0",
    "--add-modules=jdk.incubator.vector -Dfilip.kernel=scalar, scalar 1.00.0",
    "--add-modules=jdk.incubator.vector -XX:-UseFMA, scalar 1.00.0"
  })
  void plainLoopsRunWhereTheFastFormCannot(String flags, String said) throws Exception {
    assertThat(probe(flags.split(" ", -1))).endsWith(said);
  }

  /** As the filip command starts: no warning, and the very form that --add-modules gives. */
  @Test
  void theModuleLoadsLateAndSilently() throws Exception {
    String late = probe("--add-exports=java.base/jdk.internal.module=ALL-UNNAMED");
    String early = probe("--add-modules=jdk.incubator.vector");
    assertThat(early).startsWith("WARNING: Using incubator modules: jdk.incubator.vector\n");
    assertThat(late).isEqualTo(early.substring(early.indexOf('\n') + 1));
  }

  private static String probe(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("-cp");
    command.add(where(Kernels.class) + java.io.File.pathSeparator + where(KernelsProbe.class));
    command.add(KernelsProbe.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out;
  }

  private static Path where(Class<?> type) {
    try {
      return Path.of(
          Objects.requireNonNull(type.getProtectionDomain().getCodeSource()).getLocation().toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
