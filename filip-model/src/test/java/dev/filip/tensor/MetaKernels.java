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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Argument;
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
import org.bytedeco.pytorch.global.torch.DispatchKey;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Kernels of libtorch's dispatcher that are Java's, and what they tell of operators that libtorch
 * does not know on {@link ComputeDevice#META}: the shapes that zeros on the CPU have. For {@link
 * DeviceWatch}; what is registered stays so in the process.
 */
@SuppressWarnings("restricted") // libtorch calls back
final class MetaKernels {
  private static final String REGISTER =
      "_ZN3c1010Dispatcher12registerImplENS_12OperatorNameESt8optionalINS_11DispatchKeyEE"
          + "NS_14KernelFunctionES2_INS_4impl12CppSignatureEESt10unique_ptrINS_14FunctionSchemaE"
          + "St14default_deleteISA_EENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";

  /** Of which libtorch would say on META that a backend must have its own. */
  private static final List<String> OWN_OF_A_BACKEND =
      List.of("aten::convolution_overrideable", "aten::convolution_backward_overrideable");

  private static final Map<Long, Operator> OPERATORS = new ConcurrentHashMap<>();
  private static final Set<String> LEARNT = ConcurrentHashMap.newKeySet();
  private static final Arena FOREVER = Arena.global();

  private MetaKernels() {}

  /** Whether this libtorch lets them in. */
  static boolean work() {
    return SymbolLookup.loaderLookup().find(REGISTER).isPresent();
  }

  /** What is known beforehand. */
  static void begin() {
    OWN_OF_A_BACKEND.forEach(MetaKernels::learn);
  }

  /** A name, and how many values go in and come out. */
  record Operator(String name, int arguments, int returns) {
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

  /** From here on the operator is found out on zeros. */
  static boolean learn(String name) {
    if (!LEARNT.add(name)) {
      return false;
    }
    int dot = name.indexOf('.');
    String plain = dot < 0 ? name : name.substring(0, dot);
    register(
        new OperatorName(plain, dot < 0 ? "" : name.substring(dot + 1)),
        kernel(MetaKernels.class, "onZeros"));
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

  /** A kernel of libtorch's that calls a method. */
  static KernelFunction kernel(Class<?> of, String method) {
    try {
      MethodType type =
          MethodType.methodType(void.class, long.class, long.class, long.class, long.class);
      MethodHandle target = MethodHandles.lookup().findStatic(of, method, type);
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
  static final class Borrowed extends Pointer {
    Borrowed(long address) {
      this.address = address;
    }
  }

  static List<Tensor> tensors(IValueVector stack, int from, int count) {
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
      torch.tls_set_dispatch_key_included(DeviceWatch.MODE, false);
      try {
        zeros(Operator.of(handle), handle, values);
      } finally {
        torch.tls_set_dispatch_key_included(DeviceWatch.MODE, DeviceWatch.on());
      }
    } catch (Throwable e) {
      DeviceWatch.failed(e);
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
      return BoxedCall.list(list.stream().map(MetaKernels::zeros).toList());
    }
    return value.isTensor() && value.toTensor().defined()
        ? new IValue(zeros(value.toTensor()))
        : new IValue(value);
  }

  private static Tensor zeros(Tensor t) {
    return t.is_meta() ? torch.zeros(Tensors.shape(t), new TensorOptions(t.scalar_type())) : t;
  }
}
