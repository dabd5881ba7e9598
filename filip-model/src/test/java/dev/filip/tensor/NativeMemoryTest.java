package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class NativeMemoryTest {
  static boolean here() {
    return NativeMemory.canTrim() && Files.exists(Path.of("/proc/self/status"));
  }

  /** Every second block stays, so that nothing can be given back from the end of the heap. */
  @Test
  @EnabledIf("here")
  void whatLiesBetweenBlocksInUseIsGivenBack() throws IOException {
    Natives.load();
    int blocks = 2000;
    int floats = 25_000; // 100 KB, below what is mapped by itself
    try (Kept kept = new Kept()) {
      List<Tensor> freed = new ArrayList<>();
      try (StepScope scope = new StepScope()) {
        for (int i = 0; i < blocks; i++) {
          freed.add(scope.keep(torch.ones(floats)));
          kept.add(torch.ones(64));
        }
      }
      freed.forEach(Tensor::close);
      long before = resident();
      NativeMemory.trim();
      assertThat(before - resident()).isGreaterThan(50_000); // KB, of 200,000
    }
  }

  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
