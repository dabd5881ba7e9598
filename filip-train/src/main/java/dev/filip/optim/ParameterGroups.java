package dev.filip.optim;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which parameters get weight decay, by the first matching rule, and at which share of the learning
 * rate each is trained. A parameter no rule covers is an error: a new kind of parameter must be
 * decided, not guessed.
 *
 * @param rules tried in order
 */
public record ParameterGroups(List<GroupRule> rules, LayerRates rates) {
  public ParameterGroups {
    rules = List.copyOf(rules);
  }

  /** One rate for all. */
  public ParameterGroups(List<GroupRule> rules) {
    this(rules, LayerRates.SAME);
  }

  /** The same rules with other rates. */
  public ParameterGroups with(LayerRates other) {
    return new ParameterGroups(rules, other);
  }

  /**
   * The paper's (its section "Experimental setup"): no decay on bias, layer norm, token embedding,
   * positional embedding and temperature. The class embedding, on which the paper is silent, is
   * added to the sequence as a positional embedding is, so it is left out too, and so is the probe
   * of SigLIP's pooling head, which takes its place. Adapters decay as matrices do, which pulls
   * them back to the weights they began from.
   */
  public static ParameterGroups paper() {
    return new ParameterGroups(
        List.of(
            GroupRule.of("logit_scale", false, "temperature"),
            GroupRule.of(".*[._]bias", false, "bias"),
            GroupRule.of(".*(layer_?norm\\w*|layrnorm|ln_\\w+)\\.weight", false, "layer norm"),
            GroupRule.of(".*token_embedding\\.weight", false, "token embedding"),
            GroupRule.of(".*position_embedding\\.weight", false, "positional embedding"),
            GroupRule.of(".*class_embedding", false, "class embedding"),
            GroupRule.of(".*lora_[AB]\\.weight", true, "adapters"),
            GroupRule.of(".*head\\.probe", false, "pooling probe"),
            GroupRule.of(
                ".*(proj|projection|fc1|fc2|patch_embedding)(\\.weight|_weight)",
                true,
                "matrices")));
  }

  /** The first rule that matches. */
  public GroupRule ruleOf(String parameter) {
    for (GroupRule rule : rules) {
      if (rule.name().matcher(parameter).matches()) {
        return rule;
      }
    }
    throw new IllegalArgumentException("no weight decay rule covers parameter " + parameter);
  }

  /** Whether the parameter gets weight decay. */
  public boolean decays(String parameter) {
    return ruleOf(parameter).decay();
  }

  /** What multiplies the learning rate of a parameter. */
  public double rate(String parameter) {
    return rates.of(parameter);
  }

  /** One line for the log: {@code decay: 24 matrices; none: 18 bias, 9 layer norm}. */
  public String describe(Collection<String> parameters) {
    Map<String, Integer> with = new LinkedHashMap<>();
    Map<String, Integer> without = new LinkedHashMap<>();
    for (String name : parameters) {
      GroupRule rule = ruleOf(name);
      (rule.decay() ? with : without).merge(rule.reason(), 1, Integer::sum);
    }
    return "decay: " + counts(with) + "; no decay: " + counts(without) + rates.describe();
  }

  private static String counts(Map<String, Integer> counts) {
    if (counts.isEmpty()) {
      return "none";
    }
    StringBuilder line = new StringBuilder();
    counts.forEach((reason, n) -> line.append(line.isEmpty() ? "" : ", ").append(n + " " + reason));
    return line.toString();
  }

  /**
   * Parameters whose whole name matches {@code name} get the weight decay, or not. Rules are read
   * in order; the first match counts.
   *
   * @param reason why, for the log
   */
  record GroupRule(Pattern name, boolean decay, String reason) {
    /** A rule from a regular expression. */
    public static GroupRule of(String name, boolean decay, String reason) {
      return new GroupRule(Pattern.compile(name), decay, reason);
    }
  }
}
