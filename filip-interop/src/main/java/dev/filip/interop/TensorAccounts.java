package dev.filip.interop;

import dev.filip.interop.ImportPlan.Computed;
import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every tensor of a source is used, left out for a reason, or the end of the import. */
final class TensorAccounts {
  private static final int NAMED = 12;

  private final WeightSet weights;
  private final Map<String, long[]> layout;
  private final List<String> missing = new ArrayList<>();
  private final List<String> misshaped = new ArrayList<>();
  private final Set<String> used = new HashSet<>();

  private TensorAccounts(WeightSet weights, Map<String, long[]> layout) {
    this.weights = weights;
    this.layout = layout;
  }

  /**
   * Checks.
   *
   * @param layout shapes of ours by name
   * @return names of theirs that are used
   * @throws BadInput with the lists of missing, misshaped and unexpected tensors
   */
  static Set<String> check(ImportPlan plan, WeightSet weights, Map<String, long[]> layout) {
    TensorAccounts accounts = new TensorAccounts(weights, layout);
    plan.rules().forEach(accounts::rule);
    plan.computed().forEach(accounts::computed);
    List<String> unexpected =
        weights.names().stream()
            .filter(name -> !accounts.used.contains(name) && !plan.leftOut().containsKey(name))
            .toList();
    List<String> problems = new ArrayList<>();
    report(problems, "missing", accounts.missing);
    report(problems, "misshaped", accounts.misshaped);
    report(problems, "unexpected", unexpected);
    if (!problems.isEmpty()) {
      throw new BadInput(weights.said() + " does not fit: " + String.join("; ", problems));
    }
    return accounts.used;
  }

  private void rule(TensorRule rule) {
    TensorShape found = weights.find(rule.theirs());
    used.add(rule.theirs());
    long[] wanted = rule.theirShape(layout);
    if (found == null) {
      missing.add(rule.theirs());
    } else if (!found.floating() || !found.fits(wanted)) {
      misshaped.add(rule.theirs() + " " + found + " not " + java.util.Arrays.toString(wanted));
    }
  }

  private void computed(Computed computed) {
    for (String name : computed.theirs()) {
      used.add(name);
      if (!weights.has(name)) {
        missing.add(name);
      }
    }
  }

  private static void report(List<String> problems, String what, List<String> names) {
    if (!names.isEmpty()) {
      String some = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
      String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
      problems.add(names.size() + " " + what + ": " + some + more);
    }
  }
}
