package dev.filip.distributed;

import dev.filip.tensor.DeviceStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks after what a rank has under way over NCCL, from a thread of its own: the host may wait for
 * a device that waits for a rank that is gone. Whatever goes wrong ends the group, which lets the
 * device go on, and is thrown by the next {@link #check}. Thread-safe.
 */
final class NcclWatch {
  private static final long LOOK_MILLIS = 50;

  /** Whether others have failed is asked when an operation takes long, in nanoseconds. */
  private static final long LONG = 1_000_000_000L;

  private final Nccl.Group group;
  private final Rendezvous place;
  private final int rank;
  private final int timeout;
  private final Deque<Operation> underWay = new ArrayDeque<>();
  private final Thread thread = new Thread(this::look, "filip-nccl-watch");
  private @Nullable RuntimeException failure;
  private boolean closed;

  NcclWatch(Nccl.Group group, Rendezvous place, int rank, int timeoutSeconds) {
    this.group = group;
    this.place = place;
    this.rank = rank;
    this.timeout = timeoutSeconds;
    thread.setDaemon(true);
    thread.start();
  }

  /** One call of NCCL's, from before it until the device is past it. */
  final class Operation {
    private final String doing;
    private final long begun = System.nanoTime();
    private DeviceStream.@Nullable Mark mark;

    private Operation(String doing) {
      this.doing = doing;
    }

    /** It is in the device's line, the mark behind it; the watch closes the mark. */
    void put(DeviceStream.Mark behind) {
      synchronized (NcclWatch.this) {
        if (closed) {
          behind.close();
        } else {
          mark = behind;
        }
      }
    }

    private boolean passed() {
      DeviceStream.Mark behind = mark;
      if (behind == null || !behind.passed()) {
        return false;
      }
      behind.close();
      return true;
    }
  }

  /** Before a call. */
  synchronized Operation begin(String doing) {
    check();
    Operation operation = new Operation(doing);
    underWay.add(operation);
    return operation;
  }

  /** Throws what ended the group, a new one for every caller. */
  synchronized void check() {
    RuntimeException why = failure;
    if (why instanceof LostPeer lost) {
      throw new LostPeer(lost.what(), lost);
    }
    if (why != null) {
      throw new IllegalStateException(why.getMessage(), why);
    }
  }

  /** A call failed: the group is dead. Gives what to throw. */
  RuntimeException failed(Nccl.Failure call, String doing) {
    end(said(rank, call, doing));
    try {
      check();
    } catch (RuntimeException e) {
      return e; // the first failure, which may be an earlier one
    }
    throw new IllegalStateException("a failure was lost", call);
  }

  /** What a failure of NCCL's means: another rank's is a lost peer, its own names rank and call. */
  static RuntimeException said(int rank, Throwable thrown, String doing) {
    if (thrown instanceof Nccl.Failure call) {
      String line = "rank " + rank + ": " + call.getMessage() + " while " + doing;
      return call.remote() ? new LostPeer(line, call) : new IllegalStateException(line, call);
    }
    return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
  }

  /** The words of a timeout. */
  static String late(int timeoutSeconds, String doing) {
    return "no answer within " + timeoutSeconds + " s (distributed.timeout) while " + doing;
  }

  private void end(RuntimeException why) {
    synchronized (this) {
      if (failure != null || closed) {
        return;
      }
      failure = why;
    }
    group.abort();
  }

  private void look() {
    while (pause()) {
      try {
        group.checkAsync();
        Optional<RuntimeException> wrong = oldest();
        wrong.ifPresent(this::end);
      } catch (Nccl.Failure e) {
        end(said(rank, e, doing()));
      } catch (RuntimeException e) {
        end(e);
      }
    }
  }

  /** Whether to go on looking. */
  private boolean pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      return false;
    }
    synchronized (this) {
      return !closed && failure == null;
    }
  }

  private synchronized String doing() {
    return underWay.isEmpty() ? "nothing was under way" : underWay.getFirst().doing;
  }

  /** What is wrong with the operation that has been under way longest. */
  private Optional<RuntimeException> oldest() {
    Operation oldest;
    synchronized (this) {
      while (!underWay.isEmpty() && underWay.getFirst().passed()) {
        underWay.removeFirst();
      }
      oldest = underWay.peekFirst();
    }
    if (oldest == null) {
      return Optional.empty();
    }
    long since = System.nanoTime() - oldest.begun;
    if (since > timeout * LONG) {
      return Optional.of(new LostPeer(late(timeout, oldest.doing)));
    }
    return since < LONG ? Optional.empty() : place.failure().map(LostPeer::new);
  }

  /** Stops looking. Whether all that was begun is done; where not, the group has been given up. */
  boolean close() {
    thread.interrupt();
    try {
      thread.join(NcclCollectives.FAREWELL); // what it asks of the group must not outlive that
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    boolean done;
    synchronized (this) {
      boolean passed = true;
      for (Operation operation : underWay) {
        passed &= operation.passed();
      }
      done = passed && failure == null;
      closed = true;
    }
    if (!done) {
      group.abort();
    }
    synchronized (this) {
      for (Operation operation : underWay) {
        DeviceStream.Mark mark = operation.mark;
        if (mark != null) {
          mark.close();
        }
      }
      underWay.clear();
    }
    return done;
  }
}
