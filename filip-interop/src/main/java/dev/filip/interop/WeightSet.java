package dev.filip.interop;

import dev.filip.checkpoint.Safetensors;
import dev.filip.folder.Dtype;
import dev.filip.folder.WrappedNames;
import dev.filip.io.BadInput;
import dev.filip.torchfile.TorchFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a source by name, in its order, mapped and copied one at a time. Close it after;
 * not thread-safe while it is filled.
 */
final class WeightSet implements AutoCloseable {
  private record Entry(TensorShape info, Supplier<Tensor> read) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<Path> files = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private WeightSet() {}

  /** One or more safetensors files. */
  @SuppressWarnings("MustBeClosedChecker") // closed with the set
  static WeightSet ofSafetensors(List<Path> files) {
    WeightSet set = new WeightSet();
    return set.filled(() -> {
      for (Path path : files) {
        Safetensors file = Safetensors.open(path);
        set.own(path, file);
        file.tensors()
            .forEach((name, info) ->
                set.put(
                    path,
                    name,
                    new Entry(
                        new TensorShape(info.dtype(), info.shape()), () -> file.tensor(name))));
      }
    });
  }

  /** One or more files of {@code torch.save}, of each the tensors that {@code choice} finds. */
  @SuppressWarnings("MustBeClosedChecker") // closed with the set
  static WeightSet ofTorch(List<Path> files, StateDicts.Choice choice) {
    WeightSet set = new WeightSet();
    return set.filled(() -> {
      for (Path path : files) {
        TorchFile file = TorchFile.open(path);
        set.own(path, file);
        if (choice == StateDicts.Choice.TRAINED && StateDicts.hasEma(file)) {
          set.notes.add("it holds a moving average, too, which is not taken (--ema takes it)");
        }
        StateDicts.of(path, file, choice)
            .forEach((name, tensor) ->
                set.put(
                    path,
                    name,
                    new Entry(
                        new TensorShape(tensor.dtype(), tensor.shape()),
                        () -> file.tensor(tensor))));
      }
    });
  }

  private WeightSet filled(Runnable filler) {
    try {
      filler.run();
      unwrap();
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Takes the marks of wrappers off the names, where all have them. */
  private void unwrap() {
    String prefix = WrappedNames.prefix(entries.keySet());
    if (!prefix.isEmpty()) {
      Map<String, Entry> wrapped = new LinkedHashMap<>(entries);
      entries.clear();
      wrapped.forEach((name, entry) -> entries.put(name.substring(prefix.length()), entry));
      notes.add("the names of its tensors are taken without " + prefix + " before them");
    }
  }

  private void own(Path path, AutoCloseable file) {
    files.add(path);
    open.add(file);
  }

  private void put(Path file, String name, Entry entry) {
    if (entries.putIfAbsent(name, entry) != null) {
      throw new BadInput(file + ": tensor " + name + ": it is in another file, too");
    }
  }

  /** Takes over another set, with its names prefixed. */
  void add(String prefix, WeightSet other) {
    other.entries.forEach((name, entry) -> put(other.files.getFirst(), prefix + name, entry));
    files.addAll(other.files);
    notes.addAll(other.notes);
    open.addAll(other.open);
    other.open.clear();
  }

  /** The files it was read from. */
  List<Path> files() {
    return Collections.unmodifiableList(files);
  }

  /** What the user should know of what was not taken. */
  List<String> notes() {
    return Collections.unmodifiableList(notes);
  }

  /** Names in order. */
  Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  boolean has(String name) {
    return entries.containsKey(name);
  }

  /** Type and shape, or null where there is no such tensor. */
  @Nullable TensorShape find(String name) {
    Entry entry = entries.get(name);
    return entry == null ? null : entry.info();
  }

  /** Type and shape; a missing tensor is {@link BadInput}. */
  TensorShape shape(String name) {
    return entry(name).info();
  }

  /** A copy in the source's own type, owned by the calling thread's scope. */
  Tensor tensor(String name) {
    return entry(name).read().get();
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new BadInput(said() + ": tensor " + name + ": it is missing");
    }
    return entry;
  }

  /** The first file, for messages. */
  String said() {
    return files.isEmpty() ? "no file" : files.getFirst().toString();
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    for (AutoCloseable file : open) {
      try {
        file.close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot unmap " + said(), e);
      }
    }
    open.clear();
  }

  /** Number type and shape of a tensor that is not read yet. */
  record TensorShape(Dtype dtype, long[] shape) {
    /** Whether it can be a weight. */
    boolean floating() {
      return switch (dtype) {
        case F64, F32, F16, BF16 -> true;
        default -> false;
      };
    }

    /** Size of one dimension. */
    int size(int dimension) {
      return Math.toIntExact(shape[dimension]);
    }

    /** The same sizes; a scalar may be written as one row of one number. */
    boolean fits(long[] wanted) {
      return Arrays.equals(shape, wanted)
          || wanted.length == 0 && Arrays.equals(shape, new long[] {1});
    }

    @Override
    public String toString() {
      return dtype + Arrays.toString(shape);
    }
  }
}
