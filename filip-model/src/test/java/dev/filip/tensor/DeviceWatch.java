package dev.filip.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.DispatchKeySet;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.DispatchKey;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every operator that the threads which {@link #join} it call on {@link
 * ComputeDevice#META}, and at every operator that those call, and writes down what CUDA would
 * refuse or wait for: operands in ordinary memory beside ones on the device, tensors made in
 * ordinary memory, copies that are not {@link ComputeDevice#send}'s, and numbers read back, in
 * whose place 0 is given so that the work goes on. What libtorch itself lets pass between META and
 * the CPU is found, too. Where libtorch cannot tell the shape of a result on META, zeros on the CPU
 * tell it. Autocast is played: the operators of its lists get the types it would give them.
 *
 * <p>It stands in libtorch's dispatcher, above everything, by the key that is kept for such tests.
 * One at a time in a process.
 */
public final class DeviceWatch implements AutoCloseable {
  static final DispatchKey MODE = DispatchKey.TESTING_ONLY_GenericMode;

  private static final Pattern UNKNOWN =
      Pattern.compile("(aten::[\\w.]+): attempted to run this operator with Meta tensors");

  /** Operators that give numbers to the host, or a shape that hangs on numbers. */
  private static final Set<String> READS =
      Set.of(
          "aten::_local_scalar_dense",
          "aten::nonzero",
          "aten::masked_select",
          "aten::equal",
          "aten::is_nonzero",
          "aten::_unique2",
          "aten::unique_dim",
          "aten::unique_consecutive",
          "aten::repeat_interleave.Tensor",
          "aten::bincount");

  /** Autocast's lists, as far as they meet what is computed here. */
  private static final Set<String> LOWER =
      Set.of(
          "aten::linear",
          "aten::matmul",
          "aten::mm",
          "aten::addmm",
          "aten::bmm",
          "aten::baddbmm",
          "aten::conv2d",
          "aten::scaled_dot_product_attention");

  private static final Set<String> WIDER =
      Set.of(
          "aten::layer_norm",
          "aten::softmax.int",
          "aten::logsumexp",
          "aten::sum.dim_IntList",
          "aten::linalg_vector_norm");

  private static volatile @Nullable DeviceWatch watching;
  private static boolean installed;

  private final List<String> mistakes = Collections.synchronizedList(new ArrayList<>());
  private final List<String> reads = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Integer> calls = Collections.synchronizedMap(new TreeMap<>());
  private final Set<Thread> joined = ConcurrentHashMap.newKeySet();
  private final ThreadLocal<List<String>> open = ThreadLocal.withInitial(ArrayList::new);

  /** Whether this libtorch lets it in. */
  public static boolean works() {
    Natives.load();
    return System.getProperty("os.name").startsWith("Linux") && MetaKernels.work();
  }

  /** Begins on the calling thread. */
  public DeviceWatch() {
    synchronized (DeviceWatch.class) {
      if (watching != null) {
        throw new IllegalStateException("one at a time");
      }
      install();
      watching = this;
    }
    join();
  }

  /** The calling thread's operators, too, from here on. */
  public void join() {
    if (joined.add(Thread.currentThread())) {
      torch.tls_set_dispatch_key_included(MODE, true);
    }
  }

  /** Whether anyone looks. */
  static boolean on() {
    return watching != null;
  }

  /** What a work gives; of one that fails, what was found until then is said. */
  public <T> T of(Callable<T> work) {
    try {
      return work.call();
    } catch (Exception e) {
      throw new AssertionError(String.join("\n", mistakes), e);
    }
  }

  /** What a GPU would have refused. */
  public List<String> mistakes() {
    return List.copyOf(mistakes);
  }

  /** What was read back, in order. */
  public List<String> reads() {
    return List.copyOf(reads);
  }

  /** How often each operator was called on the device. */
  public Map<String, Integer> calls() {
    return new TreeMap<>(calls);
  }

  /** Ends it; called by the thread that began it. */
  @Override
  public void close() {
    torch.tls_set_dispatch_key_included(MODE, false);
    watching = null;
  }

  private static void install() {
    if (installed) {
      return;
    }
    Dispatcher.singleton()
        .registerFallback(
            MODE, MetaKernels.kernel(DeviceWatch.class, "seen"), new BytePointer("DeviceWatch"))
        .retainReference();
    MetaKernels.begin();
    installed = true;
  }

  /** libtorch calls it for every operator of a watched thread. */
  static void seen(long functor, long operator, long keys, long stack) {
    try (var _ = new StepScope()) {
      OperatorHandle handle = new OperatorHandle(new MetaKernels.Borrowed(operator));
      IValueVector values = new IValueVector(new MetaKernels.Borrowed(stack));
      DeviceWatch watch = watching;
      MetaKernels.Operator of = MetaKernels.Operator.of(handle);
      DispatchKeySet below = DispatchKeySet.from_raw_repr(keys).remove(MODE);
      if (watch == null) {
        handle.redispatchBoxed(below, values);
        return;
      }
      watch.look(of, handle, below, values);
    } catch (Throwable e) { // nothing may be thrown through libtorch's frames
      failed(e);
    }
  }

  static void failed(Throwable e) {
    DeviceWatch watch = watching;
    if (watch == null) {
      System.err.println("DeviceWatch: " + e);
    } else {
      watch.mistakes.add("the watch itself fails: " + e);
    }
  }

  private void look(
      MetaKernels.Operator of, OperatorHandle handle, DispatchKeySet below, IValueVector stack) {
    List<Tensor> in =
        MetaKernels.tensors(stack, (int) stack.size() - of.arguments(), of.arguments());
    boolean there = in.stream().anyMatch(Tensor::is_meta);
    boolean here = in.stream().anyMatch(t -> t.is_cpu() && t.dim() > 0);
    if (there) {
      calls.merge(of.name(), 1, Integer::sum);
      boolean sends = of.name().equals("aten::copy_") && open.get().contains("aten::_to_copy");
      if (here && !sends) {
        mistakes.add(of.name() + " of ordinary memory, within " + open.get());
      }
      if (READS.contains(of.name()) || toHost(of, stack)) {
        reads.add(of.name());
        instead(of, stack, in.getFirst());
        return;
      }
      cast(of, stack);
    }
    int before = (int) stack.size() - of.arguments();
    open.get().add(of.name());
    try {
      call(handle, below, stack, before);
    } catch (RuntimeException e) {
      mistakes.add(of.name() + " fails: " + first(e));
      stack.resize(before);
      for (int i = 0; i < of.returns(); i++) {
        stack.push_back(new IValue());
      }
      return;
    } finally {
      open.get().removeLast();
    }
    boolean makes =
        in.isEmpty()
            && open.get().isEmpty()
            && !of.name().startsWith("aten::empty")
            && MetaKernels.tensors(stack, before, (int) stack.size() - before).stream()
                .anyMatch(t -> t.is_cpu() && t.dim() > 0);
    if (makes) {
      mistakes.add(of.name() + " makes a tensor in ordinary memory");
    }
  }

  /** Again where libtorch did not know an operator on META, which is learnt. */
  private static void call(
      OperatorHandle handle, DispatchKeySet below, IValueVector stack, int before) {
    List<IValue> given = new ArrayList<>();
    for (int i = before; i < stack.size(); i++) {
      given.add(new IValue(stack.get(i)));
    }
    while (true) {
      try {
        handle.redispatchBoxed(below, stack);
        return;
      } catch (RuntimeException e) {
        Matcher unknown = UNKNOWN.matcher(first(e));
        if (!unknown.find() || !MetaKernels.learn(unknown.group(1))) {
          throw e;
        }
        stack.resize(before);
        given.forEach(stack::push_back);
      }
    }
  }

  private static String first(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().filter(l -> !l.isBlank()).findFirst().orElse("");
  }

  /** Whether it copies from the device to ordinary memory. */
  private static boolean toHost(MetaKernels.Operator of, IValueVector stack) {
    if (!of.name().equals("aten::_to_copy")) {
      return false;
    }
    int first = (int) stack.size() - of.arguments();
    for (int i = first; i < stack.size(); i++) {
      IValue value = stack.get(i);
      if (value.isDevice() && value.toDevice().is_cpu()) {
        return stack.get(first).toTensor().is_meta();
      }
    }
    return false;
  }

  /** A number of 0, or zeros, in place of what was read. */
  private static void instead(MetaKernels.Operator of, IValueVector stack, Tensor like) {
    int first = (int) stack.size() - of.arguments();
    boolean copy = of.name().equals("aten::_to_copy");
    Tensor zeros = torch.zeros(Tensors.shape(like), new TensorOptions(like.scalar_type()));
    stack.resize(first);
    if (of.name().equals("aten::_local_scalar_dense")) {
      stack.push_back(new IValue(0.0));
    } else if (copy) {
      stack.push_back(new IValue(zeros));
    } else {
      for (int i = 0; i < of.returns(); i++) {
        stack.push_back(new IValue());
      }
    }
  }

  /** What autocast does before an operator. */
  private static void cast(MetaKernels.Operator of, IValueVector stack) {
    if (!torch.is_autocast_enabled(DeviceType.CUDA)) {
      return;
    }
    boolean lower = LOWER.contains(of.name());
    if (!lower && !WIDER.contains(of.name())) {
      return;
    }
    ScalarType to = lower ? torch.get_autocast_dtype(DeviceType.CUDA) : ScalarType.Float;
    int first = (int) stack.size() - of.arguments();
    for (int i = first; i < stack.size(); i++) {
      IValue value = stack.get(i);
      if (value.isTensor() && value.toTensor().defined()) {
        Tensor t = value.toTensor();
        ScalarType type = t.scalar_type().intern();
        boolean floats =
            type == ScalarType.Float || type == ScalarType.BFloat16 || type == ScalarType.Half;
        if (floats && type != to) {
          stack.put(i, new IValue(t.to(to)));
        }
      }
    }
  }
}
