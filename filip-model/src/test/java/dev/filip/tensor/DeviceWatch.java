package dev.filip.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.DispatchKeySet;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.IntType;
import org.bytedeco.pytorch.KernelFunction;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.Type;
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
@SuppressWarnings("restricted") // libtorch calls back
public final class DeviceWatch implements AutoCloseable {
  private static final DispatchKey MODE = DispatchKey.TESTING_ONLY_GenericMode;

  private static final String REGISTER =
      "_ZN3c1010Dispatcher12registerImplENS_12OperatorNameESt8optionalINS_11DispatchKeyEE"
          + "NS_14KernelFunctionES2_INS_4impl12CppSignatureEESt10unique_ptrINS_14FunctionSchemaE"
          + "St14default_deleteISA_EENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";

  /** Of which libtorch would say on META that a backend must have its own. */
  private static final List<String> OWN_OF_A_BACKEND =
      List.of("aten::convolution_overrideable", "aten::convolution_backward_overrideable");

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

  private static final Map<Long, Operator> OPERATORS = new ConcurrentHashMap<>();
  private static final Set<String> LEARNT = ConcurrentHashMap.newKeySet();
  private static final Arena FOREVER = Arena.global();
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
    return System.getProperty("os.name").startsWith("Linux")
        && SymbolLookup.loaderLookup().find(REGISTER).isPresent();
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

  /** A name, and how many values go in and come out. */
  private record Operator(String name, int arguments, int returns) {
    static Operator of(OperatorHandle handle) {
      return OPERATORS.computeIfAbsent(
          handle.address(),
          key -> {
            var schema = handle.schema();
            String overload = text(schema.overload_name());
            String name = text(schema.name());
            return new Operator(
                overload.isEmpty() ? name : name + "." + overload,
                count(schema.arguments()),
                count(schema.returns()));
          });
    }

    private static int count(@Nullable Argument of) {
      return of == null ? 0 : Math.toIntExact(of.limit()); // none come as null
    }

    private static String text(@Nullable BytePointer of) {
      return of == null ? "" : of.getString(); // an empty one comes as null
    }

    boolean inPlace() {
      String plain = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
      return plain.endsWith("_") && !plain.endsWith("__");
    }

    boolean out() {
      return name.endsWith(".out") || name.endsWith("_out");
    }
  }

  private static void install() {
    if (installed) {
      return;
    }
    Dispatcher.singleton()
        .registerFallback(MODE, kernel("seen"), new BytePointer("DeviceWatch"))
        .retainReference();
    OWN_OF_A_BACKEND.forEach(DeviceWatch::learn);
    installed = true;
  }

  /** From here on the operator is found out on zeros. */
  private static boolean learn(String name) {
    if (!LEARNT.add(name)) {
      return false;
    }
    int dot = name.indexOf('.');
    String plain = dot < 0 ? name : name.substring(0, dot);
    register(new OperatorName(plain, dot < 0 ? "" : name.substring(dot + 1)), kernel("onZeros"));
    return true;
  }

