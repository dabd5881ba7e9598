package dev.filip.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads bodies of requests, before these take a place: a client that is slow to send holds its
 * connection and memory for what it has sent, no more. All bodies together have memory for one of
 * the largest at every place, and a block for every connection. Thread-safe.
 */
final class Bodies {
  private static final int BLOCK = 1 << 16;

  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("filip-serve-clock").factory());

  private final ServeOptions options;
  private final Semaphore blocks;

  Bodies(ServeOptions options) {
    this.options = options;
    long all = options.concurrency() * Math.ceilDiv(options.maxBody(), BLOCK);
    blocks = new Semaphore((int) Math.min(Integer.MAX_VALUE, all + options.connections()));
  }

  /** A body with its memory, which closing gives back. */
  final class Body implements AutoCloseable {
    private final byte[] bytes;
    private final int held;

    private Body(byte[] bytes, int held) {
      this.bytes = bytes;
      this.held = held;
    }

    /** Not copied. */
    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      blocks.release(held);
    }
  }

  /**
   * The whole body.
   *
   * @throws Refused with 413 where it is larger than may be, with 408 (which the client does not
   *     get, since its connection is closed) where it is not there within the time, with 503 where
   *     others' take all memory
   */
  Body read(ServerRequest request) {
    long said = request.headers().contentLength().orElse(0);
    if (said < 0) {
      throw Refused.broken("Content-Length must be at least 0, got " + said);
    }
    boolean asks = request.headers().contains(HeaderNames.EXPECT); // it has not begun to send
    if (said > options.maxBody() && asks) {
      throw tooLarge(", got " + said);
    }
    // a virtual thread that is interrupted while it reads gets its socket closed
    Thread reader = Thread.currentThread();
    AtomicBoolean late = new AtomicBoolean();
    Future<?> clock =
        CLOCK.schedule(
            () -> {
              late.set(true);
              reader.interrupt();
            },
            options.timeout().toMillis(),
            TimeUnit.MILLISECONDS);
    InputStream in = request.content().inputStream(); // not closed: that would read what is left
    try {
      if (said > options.maxBody()) {
        drain(in, said);
        throw tooLarge(", got " + said);
      }
      return read(in);
    } catch (Refused e) {
      throw e;
    } catch (IOException | RuntimeException e) { // Helidon has exceptions of its own for a cut
      throw late.get()
          ? new Refused(408, "the body must be sent within " + options.timeout().toSeconds() + " s")
          : Refused.broken("the body ended early, or its chunks are none");
    } finally {
      clock.cancel(false);
      Thread.interrupted();
    }
  }

  private Body read(InputStream in) throws IOException {
    List<byte[]> full = new ArrayList<>();
    boolean whole = false;
    try {
      while (true) {
        byte[] block = block();
        full.add(block);
        int n = in.readNBytes(block, 0, BLOCK);
        long size = (full.size() - 1L) * BLOCK + n;
        if (size > options.maxBody()) {
          drain(in, options.maxBody());
          throw tooLarge("");
        }
        if (n < BLOCK) {
          whole = true;
          return new Body(joined(full, (int) size), full.size());
        }
      }
    } finally {
      if (!whole) {
        blocks.release(full.size());
      }
    }
  }

  private byte[] block() {
    if (!blocks.tryAcquire()) {
      throw new Refused(503, "other requests' bodies take all memory for them: try again");
    }
    return new byte[BLOCK];
  }

  private static byte[] joined(List<byte[]> blocks, int size) {
    byte[] all = new byte[size];
    for (int at = 0, b = 0; at < size; at += BLOCK, b++) {
      System.arraycopy(blocks.get(b), 0, all, at, Math.min(BLOCK, size - at));
    }
    return all;
  }

  /** Reads the rest: a client that is hung up on while it sends may lose the answer. */
  private static void drain(InputStream in, long most) throws IOException {
    byte[] block = new byte[BLOCK];
    int n = 0;
    for (long left = most; left > 0 && n >= 0; left -= n) {
      n = in.read(block);
    }
  }

  private Refused tooLarge(String rest) {
    return new Refused(413, "the body must be at most " + options.maxBody() + " bytes" + rest);
  }
}
