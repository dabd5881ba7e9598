package dev.filip.download;

import dev.filip.data.store.RetryAfter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One question and its answer, over HTTP/2 where the server has it: nothing is followed, nothing
 * unpacked beyond its limit, and no connection is made to an address that is not allowed. Proxies
 * are not used, as the address is theirs to choose then. Thread-safe.
 */
final class Web implements AutoCloseable {
  private static final int IDLE_SECONDS = 30;

  /** Bodies up to this size are not counted as large. */
  private static final int SMALL = 1 << 18;

  private final OkHttpClient client;
  private final Names names;
  private final Limits limits;
  private final String userAgent;

  /** Large bodies that are held at once: a quarter of the heap. */
  private final Semaphore large;

  /**
   * An answer.
   *
   * @param location where a redirect leads; null for none
   * @param tags values of {@code X-Robots-Tag}
   * @param body empty but with 200
   */
  record Reply(int status, @Nullable String location, List<String> tags, byte[] body) {
    boolean isRedirect() {
      return switch (status) {
        case 301, 302, 303, 307, 308 -> true;
        default -> false;
      };
    }
  }

  /** What is done with a body above its limit. */
  enum Beyond {
    REFUSE,
    CUT
  }

  /** Changes a client before it is used: tests trust their own certificates. */
  interface Setup {
    void change(OkHttpClient.Builder builder);
  }

  Web(Limits limits, Manners manners, Net net) {
    this.limits = limits;
    this.names = new Names(net, limits.connect(), System::nanoTime);
    this.userAgent = manners.userAgent();
    long room = Runtime.getRuntime().maxMemory() / 4 / limits.mostBytes();
    this.large = new Semaphore(Math.clamp(room, 2, manners.total()));
    OkHttpClient.Builder builder =
        new OkHttpClient.Builder()
            .dns(names)
            .proxy(Proxy.NO_PROXY)
            .followRedirects(false)
            .followSslRedirects(false)
            .connectionPool(new ConnectionPool(manners.total(), IDLE_SECONDS, TimeUnit.SECONDS))
            .connectTimeout(limits.connect())
            .readTimeout(limits.whole())
            .callTimeout(limits.whole());
    builder.socketFactory(new GuardedSockets(net.allowed()));
    net.setup().change(builder);
    this.client = builder.build();
  }

  /**
   * Asks.
   *
   * @param most bytes of the body, unpacked
   * @throws FetchFailure for anything but an answer
   */
  Reply get(HttpUrl url, int most, Beyond beyond) throws FetchFailure {
    Request request =
        new Request.Builder()
            .url(url)
            .header("User-Agent", userAgent)
            .header("Accept", "image/*,*/*;q=0.8")
            .header("Accept-Encoding", "gzip, deflate")
            .build();
    try (Response response = client.newCall(request).execute()) {
      List<String> tags = response.headers("X-Robots-Tag");
      if (response.code() != 200) {
        return refused(response, tags);
      }
      return new Reply(200, null, tags, body(response, most, beyond));
    } catch (IOException e) {
      throw FetchFailure.of(e);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw FetchFailure.lasting("bad answer", String.valueOf(e.getMessage()));
    }
  }

  private static Reply refused(Response response, List<String> tags) throws FetchFailure {
    Reply reply = new Reply(response.code(), response.header("Location"), tags, new byte[0]);
    if (reply.isRedirect()) {
      return reply;
    }
    String asked = response.header("Retry-After");
    Duration after = asked == null ? null : RetryAfter.of(asked);
    throw FetchFailure.status(response.code(), after);
  }

  private byte[] body(Response response, int most, Beyond beyond) throws IOException {
    long told = response.body().contentLength();
    if (told > most && beyond == Beyond.REFUSE) {
      throw FetchFailure.lasting("too large", told + " bytes, limit " + most);
    }
    InputStream raw = response.body().byteStream();
    String packing = response.header("Content-Encoding", "identity");
    try (InputStream in = unpacked(raw, String.valueOf(packing))) {
      return read(in, most, beyond);
    } catch (java.util.zip.ZipException e) {
      throw FetchFailure.lasting("broken " + packing, String.valueOf(e.getMessage()));
    }
  }

  private static InputStream unpacked(InputStream in, String packing) throws IOException {
    return switch (packing.strip().toLowerCase(Locale.ROOT)) {
      case "", "identity", "none" -> in;
      case "gzip", "x-gzip" -> new GZIPInputStream(in);
      case "deflate" -> new InflaterInputStream(in);
      default -> throw FetchFailure.lasting("unknown packing", packing);
    };
  }

  private byte[] read(InputStream in, int most, Beyond beyond) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream(1 << 15);
    byte[] buffer = new byte[1 << 14];
    long begun = System.nanoTime();
    boolean counted = false;
    try {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        int room = most - all.size();
        all.write(buffer, 0, Math.min(got, room));
        if (got > room) {
          if (beyond == Beyond.CUT) {
            break;
          }
          throw FetchFailure.lasting("too large", "limit " + most);
        }
        requireSpeed(all.size(), System.nanoTime() - begun);
        if (!counted && all.size() > SMALL) {
          counted = countLarge();
        }
      }
      return all.toByteArray();
    } finally {
      if (counted) {
        large.release();
      }
    }
  }

  private boolean countLarge() throws FetchFailure {
    try {
      if (large.tryAcquire(limits.whole().toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw FetchFailure.passing("timeout", "waiting for room");
  }

  private void requireSpeed(long bytes, long nanos) throws FetchFailure {
    double seconds = nanos / 1e9;
    if (nanos > limits.patience().toNanos() && bytes < limits.leastSpeed() * seconds) {
      throw FetchFailure.passing("too slow", Math.round(bytes / seconds) + " bytes/s");
    }
  }

  @Override
  public void close() {
    client.connectionPool().evictAll();
    client.dispatcher().executorService().shutdown();
    names.close();
  }
}
