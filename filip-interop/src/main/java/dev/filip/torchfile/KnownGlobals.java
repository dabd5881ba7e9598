package dev.filip.torchfile;

import dev.filip.folder.Dtype;
import dev.filip.pickle.BadPickle;
import dev.filip.pickle.PickleBag;
import dev.filip.pickle.PickleMachine;
import dev.filip.pickle.PickleMachine.PickleTuple;
import dev.filip.pickle.PickleName;
import dev.filip.pickle.PickleNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The names that pickled weights are made of, and the storages behind their persistent ids. */
final class KnownGlobals implements PickleNames {
  private static final Map<String, Dtype> STORAGES =
      Map.of(
          "FloatStorage", Dtype.F32,
          "HalfStorage", Dtype.F16,
          "BFloat16Storage", Dtype.BF16,
          "DoubleStorage", Dtype.F64,
          "LongStorage", Dtype.I64,
          "IntStorage", Dtype.I32,
          "ShortStorage", Dtype.I16,
          "CharStorage", Dtype.I8,
          "ByteStorage", Dtype.U8,
          "BoolStorage", Dtype.BOOL);

  private static final Set<String> TENSORS =
      Set.of(
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_parameter",
          "torch._utils._rebuild_parameter_with_state");

  private static final Set<String> SEQUENCES =
      Set.of(
          "torch.Size",
          "builtins.set",
          "__builtin__.set",
          "builtins.frozenset",
          "__builtin__.frozenset",
          "builtins.list",
          "__builtin__.list",
          "torch.jit._pickle.build_intlist",
          "torch.jit._pickle.build_doublelist",
          "torch.jit._pickle.build_boollist",
          "torch.jit._pickle.build_tensorlist");

  private static final Set<String> INERT =
      Set.of(
          "argparse.Namespace",
          "torch.device",
          "torch.nn.parameter.Parameter",
          "torch._tensor.Tensor",
          "torch.Tensor",
          "numpy.dtype",
          "numpy.ndarray",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar",
          "numpy.core.multiarray._reconstruct",
          "numpy._core.multiarray._reconstruct");

  private static final Set<String> DICTS =
      Set.of("collections.OrderedDict", "builtins.dict", "__builtin__.dict");

  private static final Set<String> DTYPES =
      Set.of(
          "float16",
          "float32",
          "float64",
          "bfloat16",
          "int8",
          "int16",
          "int32",
          "int64",
          "uint8",
          "bool",
          "half",
          "float",
          "double",
          "long",
          "int",
          "short");

  private final Function<PickleTuple, PickledTensor.Storage> storages;

  /** With what a persistent id stands for. */
  KnownGlobals(Function<PickleTuple, PickledTensor.Storage> storages) {
    this.storages = storages;
  }

  @Override
  public String what() {
    return "weights";
  }

  @Override
  public PickledTensor.Storage persistent(PickleTuple id) {
    return storages.apply(id);
  }

  /** A tensor's own is only metadata. */
  @Override
  public void build(Object object, Object state) {
    if (!(object instanceof PickledTensor)) {
      PickleNames.super.build(object, state);
    }
  }

  @Override
  public PickleName admit(String module, String name) {
    PickleName global = new PickleName(module, name);
    String full = global.full();
    boolean known =
        TENSORS.contains(full)
            || SEQUENCES.contains(full)
            || INERT.contains(full)
            || DICTS.contains(full)
            || full.equals("_codecs.encode")
            || full.equals("torch.jit._pickle.restore_type_tag")
            || isModule(global)
            || module.equals("torch") && (STORAGES.containsKey(name) || DTYPES.contains(name));
    if (!known) {
      throw new BadPickle(
          "refers to "
              + full
              + ", which is not on the list of what weights are made of: nothing was executed");
    }
    return global;
  }

  /** A TorchScript class: its code lies in the archive and is never read. */
  private static boolean isModule(PickleName global) {
    return global.module().startsWith("__torch__");
  }

  /** Type of a storage class. */
  static Dtype storage(Object global) {
    Dtype dtype =
        global instanceof PickleName(String module, String name) && module.equals("torch")
            ? STORAGES.get(name)
            : null;
    if (dtype == null) {
      String said = global instanceof PickleName name ? name.full() : "no name";
      throw new BadPickle("has a storage of the unknown type " + said);
    }
    return dtype;
  }

  @Override
  public Object call(PickleName global, PickleTuple arguments) {
    String full = global.full();
    if (TENSORS.contains(full)) {
      return tensor(full, arguments);
    }
    if (DICTS.contains(full)) {
      return dict(arguments);
    }
    if (SEQUENCES.contains(full)) {
      return sequence(full, arguments);
    }
    if (full.equals("_codecs.encode")) {
      return encode(arguments);
    }
    if (full.equals("torch.jit._pickle.restore_type_tag")) {
      return first(full, arguments);
    }
    if (INERT.contains(full) || isModule(global)) {
      return new PickleBag(full);
    }
    throw new BadPickle("calls " + full);
  }

  private static Object tensor(String full, PickleTuple arguments) {
    if (full.contains("parameter")) {
      if (first(full, arguments) instanceof PickledTensor tensor) {
        return tensor;
      }
      throw new BadPickle(full + " of something that is no tensor");
    }
    if (arguments.size() < 4 || !(arguments.get(0) instanceof PickledTensor.Storage storage)) {
      throw new BadPickle(full + " without storage, offset, size and stride");
    }
    return new PickledTensor(
        storage,
        arguments.whole(1, "a tensor's offset"),
        arguments.wholes(2, "a tensor's size"),
        arguments.wholes(3, "a tensor's stride"));
  }

  private static Map<Object, Object> dict(PickleTuple arguments) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (arguments.size() > 0) {
      for (Object pair : items("an OrderedDict's items", arguments.get(0))) {
        List<Object> both = items("an OrderedDict's item", pair);
        if (both.size() != 2) {
          throw new BadPickle("has an OrderedDict whose item is no pair");
        }
        dict.put(PickleMachine.key(both.get(0)), both.get(1));
      }
    }
    return dict;
  }

  private static Object sequence(String full, PickleTuple arguments) {
    List<Object> items =
        arguments.size() == 0 ? List.of() : items(full + "'s items", arguments.get(0));
    return full.equals("torch.Size") ? new PickleTuple(items) : new ArrayList<>(items);
  }

  @SuppressWarnings("unchecked") // lists of the machine hold objects
  private static List<Object> items(String what, Object value) {
    return switch (value) {
      case PickleTuple tuple -> tuple.items();
      case List<?> list -> (List<Object>) list;
      default -> throw new BadPickle(what + " are no sequence");
    };
  }

  private static byte[] encode(PickleTuple arguments) {
    if (arguments.size() > 0 && arguments.get(0) instanceof String text) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
    throw new BadPickle("_codecs.encode of something that is no text");
  }

  private static Object first(String full, PickleTuple arguments) {
    if (arguments.size() == 0) {
      throw new BadPickle(full + " without arguments");
    }
    return arguments.get(0);
  }
}
