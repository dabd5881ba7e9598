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
  private static final int MAX_NESTED = 3;
  private static final int MAX_DEPTH = 32;
  private static final int MAX_TENSORS = 100_000;

  private final Path file;
  private final Map<String, PickledTensor> found = new LinkedHashMap<>();
  private int modules;

  private StateDicts(Path file) {
    this.file = file;
  }

  /** Tensors by the names they have there. */
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
    return dicts.found;
  }

  private Map<?, ?> chosen(Map<?, ?> root, Choice choice) {
    if (choice == Choice.TRAINED) {
      return trained(root);
    }
    for (String key : EMA) {
      if (root.get(key) instanceof Map<?, ?> inner) {
        return inner;
      }
    }
    throw new BadInput(file + ": has no moving average (none of " + String.join(", ", EMA) + ")");
  }

  /** The state dict itself, which some trainers put below two keys. */
  private static Map<?, ?> trained(Map<?, ?> root) {
    Map<?, ?> at = root;
    for (int depth = 0; depth < MAX_NESTED; depth++) {
      Map<?, ?> outer = at;
      Map<?, ?> inner =
          TRAINED.stream()
              .map(outer::get)
              .filter(Map.class::isInstance)
              .map(found -> (Map<?, ?>) found)
              .findFirst()
              .orElse(null);
      if (inner == null) {
        return at;
      }
      at = inner;
    }
    return at;
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
}
