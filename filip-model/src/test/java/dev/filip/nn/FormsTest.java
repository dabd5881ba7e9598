package dev.filip.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Activation;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Kept;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each fast form against the plain formula or its twin, at awkward sizes. */
class FormsTest {
  private static final Compute BF16 = new Compute(Precision.BF16, ComputeDevice.CPU);

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  /** Random weights by name, drawn when first asked for. */
  private static final class RandomWeights implements Weights {
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Kept kept = new Kept();
    private final long width;

    RandomWeights(long width) {
      this.width = width;
    }

    @Override
    public Tensor get(String name) {
      return tensors.computeIfAbsent(
          name,
          n -> {
            boolean bias = n.endsWith(".bias") || n.contains("norm");
            long out = n.contains("fc1") ? 4 * width : width;
            long in = n.contains("fc2") ? 4 * width : width;
            Tensor t = bias ? random(n.hashCode(), out) : random(n.hashCode(), out, in);
            Tensor leaf = t.mul(new Scalar(bias ? 0.1 : 1 / Math.sqrt(in)));
            leaf.requires_grad_(true);
            return leaf;
          });
    }

    @Override
    public Kept kept() {
      return kept;
    }
  }

  private static Tensor random(long seed, long... shape) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.fromFloats(values, shape);
  }

  private static void close(Tensor found, Tensor expected, double tolerance) {
    assertThat(Tensors.shape(found)).isEqualTo(Tensors.shape(expected));
    float[] a = Tensors.toFloats(found);
    float[] b = Tensors.toFloats(expected);
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= tolerance)) {
        assertThat(a[i]).as("[%d]", i).isCloseTo(b[i], Offset.offset((float) tolerance));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,0", "2,3,5,0", "3,7,17,6", "1,14,300,0", "2,5,260,3"})
  void bothFormsOfThePatchEmbeddingAgreeInValueAndGradient(
      long grid, long patch, long width, long rest) {
    try (var _ = new StepScope();
        Kept kept = new Kept()) {
      Tensor kernel = random(1, width, 3, patch, patch).mul(new Scalar(0.1));
      Tensor bias = random(5, width);
      kernel.requires_grad_(true);
      Weights weights =
          new Weights() {
            @Override
            public Tensor get(String name) {
              return name.endsWith("bias") ? bias : kernel;
            }

            @Override
            public Kept kept() {
              return kept;
            }
          };
      PatchEmbedding embedding =
          rest == 0
              ? PatchEmbedding.plain(weights, "patches")
              : PatchEmbedding.withBias(weights, "patches");
      Tensor pixels = random(2, 2, 3, grid * patch + rest, grid * patch + rest);
      Tensor rows = embedding.byRows(pixels);
      Tensor convolved = embedding.byConvolution(pixels);
      close(convolved, rows, 2e-5);
      Tensor weight = random(3, 2, grid * grid, width);
      rows.mul(weight).sum().backward();
      Tensor gradient = new Tensor(kernel.grad()).clone();
      kernel.mutable_grad().zero_();
      convolved.mul(weight).sum().backward();
      close(kernel.grad(), gradient, 2e-5 * Math.sqrt(grid * grid * patch));
      close(embedding.forward(pixels, Compute.FP32), width < 256 ? convolved : rows, 0);
    }
  }

  /** Softmax attention, one head and one query at a time. */
  private static Tensor slowAttention(RandomWeights weights, Tensor x, int heads, boolean causal) {
    long w = x.size(2);
    Tensor[] qkv = new Tensor[3];
    String[] names = {"a.q_proj", "a.k_proj", "a.v_proj"};
    for (int i = 0; i < 3; i++) {
      qkv[i] = torch.linear(x, weights.get(names[i] + ".weight"), weights.get(names[i] + ".bias"));
    }
    Tensor out = torch.zeros_like(x);
    long d = w / heads;
    for (long b = 0; b < x.size(0); b++) {
      for (int h = 0; h < heads; h++) {
        for (long i = 0; i < x.size(1); i++) {
          long seen = causal ? i + 1 : x.size(1);
          Tensor q = qkv[0].select(0, b).select(0, i).narrow(0, h * d, d);
          Tensor k = qkv[1].select(0, b).narrow(0, 0, seen).narrow(1, h * d, d);
          Tensor v = qkv[2].select(0, b).narrow(0, 0, seen).narrow(1, h * d, d);
          Tensor p = torch.matmul(k, q).mul(new Scalar(1 / Math.sqrt(d))).softmax(0);
          out.select(0, b).select(0, i).narrow(0, h * d, d).copy_(torch.matmul(p, v));
        }
      }
    }
    return torch.linear(out, weights.get("a.out_proj.weight"), weights.get("a.out_proj.bias"));
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,4,1,true",
    "2,3,6,3,false",
    "2,3,6,3,true",
    "1,2,16,2,true",
    "1,7,10,5,false",
    "1,133,4,2,true"
  })
  void attentionFollowsTheFormulaInAllItsForms(long b, long n, long w, int heads, boolean causal) {
    try (var _ = new StepScope();
        var _ = dev.filip.tensor.GradMode.off()) {
      RandomWeights weights = new RandomWeights(w);
      Attention attention = new Attention(weights, "a", heads, causal, null);
      Tensor x = random(9, b, n, w);
      Tensor slow = slowAttention(weights, x, heads, causal);
      close(attention.forward(x, Compute.FP32), slow, 3e-6);
      try (var _ = new dev.filip.tensor.Autocast(ComputeDevice.CPU, Precision.BF16)) {
        close(attention.forward(x, BF16), slow, 0.04);
      }
      weights.kept().close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,8", "7,8", "8,8", "9,8", "33,5"})
  void quickGeluWithScaledWeightsOrScaledActivationsIsTheFormula(long rows, long w) {
    try (var _ = new StepScope();
        var _ = dev.filip.tensor.GradMode.off()) {
      RandomWeights weights = new RandomWeights(w);
      Mlp mlp = new Mlp(weights, "m", Activation.QUICK_GELU);
      Tensor x = random(4, rows, w);
      Tensor h = torch.linear(x, weights.get("m.fc1.weight"), weights.get("m.fc1.bias"));
      Tensor gelu = h.mul(h.mul(new Scalar(1.702)).sigmoid());
      Tensor slow = torch.linear(gelu, weights.get("m.fc2.weight"), weights.get("m.fc2.bias"));
      close(mlp.forward(x), slow, 3e-6);
      weights.kept().close();
    }
  }

  @Test
  void theExactGeluIsNotTheQuickOne() {
    try (var _ = new StepScope();
        var _ = dev.filip.tensor.GradMode.off()) {
      RandomWeights weights = new RandomWeights(8);
      Tensor x = random(4, 9, 8);
      Tensor quick = new Mlp(weights, "m", Activation.QUICK_GELU).forward(x);
      Tensor exact = new Mlp(weights, "m", Activation.GELU).forward(x);
      assertThat(quick.sub(exact).abs().max().item_float()).isBetween(1e-3f, 0.1f);
      weights.kept().close();
    }
  }
}
