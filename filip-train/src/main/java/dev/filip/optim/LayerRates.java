package dev.filip.optim;

import static dev.filip.io.BadInput.require;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layer-wise learning rates: what multiplies the rate of each parameter, falling from the top of a
 * tower to its bottom (BEiT, Bao et al. 2022, appendix). Block k of L, counted from 0, has {@code
 * decay^(L - k)}; the embeddings (and the norm after them) {@code decay^(L + 1)}; the final norm,
 * the projection and the log-scale 1.
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
