package dev.filip.folder;

import java.util.Collection;
import java.util.List;

/**
 * The marks that wrappers put before the names of a module's tensors: data parallelism, {@code
 * torch.compile}, trainers that hold the model as a field.
 */
public final class WrappedNames {
  private static final List<String> MARKS = List.of("module.", "_orig_mod.", "model.", "clip.");

  private WrappedNames() {}

  /** The marks, also several, with which all names begin; empty where there is none. */
  public static String prefix(Collection<String> names) {
    String prefix = "";
    for (int i = 0; i < MARKS.size(); i++) {
      String longer = prefix + MARKS.get(i);
      if (!names.isEmpty() && names.stream().allMatch(name -> name.startsWith(longer))) {
        prefix = longer;
        i = -1;
      }
    }
    return prefix;
  }
}
