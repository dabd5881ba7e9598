package dev.filip.optim;

import static dev.filip.io.BadInput.require;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
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

  /**
   * Layer-wise learning rates: what multiplies the rate of each parameter, falling from the top of
   * a tower to its bottom (BEiT, Bao et al. 2022, appendix). Block k of L, counted from 0, has
   * {@code decay^(L - k)}; the embeddings (and the norm after them) {@code decay^(L + 1)}; the
   * final norm, the projection and the log-scale 1.
   *
   * @param decay in (0, 1]; 1: one rate for all
   * @param imageLayers blocks of the image tower
   * @param textLayers blocks of the text tower
   */
  public record LayerRates(double decay, int imageLayers, int textLayers) {
    /** One rate for all. */
    public static final LayerRates SAME = new LayerRates(1, 0, 0);

    private static final Pattern BLOCK =
        Pattern.compile("(vision|text)_model\\.encoder\\.layers\\.(\\d+)\\..*");
    private static final Pattern BOTTOM =
        Pattern.compile("(vision|text)_model\\.(embeddings|pre_layrnorm)\\..*");
    private static final Pattern TOP =
        Pattern.compile(
            "logit_(scale|bias)|(visual|text)_projection\\.weight"
                + "|(vision|text)_model\\.(post_layernorm|final_layer_norm|head)\\..*");

    public LayerRates {
      require(decay > 0 && decay <= 1, "finetune.layer_decay", decay, "in (0, 1]");
    }

    /**
     * The factor of a parameter.
     *
     * @throws IllegalArgumentException where no rule covers it
     */
    public double of(String parameter) {
      if (decay == 1 || TOP.matcher(parameter).matches()) {
        return 1;
      }
      Matcher bottom = BOTTOM.matcher(parameter);
      if (bottom.matches()) {
        return Math.pow(decay, layers(bottom.group(1)) + 1);
      }
      Matcher block = BLOCK.matcher(parameter);
      if (block.matches()) {
        return Math.pow(decay, layers(block.group(1)) - Integer.parseInt(block.group(2)));
      }
      throw new IllegalArgumentException("no rule of layer decay covers parameter " + parameter);
    }

    private int layers(String tower) {
      return tower.equals("text") ? textLayers : imageLayers;
    }

    /** For the log; empty where there is one rate. */
    String describe() {
      return decay == 1
          ? ""
          : String.format(
              Locale.ROOT,
              "; layer decay %s: rates x %.3g (image embeddings), %.3g (text embeddings) to 1",
              decay,
              Math.pow(decay, imageLayers + 1),
              Math.pow(decay, textLayers + 1));
    }
  }
}
