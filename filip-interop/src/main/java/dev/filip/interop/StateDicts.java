package dev.filip.interop;

import dev.filip.io.BadInput;
import dev.filip.pickle.PickleBag;
import dev.filip.torchfile.PickledTensor;
import dev.filip.torchfile.TorchFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the tensors by name in what {@code torch.save} wrote: a state dict itself, one under a
 * usual key of a training checkpoint, or the attributes of a TorchScript module.
 */
final class StateDicts {
  /** Which weights of a training checkpoint are wanted. */
  enum Choice {
    /** Those that were trained. */
    TRAINED,
    /** Their moving average. */
    EMA
  }

  private static final List<String> TRAINED = List.of("state_dict", "model", "model_state_dict");
  private static final List<String> EMA = List.of("state_dict_ema", "model_ema", "ema");
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");
  private static final int MAX_DEPTH = 32;
  private static final int MAX_TENSORS = 100_000;

  private final Path file;
  private final Map<String, PickledTensor> found = new LinkedHashMap<>();
  private int modules;

  private StateDicts(Path file) {
    this.file = file;
  }

  /** Names as the module itself has them: without the marks of wrappers. */
  static Map<String, PickledTensor> of(Path file, TorchFile torch, Choice choice) {
    StateDicts dicts = new StateDicts(file);
    switch (torch.root()) {
      case PickleBag module -> dicts.module("", module, 0);
      case Map<?, ?> map -> dicts.dict(dicts.chosen(map, choice));
      default -> throw new BadInput(file + ": holds neither a state dict nor a module");
    }
    if (dicts.found.isEmpty()) {
      throw new BadInput(file + ": holds no tensor under a name");
    }
    return unwrapped(dicts.found);
  }

  private Map<?, ?> chosen(Map<?, ?> root, Choice choice) {
    for (String key : choice == Choice.EMA ? EMA : TRAINED) {
      if (root.get(key) instanceof Map<?, ?> inner) {
        return inner;
      }
    }
    if (choice == Choice.EMA) {
      throw new BadInput(file + ": has no moving average (none of " + String.join(", ", EMA) + ")");
    }
    return root;
  }

  /** Whether a training checkpoint has a moving average beside its weights. */
  static boolean hasEma(TorchFile torch) {
    return torch.root() instanceof Map<?, ?> map
        && TRAINED.stream().anyMatch(map::containsKey)
        && EMA.stream().anyMatch(key -> map.get(key) instanceof Map<?, ?>);
  }

  /** Whether it is a state dict under a key of a training checkpoint. */
  static boolean isCheckpoint(TorchFile torch) {
    return torch.root() instanceof Map<?, ?> map
        && TRAINED.stream().anyMatch(key -> map.get(key) instanceof Map<?, ?>);
  }

  private void dict(Map<?, ?> map) {
    map.forEach((key, value) -> {
      if (key instanceof String name && value instanceof PickledTensor tensor) {
        put(name, tensor);
      }
    });
  }

  private void module(String prefix, PickleBag bag, int depth) {
    if (depth > MAX_DEPTH || ++modules > MAX_TENSORS) {
      throw new BadInput(
          file + ": has more than " + MAX_TENSORS + " modules, or deeper than " + MAX_DEPTH);
    }
    bag.attributes()
        .forEach((key, value) -> {
          if (value instanceof PickledTensor tensor) {
            put(prefix + key, tensor);
          } else if (value instanceof PickleBag inner) {
            module(prefix + key + ".", inner, depth + 1);
          }
        });
  }

  private void put(String name, PickledTensor tensor) {
    if (found.size() >= MAX_TENSORS) {
      throw new BadInput(file + ": holds more than " + MAX_TENSORS + " tensors");
    }
    found.put(name, tensor);
  }

  private static Map<String, PickledTensor> unwrapped(Map<String, PickledTensor> found) {
    for (String wrapper : WRAPPERS) {
      if (found.keySet().stream().allMatch(name -> name.startsWith(wrapper))) {
        Map<String, PickledTensor> inner = new LinkedHashMap<>();
        found.forEach((name, tensor) -> inner.put(name.substring(wrapper.length()), tensor));
        return unwrapped(inner);
      }
    }
    return found;
  }
}
