package dev.filip.interop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Tensors that may be left out, and why: the whole list of what is known to be harmless. */
final class LeftOut {
  static final String POSITIONS = "indices 0 to n-1, made anew";
  static final String SIZES = "a size, checked against the shapes";

  private static final Map<Pattern, String> KNOWN = known();

  private LeftOut() {}

  private static Map<Pattern, String> known() {
    Map<Pattern, String> known = new LinkedHashMap<>();
    known.put(Pattern.compile("(.*\\.)?position_ids"), POSITIONS);
    known.put(Pattern.compile("(.*\\.)?attn_mask"), "the causal mask, computed");
    known.put(Pattern.compile(".*\\.num_batches_tracked"), "a counter of batch norm");
    return known;
  }

  /** Of these names those that are known, with the reason. */
  static Map<String, String> of(WeightSet weights, Map<String, String> patterns) {
    Map<Pattern, String> all = new LinkedHashMap<>(KNOWN);
    patterns.forEach((pattern, reason) -> all.put(Pattern.compile(pattern), reason));
    Map<String, String> leftOut = new LinkedHashMap<>();
    for (String name : weights.names()) {
      all.forEach((pattern, reason) -> {
        if (pattern.matcher(name).matches()) {
          leftOut.putIfAbsent(name, reason);
        }
      });
    }
    return leftOut;
  }
}
