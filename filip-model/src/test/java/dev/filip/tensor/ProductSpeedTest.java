package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ProductSpeedTest {
  private static final List<ProductSpeed.Size> SMALL = List.of(new ProductSpeed.Size(33, 48, 17));

  @Test
  void measuringLeavesThreadsAndRandomNumbersAlone() {
    Natives.load();
    int threads = torch.get_num_threads();
    try (var _ = new StepScope()) {
      torch.manual_seed(5);
      Tensor expected = torch.rand(8);
      torch.manual_seed(5);
      ProductSpeed speed = ProductSpeed.measure(SMALL);
      assertThat(speed.fp32()).isPositive();
      assertThat(speed.bf16()).isPositive();
      assertThat(torch.rand(8).equal(expected)).isTrue();
    }
    assertThat(torch.get_num_threads()).isEqualTo(threads);
  }

  @Test
  void productsAreLongEnoughToMeasureAndShortEnoughToWaitFor() {
    assertThat(ProductSpeed.Size.of(64, 256).rows()).isEqualTo(2048);
    assertThat(ProductSpeed.Size.of(512, 2048).rows()).isEqualTo(512);
    assertThat(ProductSpeed.Size.of(1280, 5120).rows()).isEqualTo(256);
  }

  @Test
  void theLibraryHasAName() {
    ProductSpeed.measure(SMALL);
    assertThat(Blas.name()).matches("MKL|OpenBLAS 0\\.\\d+\\.\\d+ \\(\\w+\\)");
    assertThat(Blas.ofBf16()).matches("oneDNN \\d+\\.\\d+(\\.\\d+)?|libtorch's own loops");
  }
}
