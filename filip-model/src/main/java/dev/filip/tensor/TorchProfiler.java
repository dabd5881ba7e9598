package dev.filip.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.ActivityTypeSet;
import org.bytedeco.pytorch.ExperimentalConfig;
import org.bytedeco.pytorch.ProfilerConfig;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ActivityType;
import org.bytedeco.pytorch.global.torch.ProfilerState;
import org.jspecify.annotations.Nullable;

/**
 * libtorch's own profiler, Kineto, over all threads: the operators each of them ran and, on a GPU,
 * its kernels and copies, as a Chrome trace. The Java bindings make it ready but can neither start
 * nor end it, so those two are called by their C++ names, with the standard library's objects laid
 * out as GNU's has them: on Linux, in a build that has the names. One at a time in a process.
 */
@SuppressWarnings("restricted") // the names say what the functions take
public final class TorchProfiler {
  private static final String PROFILER = "_ZN5torch8autograd8profiler";
  private static final String ENABLE =
      PROFILER
          + "14enableProfilerERKNS_8profiler4impl14ProfilerConfigERKSt3setINS3_12ActivityTypeE"
          + "St4lessIS8_ESaIS8_EERKSt13unordered_setIN2at11RecordScopeESt4hashISH_ESt8equal_toI"
          + "SH_ESaISH_EE";
  private static final String DISABLE = PROFILER + "15disableProfilerEv";
  private static final String SAVE =
      PROFILER + "14ProfilerResult4saveERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
  private static final String FREE = PROFILER + "14ProfilerResultD1Ev";
  private static final long STRING = 32;
  private static final long UNORDERED_SET = 56;
  private static final AtomicBoolean ON = new AtomicBoolean();

  private final MethodHandle disable;
  private final MethodHandle save;
  private final MethodHandle free;

  private TorchProfiler(MethodHandle disable, MethodHandle save, MethodHandle free) {
    this.disable = disable;
    this.save = save;
    this.free = free;
  }

  /**
   * Begins, where this libtorch can be profiled from here.
   *
   * @throws IllegalStateException while another is on, which would end the process
   */
  public static Optional<TorchProfiler> start(ComputeDevice device) {
    Natives.load();
    boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    FunctionDescriptor one = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);
    FunctionDescriptor two = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    MethodHandle enable =
        find(
            ENABLE,
            FunctionDescriptor.ofVoid(
                ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    MethodHandle disable = find(DISABLE, one);
    MethodHandle save = find(SAVE, two);
    MethodHandle free = find(FREE, one);
    if (!linux || enable == null || disable == null || save == null || free == null) {
      return Optional.empty();
    }
    if (!ON.compareAndSet(false, true)) {
      throw new IllegalStateException("libtorch's profiler is on already");
    }
    begin(enable, device);
    return Optional.of(new TorchProfiler(disable, save, free));
  }

  private static void begin(MethodHandle enable, ComputeDevice device) {
    try (var _ = new StepScope();
        Arena arena = Arena.ofConfined()) {
      ExperimentalConfig all = new ExperimentalConfig();
      all.profile_all_threads(true);
      ProfilerConfig config =
          new ProfilerConfig(
              ProfilerState.KINETO, false, false, false, false, false, all, new BytePointer(""));
      ActivityTypeSet activities = new ActivityTypeSet();
      activities.insert(ActivityType.CPU);
      if (!device.isCpu()) {
        activities.insert(ActivityType.CUDA);
      }
      torch.prepareProfiler(config, activities);
      enable.invokeExact(
          MemorySegment.ofAddress(config.address()),
          MemorySegment.ofAddress(activities.address()),
          noScopes(arena));
    } catch (Throwable e) {
      ON.set(false);
      throw failed("begin", e);
    }
  }

  /** An empty {@code std::unordered_set}: all scopes. */
  private static MemorySegment noScopes(Arena arena) {
    MemorySegment set = arena.allocate(UNORDERED_SET, 8);
    set.set(ValueLayout.ADDRESS, 0, set.asSlice(48)); // buckets: the single one within
    set.set(ValueLayout.JAVA_LONG, 8, 1); // their count
    set.set(ValueLayout.JAVA_FLOAT, 32, 1); // most elements a bucket
    return set;
  }

  /** Ends it and writes what happened meanwhile: a Chrome trace, JSON. */
  public void stop(Path trace) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = disabled(arena);
      if (result.address() == 0) {
        throw new IllegalStateException("the profiler has no result");
      }
      MemorySegment text = arena.allocateFrom(trace.toString());
      MemorySegment name = arena.allocate(STRING, 8);
      name.set(ValueLayout.ADDRESS, 0, text);
      name.set(ValueLayout.JAVA_LONG, 8, text.byteSize() - 1);
      name.set(ValueLayout.JAVA_LONG, 16, text.byteSize() - 1); // its capacity
      save.invokeExact(result, name);
      free.invokeExact(result);
    } catch (Throwable e) {
      throw failed("end", e);
    }
  }

  /** Ends it and forgets what happened. */
  public void drop() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = disabled(arena);
      if (result.address() != 0) {
        free.invokeExact(result);
      }
    } catch (Throwable e) {
      throw failed("end", e);
    }
  }

  /** Its result, a null address where there is none. */
  private MemorySegment disabled(Arena arena) throws Throwable {
    MemorySegment owner = arena.allocate(ValueLayout.ADDRESS);
    disable.invokeExact(owner);
    ON.set(false);
    return owner.get(ValueLayout.ADDRESS, 0);
  }

  private static @Nullable MethodHandle find(String name, FunctionDescriptor type) {
    return SymbolLookup.loaderLookup()
        .find(name)
        .map(symbol -> Linker.nativeLinker().downcallHandle(symbol, type))
        .orElse(null);
  }

  private static IllegalStateException failed(String what, Throwable e) {
    String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new IllegalStateException("libtorch's profiler did not " + what + ": " + reason, e);
  }
}
