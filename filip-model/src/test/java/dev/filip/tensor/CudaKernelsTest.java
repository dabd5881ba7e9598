package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** What is settled for a GPU, by a GPU that is played. */
class CudaKernelsTest {
  /** Refuses while cuDNN's attention is in the choice, or always. */
  private static final class Played implements CudaKernels.Attention {
    private final boolean refusesCudnn;
    private final boolean refusesAll;
    boolean cudnn = true;
    int tries;

    Played(boolean refusesCudnn, boolean refusesAll) {
      this.refusesCudnn = refusesCudnn;
      this.refusesAll = refusesAll;
    }

    @Override
    public boolean cudnn() {
      return cudnn;
    }

    @Override
    public void withoutCudnn() {
      cudnn = false;
    }

    @Override
    public void attend() {
      tries++;
      if (refusesAll || refusesCudnn && cudnn) {
        throw new RuntimeException("cuDNN Error: CUDNN_STATUS_BAD_PARAM\nException raised from x");
      }
    }

    @Override
    public String versions() {
      return "cuDNN 9.19.0 found, 9.25.0 compiled against";
    }
  }

  @Test
  void attentionThatWorksIsLeftAlone() {
    Played played = new Played(false, false);
    assertThat(CudaKernels.attention(played)).isEmpty();
    assertThat(played.cudnn).isTrue();
    assertThat(played.tries).isEqualTo(1);
  }

  @Test
  void whereCudnnRefusesFlashTakesItsPlaceInOneLine() {
    Played played = new Played(true, false);
    assertThat(CudaKernels.attention(played))
        .hasValue(
            "attention: libtorch's own flash kernels, as cuDNN's refuse (cuDNN Error:"
                + " CUDNN_STATUS_BAD_PARAM; cuDNN 9.19.0 found, 9.25.0 compiled against)");
    assertThat(played.cudnn).isFalse();
    assertThat(played.tries).isEqualTo(2);
  }

  @Test
  void anotherFailureIsNotHidden() {
    assertThatThrownBy(() -> CudaKernels.attention(new Played(false, true)))
        .hasMessageContaining("BAD_PARAM");
    Played without = new Played(false, true);
    without.cudnn = false;
    assertThatThrownBy(() -> CudaKernels.attention(without)).hasMessageContaining("BAD_PARAM");
    assertThat(without.tries).isEqualTo(1);
  }

  @Test
  void fp32ForbidsTf32AndOtherPrecisionsChangeNothing() {
    Natives.load();
    var context = torch.globalContext();
    boolean convolutions = context.allowTF32CuDNN();
    boolean products = context.allowTF32CuBLAS();
    try {
      context.setAllowTF32CuDNN(true);
      CudaKernels.exact(Precision.BF16);
      assertThat(context.allowTF32CuDNN()).isTrue();
      CudaKernels.exact(Precision.FP32);
      assertThat(context.allowTF32CuDNN()).isFalse();
      assertThat(context.allowTF32CuBLAS()).isFalse();
    } finally {
      context.setAllowTF32CuDNN(convolutions);
      context.setAllowTF32CuBLAS(products);
    }
  }

  @Test
  void versionsAreReadAsTheirMakersCount() {
    assertThat(CudaKernels.cudnn(91900)).isEqualTo("9.19.0");
    assertThat(CudaKernels.cudnn(92501)).isEqualTo("9.25.1");
    assertThat(CudaKernels.cudnn(8907)).isEqualTo("8.9.7");
    assertThat(CudaKernels.cuda(13000)).isEqualTo("13.0");
    assertThat(CudaKernels.cuda(12080)).isEqualTo("12.8");
  }
}