  /**
   * {@code Dispatcher::registerImpl} for META, by its C++ name: the Java binding asks for objects
   * that stand for none.
   */
  private static void register(OperatorName operator, KernelFunction kernel) {
    MemoryLayout optional = MemoryLayout.structLayout(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    MethodHandle call =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.loaderLookup().find(REGISTER).orElseThrow(),
                FunctionDescriptor.ofVoid(
                    ValueLayout.ADDRESS, // where the handle goes, which nobody gives back
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    optional,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS));
    MemorySegment name = FOREVER.allocate(32, 8); // a short std::string
    name.set(ValueLayout.ADDRESS, 0, name.asSlice(16));
    try {
      call.invokeExact(
          FOREVER.allocate(64, 8),
          MemorySegment.ofAddress(Dispatcher.singleton().address()),
          MemorySegment.ofAddress(operator.address()),
          DispatchKey.Meta.value & 0xFFFF | 1 << 16,
          MemorySegment.ofAddress(kernel.address()),
          FOREVER.allocate(optional),
          FOREVER.allocate(8, 8),
          name);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** A kernel of libtorch's that calls a method of this class. */
  private static KernelFunction kernel(String method) {
    try {
      MethodType type =
          MethodType.methodType(void.class, long.class, long.class, long.class, long.class);
      MethodHandle target = MethodHandles.lookup().findStatic(DeviceWatch.class, method, type);
      MemorySegment stub =
          Linker.nativeLinker()
              .upcallStub(
                  target,
                  FunctionDescriptor.ofVoid(
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_LONG),
                  FOREVER);
      KernelFunction kernel = KernelFunction.makeFallthrough();
      // behind the functor, which stays empty, lies the function that is called with boxed values
      MemorySegment.ofAddress(kernel.address())
          .reinterpret(16)
          .set(ValueLayout.JAVA_LONG, 8, stub.address());
      if (kernel.isFallthrough()) {
        throw new IllegalStateException("libtorch's kernels are laid out otherwise");
      }
      return kernel;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Memory that libtorch owns. */
  private static final class Borrowed extends Pointer {
    Borrowed(long address) {
      this.address = address;
    }
  }

  /** libtorch calls it for every operator of a watched thread. */
  static void seen(long functor, long operator, long keys, long stack) {
    try (var _ = new StepScope()) {
      OperatorHandle handle = new OperatorHandle(new Borrowed(operator));
      IValueVector values = new IValueVector(new Borrowed(stack));
      DeviceWatch watch = watching;
      Operator of = Operator.of(handle);
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

  private static void failed(Throwable e) {
    DeviceWatch watch = watching;
    if (watch == null) {
      System.err.println("DeviceWatch: " + e);
    } else {
      watch.mistakes.add("the watch itself fails: " + e);
    }
  }

  private void look(Operator of, OperatorHandle handle, DispatchKeySet below, IValueVector stack) {
    List<Tensor> in = tensors(stack, (int) stack.size() - of.arguments, of.arguments);
    boolean there = in.stream().anyMatch(Tensor::is_meta);
    boolean here = in.stream().anyMatch(t -> t.is_cpu() && t.dim() > 0);
    if (there) {
      calls.merge(of.name, 1, Integer::sum);
      boolean sends = of.name.equals("aten::copy_") && open.get().contains("aten::_to_copy");
      if (here && !sends) {
        mistakes.add(of.name + " of ordinary memory, within " + open.get());
      }
      if (READS.contains(of.name) || toHost(of, stack)) {
        reads.add(of.name);
        instead(of, stack, in.getFirst());
        return;
      }
      cast(of, stack);
    }
    int before = (int) stack.size() - of.arguments;
    open.get().add(of.name);
    try {
      call(handle, below, stack, before);
    } catch (RuntimeException e) {
      mistakes.add(of.name + " fails: " + first(e));
      stack.resize(before);
      for (int i = 0; i < of.returns; i++) {
        stack.push_back(new IValue());
      }
      return;
    } finally {
      open.get().removeLast();
    }
    boolean makes =
        in.isEmpty()
            && open.get().isEmpty()
            && !of.name.startsWith("aten::empty")
            && tensors(stack, before, (int) stack.size() - before).stream()
                .anyMatch(t -> t.is_cpu() && t.dim() > 0);
    if (makes) {
      mistakes.add(of.name + " makes a tensor in ordinary memory");
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
        if (!unknown.find() || !learn(unknown.group(1))) {
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
  private static boolean toHost(Operator of, IValueVector stack) {
    if (!of.name.equals("aten::_to_copy")) {
      return false;
    }
    int first = (int) stack.size() - of.arguments;
    for (int i = first; i < stack.size(); i++) {
      IValue value = stack.get(i);
      if (value.isDevice() && value.toDevice().is_cpu()) {
        return stack.get(first).toTensor().is_meta();
      }
    }
    return false;
  }

  /** A number of 0, or zeros, in place of what was read. */
  private static void instead(Operator of, IValueVector stack, Tensor like) {
    int first = (int) stack.size() - of.arguments;
    boolean copy = of.name.equals("aten::_to_copy");
    Tensor zeros = torch.zeros(Tensors.shape(like), new TensorOptions(like.scalar_type()));
    stack.resize(first);
    if (of.name.equals("aten::_local_scalar_dense")) {
      stack.push_back(new IValue(0.0));
    } else if (copy) {
      stack.push_back(new IValue(zeros));
    } else {
      for (int i = 0; i < of.returns; i++) {
        stack.push_back(new IValue());
      }
    }
  }

  /** What autocast does before an operator. */
  private static void cast(Operator of, IValueVector stack) {
    if (!torch.is_autocast_enabled(DeviceType.CUDA)) {
      return;
    }
    boolean lower = LOWER.contains(of.name);
    if (!lower && !WIDER.contains(of.name)) {
      return;
    }
    ScalarType to = lower ? torch.get_autocast_dtype(DeviceType.CUDA) : ScalarType.Float;
    int first = (int) stack.size() - of.arguments;
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

  private static List<Tensor> tensors(IValueVector stack, int from, int count) {
    List<Tensor> found = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      add(found, stack.get(i));
    }
    return found;
  }

  private static void add(List<Tensor> found, IValue value) {
    if (value.isTensor()) {
      Tensor t = value.toTensor();
      if (t.defined()) {
        found.add(t);
      }
    } else if (value.isList()) {
      GenericList list = value.toList();
      for (long i = 0; i < list.size(); i++) {
        add(found, list.get(i));
      }
    }
  }

  /** libtorch calls it on META for an operator that it does not know there. */
  static void onZeros(long functor, long operator, long keys, long stack) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      OperatorHandle handle = new OperatorHandle(new Borrowed(operator));
      IValueVector values = new IValueVector(new Borrowed(stack));
      torch.tls_set_dispatch_key_included(MODE, false);
      try {
        zeros(Operator.of(handle), handle, values);
      } finally {
        torch.tls_set_dispatch_key_included(MODE, true);
      }
    } catch (Throwable e) {
      failed(e);
    }
  }

  private static void zeros(Operator of, OperatorHandle handle, IValueVector stack) {
    int first = (int) stack.size() - of.arguments;
    IValueVector copy = new IValueVector();
    for (int i = first; i < stack.size(); i++) {
      copy.push_back(zeros(stack.get(i)));
    }
    IValue kept = new IValue(stack.get(of.inPlace() ? first : stack.size() - 1));
    host(of, handle, copy);
    if (of.out()) {
      Tensor result = copy.get(0).toTensor();
      kept.toTensor().resize_(Tensors.shape(result));
    }
    stack.resize(first);
    for (int i = 0; i < of.returns; i++) {
      IValue made = copy.get(i);
      if (of.inPlace() || of.out()) {
        stack.push_back(kept);
      } else if (made.isTensor() && made.toTensor().defined()) {
        stack.push_back(new IValue(ComputeDevice.META.send(made.toTensor())));
      } else {
        stack.push_back(new IValue(made));
      }
    }
  }

  /** On the CPU; what has another name or other arguments there gets them. */
  private static void host(Operator of, OperatorHandle handle, IValueVector values) {
    switch (of.name) {
      case "aten::convolution_overrideable" -> call("aten::convolution", values);
      case "aten::convolution_backward_overrideable" -> {
        List<IValue> all = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
          all.add(new IValue(values.get(i)));
        }
        all.add(3, ints(values.get(2).toTensor().size(0))); // the bias's size
        values.resize(0);
        all.forEach(values::push_back);
        call("aten::convolution_backward", values);
      }
      case "aten::mm.dtype" -> {
        Tensor a = values.get(0).toTensor().to(ScalarType.Float);
        Tensor b = values.get(1).toTensor().to(ScalarType.Float);
        Tensor product = a.mm(b);
        values.resize(0);
        values.push_back(new IValue(product));
      }
      default -> handle.callBoxed(values);
    }
  }

  private static void call(String name, IValueVector values) {
    new OperatorHandle(Dispatcher.singleton().findSchemaOrThrow(name, "")).callBoxed(values);
  }

  private static IValue ints(long value) {
    GenericList list = new GenericList(new Type.TypePtr(IntType.getIntTypePtr().get()));
    list.push_back(new IValue(value));
    return new IValue(list);
  }

  /** With zeros for what lies on META. */
  private static IValue zeros(IValue value) {
    if (value.isTensorList()) {
      List<Tensor> list = new ArrayList<>();
      add(list, value);
      return BoxedCall.list(list.stream().map(DeviceWatch::zeros).toList());
    }
    return value.isTensor() && value.toTensor().defined()
        ? new IValue(zeros(value.toTensor()))
        : new IValue(value);
  }

  private static Tensor zeros(Tensor t) {
    return t.is_meta() ? torch.zeros(Tensors.shape(t), new TensorOptions(t.scalar_type())) : t;
  }
}
