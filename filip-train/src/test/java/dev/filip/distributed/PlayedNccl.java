package dev.filip.distributed;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * NCCL's functions played in ordinary memory, between threads of this process: native code that
 * calls back into Java, so that arguments take the way to a real library. A call waits until every
 * rank has made its own; sums are in rank order in the tensor's type. Errors are played on demand.
 */
@SuppressWarnings("restricted")
final class PlayedNccl implements SymbolLookup {
  static final int INVALID_USAGE = 5;
  static final int REMOTE_ERROR = 6;

  private static final long MOST_MILLIS = 60_000;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout POINTER = ValueLayout.ADDRESS;

  /** Every call, as {@code name@rank}. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  private final Map<String, MemorySegment> functions = new HashMap<>();
  private final Map<String, Integer> refusals = new HashMap<>();
  private final Map<String, Team> teams = new HashMap<>();
  private final Map<Long, Member> members = new HashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final int version;
  private int handles;

  PlayedNccl() {
    this(23_203);
  }

  PlayedNccl(int version) {
    this.version = version;
    add("ncclGetVersion", INT, POINTER);
    add("ncclGetUniqueId", INT, POINTER);
    add("ncclCommInitRank", INT, POINTER, INT, Nccl.UNIQUE_ID, INT);
    add("ncclCommGetAsyncError", INT, POINTER, POINTER);
    add("ncclCommAbort", INT, POINTER);
    add("ncclCommDestroy", INT, POINTER);
    add("ncclGetErrorString", POINTER, INT);
    add("ncclGetLastError", POINTER, POINTER);
    add("ncclAllReduce", INT, LONG, LONG, LONG, INT, INT, POINTER, LONG);
    add("ncclReduceScatter", INT, LONG, LONG, LONG, INT, INT, POINTER, LONG);
    add("ncclAllGather", INT, LONG, LONG, LONG, INT, POINTER, LONG);
    add("ncclBroadcast", INT, LONG, LONG, LONG, INT, INT, POINTER, LONG);
  }

  private void add(String name, MemoryLayout returns, MemoryLayout... takes) {
    FunctionDescriptor type = FunctionDescriptor.of(returns, takes);
    MethodType java = type.toMethodType();
    try {
      var handle = MethodHandles.lookup().bind(this, name, java);
      functions.put(name, Linker.nativeLinker().upcallStub(handle, type, Arena.global()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As an older library: without a function. */
  PlayedNccl without(String name) {
    functions.remove(name);
    return this;
  }

