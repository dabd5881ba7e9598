package dev.filip.data.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends reads of a body that brings no byte for the answer's time (the JDK's client times the begin
 * of an answer only), and says in words what cut a body. Thread-safe; a body is for one thread.
 */
public final class StallWatch implements AutoCloseable {
  private final Timeouts timeouts;
  private final ScheduledThreadPoolExecutor clock;

  /** A watch with one thread of its own, which does not keep a process alive. */
  public StallWatch(Timeouts timeouts) {
    this.timeouts = timeouts;
    this.clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("filip-http-watch").factory());
    clock.setRemoveOnCancelPolicy(true);
  }

  /**
   * A watched body.
   *
   * @param announced how many bytes it should have; -1 where that is unknown
   */
  public InputStream over(InputStream body, long announced) {
    return new Body(body, announced);
  }

  /** Ends the watching. */
  @Override
  public void close() {
    clock.shutdownNow();
  }

  private final class Body extends InputStream {
    private final InputStream in;
    private final long announced;
    private final ScheduledFuture<?> looking;
    private volatile boolean reading;
    private volatile boolean stalled;
    private volatile long since;
    private long got;

    Body(InputStream in, long announced) {
      this.in = in;
      this.announced = announced;
      long every = Math.max(1, timeouts.answer().toMillis() / 4);
      this.looking = clock.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    private void look() {
      if (reading && System.nanoTime() - since > timeouts.answer().toNanos()) {
        stalled = true;
        try {
          in.close();
        } catch (IOException e) {
          // the reader is told all the same
          return;
        }
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      since = System.nanoTime();
      reading = true;
      int count;
      try {
        count = in.read(into, offset, length);
      } catch (IOException e) {
        throw stalled ? stall() : cut(e);
      } finally {
        reading = false;
      }
      if (stalled) {
        throw stall();
      }
      if (count < 0 && got < announced) {
        throw cut(null);
      }
      got += Math.max(count, 0);
      return count;
    }

    private StoreFailure stall() {
      return StoreFailure.passing(
          "no byte within " + Timeouts.seconds(timeouts.answer()) + seen(), null);
    }

    private StoreFailure cut(@Nullable IOException cause) {
      return StoreFailure.passing("the connection was cut" + seen(), cause);
    }

    private String seen() {
      return " after " + got + (announced < 0 ? " bytes" : " of " + announced + " bytes");
    }

    @Override
    public void close() throws IOException {
      looking.cancel(false);
      in.close();
    }
  }
}
