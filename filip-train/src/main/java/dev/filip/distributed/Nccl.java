package dev.filip.distributed;

import dev.filip.io.BadInput;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's library for what GPUs do together (NCCL 2, nccl.h): the functions in use, called by
 * Java's foreign functions. libtorch's CUDA build needs the same library, so it is there wherever
 * that loads; its own binding, c10d's ProcessGroupNCCL, is incomplete (docs/GPU.md). Thread-safe.
 * <b>Untried on several GPUs.</b>
 */
@SuppressWarnings("restricted") // the names say what the functions take
final class Nccl {
  /** Variable of the environment: the library's file, where it is not found by its name. */
  static final String LIBRARY = "FILIP_NCCL";

  private static final String NAME = "libnccl.so.2";

  /** ncclUniqueId, which ncclCommInitRank takes by value. */
  static final MemoryLayout UNIQUE_ID =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(128, ValueLayout.JAVA_BYTE));

  private static final int SUCCESS = 0;
  private static final int REMOTE_ERROR = 6;
  private static final int IN_PROGRESS = 7;
  private static final int SUM = 0; // ncclSum
  private static final long TEXT = 4096;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout POINTER = ValueLayout.ADDRESS;

  private final String from;
  private final SymbolLookup library;
  private final MethodHandle allReduce;
  private final MethodHandle allGather;
  private final MethodHandle reduceScatter;
  private final MethodHandle broadcast;
  private final MethodHandle initRank;
  private final MethodHandle getAsyncError;

  /**
   * @param from what errors call the library
   * @throws BadInput where it lacks a function, naming it
   */
  Nccl(String from, SymbolLookup library) {
    this.from = from;
    this.library = library;
    allReduce = function("ncclAllReduce", LONG, LONG, LONG, INT, INT, POINTER, LONG);
    allGather = function("ncclAllGather", LONG, LONG, LONG, INT, POINTER, LONG);
    reduceScatter = function("ncclReduceScatter", LONG, LONG, LONG, INT, INT, POINTER, LONG);
    broadcast = function("ncclBroadcast", LONG, LONG, LONG, INT, INT, POINTER, LONG);
    initRank = function("ncclCommInitRank", POINTER, INT, UNIQUE_ID, INT);
    getAsyncError = function("ncclCommGetAsyncError", POINTER, POINTER);
    for (String one : new String[] {"ncclCommAbort", "ncclCommDestroy"}) {
      function(one, POINTER);
    }
  }

  /**
   * The installed one: {@code FILIP_NCCL}, or {@code libnccl.so.2} where libraries are looked for.
   *
   * @throws BadInput where there is none, in one line
   */
  static Nccl find() {
    return find(System.getenv());
  }

  static Nccl find(Map<String, String> environment) {
    @Nullable String given = environment.get(LIBRARY);
    String name = given == null || given.isBlank() ? NAME : given;
    try {
      return new Nccl(name, SymbolLookup.libraryLookup(name, Arena.global()));
    } catch (IllegalArgumentException e) {
      throw new BadInput(
          "several GPUs need NCCL, which cannot be loaded as "
              + name
              + ": install NCCL 2 for CUDA 13, or name its file by "
              + LIBRARY,
          e);
    }
  }

  private MethodHandle function(String name, MemoryLayout... arguments) {
    return Linker.nativeLinker().downcallHandle(at(name), FunctionDescriptor.of(INT, arguments));
  }

  private MemorySegment at(String name) {
    return library
        .find(name)
        .orElseThrow(() -> new BadInput(from + " is no NCCL 2.4 or newer: it has no " + name));
  }

  /** Its version, such as {@code 2.32.3}. */
  String version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(INT);
      check("ncclGetVersion", (int) function("ncclGetVersion", POINTER).invoke(out), null);
      int code = out.get(INT, 0);
      return code / 10_000 + "." + code / 100 % 100 + "." + code % 100;
    } catch (Throwable e) {
      throw failed("ncclGetVersion", e);
    }
  }

  /** A new group's name, 128 bytes: made by one rank, known to all. */
  byte[] uniqueId() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(UNIQUE_ID);
      check("ncclGetUniqueId", (int) function("ncclGetUniqueId", POINTER).invoke(out), null);
      return out.toArray(ValueLayout.JAVA_BYTE);
    } catch (Throwable e) {
      throw failed("ncclGetUniqueId", e);
    }
  }

  /** Joins a group with the calling thread's GPU; waits for all its ranks without end. */
  Group join(byte[] uniqueId, int rank, int world) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment id = arena.allocate(UNIQUE_ID);
      MemorySegment.copy(uniqueId, 0, id, ValueLayout.JAVA_BYTE, 0, uniqueId.length);
      MemorySegment out = arena.allocate(POINTER);
      check("ncclCommInitRank", (int) initRank.invoke(out, world, id, rank), null);
      return new Group(out.get(ValueLayout.ADDRESS, 0));
    } catch (Throwable e) {
      throw failed("ncclCommInitRank", e);
    }
  }

  /** ncclDataType_t of a tensor's type. */
  static int type(ScalarType type) {
    return switch (type.intern()) {
      case Char -> 0;
      case Byte, Bool -> 1;
      case Int -> 2;
      case Long -> 4;
      case Half -> 6;
      case Float -> 7;
      case Double -> 8;
      case BFloat16 -> 9;
      default -> throw new IllegalArgumentException("NCCL sums no " + type);
    };
  }

  /** A call that NCCL refused: which, and why in its own words. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean remote;

    private Failure(String call, String why, boolean remote) {
      super(call + " fails: " + why);
      this.remote = remote;
    }

    /** Whether another rank or the network is to blame. */
    boolean remote() {
      return remote;
    }
  }

  private void check(String call, int code, @Nullable MemorySegment comm) {
    if (code != SUCCESS && code != IN_PROGRESS) {
      throw new Failure(call, why(code, comm), code == REMOTE_ERROR);
    }
  }

  /** In one line: what the code means, and the last error where NCCL knows one (2.13). */
  private String why(int code, @Nullable MemorySegment comm) {
    String means = text("ncclGetErrorString", INT, code);
    String last =
        library.find("ncclGetLastError").isEmpty()
            ? ""
            : text("ncclGetLastError", POINTER, comm == null ? MemorySegment.NULL : comm);
    return BadInput.line(last.isBlank() ? means : means + ": " + last.strip());
  }

  private String text(String name, ValueLayout takes, Object argument) {
    try {
      MethodHandle call =
          Linker.nativeLinker()
              .downcallHandle(at(name), FunctionDescriptor.of(ValueLayout.ADDRESS, takes));
      MemorySegment found = (MemorySegment) call.invokeWithArguments(argument);
      return found.address() == 0 ? "" : found.reinterpret(TEXT).getString(0);
    } catch (Throwable e) {
      throw failed(name, e);
    }
  }

  private static RuntimeException failed(String call, Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException said
        ? said
        : new IllegalStateException(call + " cannot be called", e);
  }

  /**
   * One rank's communicator (ncclComm_t). Operations are put into a stream and not waited for; by
   * one thread at a time. {@link #checkAsync} and {@link #abort} are for any other.
   */
  final class Group {
    private final MemorySegment comm;
    private volatile boolean ended;

    private Group(MemorySegment comm) {
      this.comm = comm;
    }

    private interface Calling {
      int call() throws Throwable;
    }

    private void call(String name, Calling calling) {
      if (ended) {
        throw new IllegalStateException(name + " of a group that has ended");
      }
      try {
        check(name, calling.call(), comm);
      } catch (Throwable e) {
        throw failed(name, e);
      }
    }

    /** In place. */
    void allReduce(long at, long count, int type, long stream) {
      call("ncclAllReduce", () -> (int) allReduce.invoke(at, at, count, type, SUM, comm, stream));
    }

    /**
     * @param count of each rank's part
     */
    void allGather(long own, long all, long count, int type, long stream) {
      call("ncclAllGather", () -> (int) allGather.invoke(own, all, count, type, comm, stream));
    }

    /**
     * @param count of each rank's part
     */
    void reduceScatter(long whole, long own, long count, int type, long stream) {
      call(
          "ncclReduceScatter",
          () -> (int) reduceScatter.invoke(whole, own, count, type, SUM, comm, stream));
    }

    /** Of rank 0, in place. */
    void broadcast(long at, long count, int type, long stream) {
      call("ncclBroadcast", () -> (int) broadcast.invoke(at, at, count, type, 0, comm, stream));
    }

    /** What went wrong since, in the background; nothing where the group has ended. */
    synchronized void checkAsync() {
      if (ended) {
        return; // its memory is NCCL's again
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment out = arena.allocate(INT);
        call("ncclCommGetAsyncError", () -> (int) getAsyncError.invoke(comm, out));
        check("NCCL in the background", out.get(INT, 0), comm);
      }
    }

    /** Gives up what is under way, so that the device goes on. */
    void abort() {
      end("ncclCommAbort");
    }

    /** Ends a group whose operations are all done; may wait for other ranks of this machine. */
    void destroy() {
      end("ncclCommDestroy");
    }

    private void end(String name) {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
      }
      try {
        int _ = (int) function(name, POINTER).invoke(comm); // it ends, whatever this says
      } catch (Throwable e) {
        throw failed(name, e);
      }
    }
  }
}