  @Override
  public Optional<MemorySegment> find(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  /** The next call of a rank fails. */
  synchronized void refuse(String call, int rank, int code) {
    refusals.put(call + "@" + rank, code);
  }

  /** Something goes wrong in the background of a rank that has come. */
  synchronized void goesWrong(int rank, int code) {
    members.values().stream().filter(m -> m.rank == rank).forEach(m -> m.async = code);
  }

  /** Whether a rank waits in a call for others. */
  synchronized boolean waits(int rank) {
    return members.values().stream().anyMatch(m -> m.rank == rank && m.waiting);
  }

  private static final class Team {
    private final Member[] members;
    private final Map<Integer, Round> rounds = new HashMap<>();

    Team(int world) {
      members = new Member[world];
    }
  }

  private static final class Member {
    private final Team team;
    private final int rank;
    private int round;
    private int async;
    private boolean waiting;
    private boolean aborted;

    Member(Team team, int rank) {
      this.team = team;
      this.rank = rank;
    }
  }

  private record Call(String name, long from, long to, long count, int type) {}

  private static final class Round {
    private final @Nullable Call[] calls;
    private boolean done;
    private int code;

    Round(int world) {
      calls = new Call[world];
    }
  }

  private synchronized int ncclGetVersion(MemorySegment out) {
    out.reinterpret(4).set(INT, 0, version);
    return 0;
  }

  private synchronized int ncclGetUniqueId(MemorySegment out) {
    byte[] id = new byte[128];
    for (int i = 0; i < id.length; i++) {
      id[i] = (byte) (i * 7 + ids.get()); // all bytes are told apart
    }
    ids.incrementAndGet();
    MemorySegment.copy(id, 0, out.reinterpret(128), ValueLayout.JAVA_BYTE, 0, id.length);
    return refused("ncclGetUniqueId", 0);
  }

  private synchronized int ncclCommInitRank(
      MemorySegment out, int world, MemorySegment id, int rank) {
    int code = refused("ncclCommInitRank", rank);
    if (code != 0) {
      return code;
    }
    String name = Arrays.toString(id.toArray(ValueLayout.JAVA_BYTE));
    Team team = teams.computeIfAbsent(name, n -> new Team(world));
    Member member = new Member(team, rank);
    team.members[rank] = member;
    long handle = 0x1000L + handles++;
    members.put(handle, member);
    notifyAll();
    if (!awaits(() -> Arrays.stream(team.members).allMatch(m -> m != null))) {
      return INVALID_USAGE;
    }
    out.reinterpret(8).set(ValueLayout.ADDRESS, 0, MemorySegment.ofAddress(handle));
    return 0;
  }

  private int refused(String call, int rank) {
    calls.add(call + "@" + rank);
    Integer code = refusals.remove(call + "@" + rank);
    return code == null ? 0 : code;
  }

  private interface Condition {
    boolean holds();
  }

  private boolean awaits(Condition condition) {
    long end = System.currentTimeMillis() + MOST_MILLIS;
    while (!condition.holds()) {
      long left = end - System.currentTimeMillis();
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private synchronized int ncclCommGetAsyncError(MemorySegment comm, MemorySegment out) {
    Member member = members.get(comm.address());
    if (member == null) {
      return INVALID_USAGE;
    }
    out.reinterpret(4).set(INT, 0, member.async);
    return 0;
  }

  private synchronized int ncclCommAbort(MemorySegment comm) {
    return ended("ncclCommAbort", comm);
  }

  private synchronized int ncclCommDestroy(MemorySegment comm) {
    return ended("ncclCommDestroy", comm);
  }

  private int ended(String call, MemorySegment comm) {
    Member member = members.remove(comm.address());
    if (member == null) {
      return INVALID_USAGE;
    }
    calls.add(call + "@" + member.rank);
    member.aborted = true;
    notifyAll();
    return 0;
  }

  private MemorySegment ncclGetErrorString(int code) {
    return Arena.global()
        .allocateFrom(
            code == REMOTE_ERROR
                ? "remote process exited or there was a network error"
                : "invalid usage");
  }

  private MemorySegment ncclGetLastError(MemorySegment comm) {
    return Arena.global().allocateFrom("played\nerror");
  }

  private int ncclAllReduce(
      long from, long to, long count, int type, int sum, MemorySegment comm, long stream) {
    return together(new Call("ncclAllReduce", from, to, count, type), comm, sum);
  }

  private int ncclReduceScatter(
      long from, long to, long count, int type, int sum, MemorySegment comm, long stream) {
    return together(new Call("ncclReduceScatter", from, to, count, type), comm, sum);
  }

  private int ncclAllGather(
      long from, long to, long count, int type, MemorySegment comm, long stream) {
    return together(new Call("ncclAllGather", from, to, count, type), comm, 0);
  }

  private int ncclBroadcast(
      long from, long to, long count, int type, int root, MemorySegment comm, long stream) {
    return together(new Call("ncclBroadcast", from, to, count, type), comm, root);
  }

  /**
   * @param zero operation or root: only ncclSum and rank 0 are played
   */
  private synchronized int together(Call call, MemorySegment comm, int zero) {
    Member member = members.get(comm.address());
    if (member == null || zero != 0 || call.count == 0) {
      return INVALID_USAGE;
    }
    int code = refused(call.name, member.rank);
    if (code != 0) {
      return code;
    }
    int world = member.team.members.length;
    Round round = member.team.rounds.computeIfAbsent(member.round++, n -> new Round(world));
    round.calls[member.rank] = call;
    if (Arrays.stream(round.calls).allMatch(c -> c != null)) {
      round.code = perform(Arrays.copyOf(round.calls, world, Call[].class));
      round.done = true;
      notifyAll();
    }
    member.waiting = true;
    boolean came = awaits(() -> round.done || member.aborted);
    member.waiting = false;
    return came && round.done ? round.code : came ? 0 : INVALID_USAGE;
  }

  private static int perform(Call[] calls) {
    try {
      Call first = calls[0];
      for (Call call : calls) {
        if (!call.name.equals(first.name) || call.count != first.count || call.type != first.type) {
          return INVALID_USAGE;
        }
      }
      new Played(calls, first.type).perform(first.name);
      return 0;
    } catch (RuntimeException e) {
      return INVALID_USAGE; // an exception must not leave a native call
    }
  }

  /** One operation on everybody's memory. */
  private record Played(Call[] calls, int type) {
    private int width() {
      return switch (type) {
        case 0, 1 -> 1;
        case 6, 9 -> 2;
        case 2, 7 -> 4;
        case 4, 8 -> 8;
        default -> throw new IllegalArgumentException("type " + type);
      };
    }

    private static MemorySegment memory(long at, long bytes) {
      return MemorySegment.ofAddress(at).reinterpret(bytes);
    }

    void perform(String name) {
      long count = calls[0].count;
      long part = count * width();
      int world = calls.length;
      switch (name) {
        case "ncclBroadcast" -> {
          for (Call call : calls) {
            memory(call.to, part).copyFrom(memory(calls[0].from, part));
          }
        }
        case "ncclAllGather" -> {
          for (Call call : calls) {
            for (int r = 0; r < world; r++) {
              memory(call.to + r * part, part).copyFrom(memory(calls[r].from, part));
            }
          }
        }
        case "ncclAllReduce" -> {
          MemorySegment sum = sum(count);
          for (Call call : calls) {
            memory(call.to, part).copyFrom(sum);
          }
        }
        case "ncclReduceScatter" -> {
          MemorySegment sum = sum(count * world);
          for (int r = 0; r < world; r++) {
            memory(calls[r].to, part).copyFrom(sum.asSlice(r * part, part));
          }
        }
        default -> throw new IllegalArgumentException(name);
      }
    }

    private MemorySegment sum(long count) {
      MemorySegment sum = Arena.ofAuto().allocate(count * width(), 8);
      sum.copyFrom(memory(calls[0].from, count * width()));
      for (int r = 1; r < calls.length; r++) {
        MemorySegment other = memory(calls[r].from, count * width());
        for (long i = 0; i < count; i++) {
          add(sum, other, i);
        }
      }
      return sum;
    }

    private void add(MemorySegment to, MemorySegment from, long i) {
      switch (type) {
        case 4 -> to.setAtIndex(LONG, i, to.getAtIndex(LONG, i) + from.getAtIndex(LONG, i));
        case 6 -> {
          float sum =
              Float.float16ToFloat(to.getAtIndex(ValueLayout.JAVA_SHORT, i))
                  + Float.float16ToFloat(from.getAtIndex(ValueLayout.JAVA_SHORT, i));
          to.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(sum));
        }
        case 7 ->
            to.setAtIndex(
                ValueLayout.JAVA_FLOAT,
                i,
                to.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                    + from.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        case 8 ->
            to.setAtIndex(
                ValueLayout.JAVA_DOUBLE,
                i,
                to.getAtIndex(ValueLayout.JAVA_DOUBLE, i)
                    + from.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
        case 9 -> {
          float sum =
              wide(to.getAtIndex(ValueLayout.JAVA_SHORT, i))
                  + wide(from.getAtIndex(ValueLayout.JAVA_SHORT, i));
          int bits = Float.floatToRawIntBits(sum);
          bits += 0x7fff + (bits >>> 16 & 1); // to the nearest, ties to even
          to.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (bits >>> 16));
        }
        default -> throw new IllegalArgumentException("no sum of type " + type);
      }
    }

    private static float wide(short bf16) {
      return Float.intBitsToFloat(bf16 << 16);
    }
  }
}
