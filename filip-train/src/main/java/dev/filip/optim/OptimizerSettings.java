package dev.filip.optim;

import static dev.filip.io.BadInput.require;

/**
 * Constants of AdamW and LAMB.
 *
 * @param weightDecay decoupled; on the parameters that {@link ParameterGroups} says
 */
public record OptimizerSettings(double weightDecay, double beta1, double beta2, double eps) {
  public OptimizerSettings {
    require(weightDecay >= 0, "optimizer.weight_decay", weightDecay, ">= 0");
    require(beta1 >= 0 && beta1 < 1, "optimizer.betas[0]", beta1, "in [0, 1)");
    require(beta2 >= 0 && beta2 < 1, "optimizer.betas[1]", beta2, "in [0, 1)");
    require(eps > 0, "optimizer.eps", eps, "> 0");
  }
}
