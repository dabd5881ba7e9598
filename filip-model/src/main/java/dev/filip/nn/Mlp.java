package dev.filip.nn;

import dev.filip.config.Activation;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * {@code w -> u -> w} with the tower's activation; u is the intermediate size.
 *
 * <p>QuickGELU {@code x sigmoid(1.702 x)} is {@code silu(1.702 x) / 1.702}. Where there are more
 * rows than weights are wide, the two factors go into the weights (a {@code [u, w]} product each)
 * instead of the activations ({@code [rows, u]}), which leaves one pass over the activations.
 */
final class Mlp {
  static final double SLOPE = 1.702;
  private final Linear fc1;
  private final Linear fc2;
  private final Activation activation;
  private final Scalar slope;
  private final Scalar inverse;

  Mlp(Weights weights, String name, Activation activation) {
    fc1 = new Linear(weights, name + ".fc1");
    fc2 = new Linear(weights, name + ".fc2");
    this.activation = activation;
    slope = weights.kept().add(new Scalar(SLOPE));
    inverse = weights.kept().add(new Scalar(1 / SLOPE));
  }

  Tensor forward(Tensor x) {
    return switch (activation) {
      case QUICK_GELU -> quick(x);
      case GELU -> fc2.forward(torch.gelu(fc1.forward(x)));
      case GELU_PYTORCH_TANH -> fc2.forward(torch.gelu(fc1.forward(x), "tanh"));
    };
  }

  private Tensor quick(Tensor x) {
    if (x.numel() < x.size(-1) * x.size(-1)) {
      return fc2.forward(torch.silu(fc1.forward(x).mul(slope)).mul(inverse));
    }
    Tensor wide = torch.linear(x, fc1.weight().mul(slope), fc1.bias().mul(slope));
    return torch.linear(torch.silu(wide), fc2.weight().mul(inverse), fc2.bias());
  }
}
