package dev.filip.data.store;

import dev.filip.data.store.StoreFailure.Kind;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Web servers, by ranges (RFC 9110) over HTTP/1.1: many connections carry more than the streams of
 * one. A server that answers a range with the whole object is read past what was not asked for.
 * Thread-safe.
 */
final class HttpStore implements Store {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+)");

  private final HttpClient client;
  private final Timeouts timeouts;
  private final StallWatch watch;

  HttpStore(Timeouts timeouts) {
    this.timeouts = timeouts;
    this.watch = new StallWatch(timeouts);
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(timeouts.connect())
            .build();
  }

  /** One HEAD; a server that refuses it, or gives no length, is asked for the first byte. */
  @Override
  public ObjectInfo info(String location) throws IOException {
    HttpResponse<InputStream> head = send(request(location).HEAD().build());
    head.body().close();
    if (head.statusCode() == 200 && size(head) >= 0) {
      return new ObjectInfo(location, size(head), version(head));
    }
    boolean refused =
        switch (head.statusCode()) {
          case 200, 400, 403, 405, 501 -> true;
          default -> false;
        };
    if (!refused) {
      throw StoreFailure.ofAnswer(head);
    }
    return infoByFirstByte(location);
  }

  /** Signed addresses allow one method only; some servers know no HEAD. */
  private ObjectInfo infoByFirstByte(String location) throws IOException {
    HttpRequest request = request(location).header("Range", "bytes=0-0").GET().build();
    HttpResponse<InputStream> answer = send(request);
    answer.body().close();
    // an empty object has no first byte
    if (answer.statusCode() == 416) {
      return new ObjectInfo(location, 0, version(answer));
    }
    requireSuccess(answer);
    if (size(answer) < 0) {
      throw new StoreFailure(Kind.REFUSED, "the server does not tell its size", null);
    }
    return new ObjectInfo(location, size(answer), version(answer));
  }

  @Override
  public InputStream open(String location, long from, long length) throws IOException {
    if (length == 0) {
      return InputStream.nullInputStream();
    }
    HttpRequest.Builder request = request(location);
    if (from > 0 || length > 0) {
      String last = length < 0 ? "" : Long.toString(from + length - 1);
      request.header("Range", "bytes=" + from + "-" + last);
    }
    HttpResponse<InputStream> answer = send(request.GET().build());
    if (answer.statusCode() == 416) {
      answer.body().close();
      throw StoreFailure.beyond(from);
    }
    requireSuccess(answer);
    InputStream body = from(answer, from, size(answer));
    return length < 0 ? body : new LimitedStream(body, length);
  }

  @Override
  public InputStream open(ObjectInfo object, long from) throws IOException {
    HttpRequest.Builder request = request(object.location());
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
      if (object.version().startsWith("\"")) {
        request.header("If-Range", object.version());
      }
    }
    HttpResponse<InputStream> answer = send(request.GET().build());
    if (answer.statusCode() == 416) {
      answer.body().close();
      throw changed();
    }
    requireSuccess(answer);
    long size = size(answer);
    boolean same = version(answer).equals(object.version());
    if (!same || (size >= 0 && size != object.size())) {
      answer.body().close();
      throw same
          ? StoreFailure.passing(
              "the server sends " + size + " bytes where it told " + object.size(), null)
          : changed();
    }
    return from(answer, from, object.size());
  }

  private static StoreFailure changed() {
    return new StoreFailure(Kind.CHANGED, "the object has changed", null);
  }

  /** The body from byte {@code from} on, watched. */
  private InputStream from(HttpResponse<InputStream> answer, long from, long size)
      throws IOException {
    long start = 0;
    if (answer.statusCode() == 206) {
      Matcher range = range(answer);
      start = range == null ? -1 : Long.parseLong(range.group(1));
    }
    if (start != 0 && start != from) {
      answer.body().close();
      throw StoreFailure.passing("the server sends another range than was asked for", null);
    }
    OptionalLong announced = answer.headers().firstValueAsLong("Content-Length");
    long bodyBytes = announced.orElse(size < 0 ? -1 : size - start);
    InputStream body = watch.over(answer.body(), bodyBytes);
    if (start < from) {
      try {
        body.skipNBytes(from);
      } catch (IOException e) {
        body.close();
        throw e instanceof StoreFailure ? e : StoreFailure.beyond(from);
      }
    }
    return body;
  }

  @Override
  public List<ObjectInfo> list(String folder) throws IOException {
    throw new StoreFailure(
        Kind.REFUSED,
        "a web server does not list its files: name the shards, as in https://HOST/{000..099}.tar",
        null);
  }

  private HttpRequest.Builder request(String location) {
    try {
      return HttpRequest.newBuilder(new URI(location)).timeout(timeouts.answer());
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw BadInput.of("location", Locations.shown(location), "a URL (%20 for a space)");
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a store");
    } catch (IOException e) {
      throw StoreFailure.of(e, timeouts);
    }
  }

  private static void requireSuccess(HttpResponse<InputStream> answer) throws IOException {
    if (answer.statusCode() != 200 && answer.statusCode() != 206) {
      answer.body().close();
      throw StoreFailure.ofAnswer(answer);
    }
  }

  private static @Nullable Matcher range(HttpResponse<?> answer) {
    Matcher range = CONTENT_RANGE.matcher(answer.headers().firstValue("Content-Range").orElse(""));
    return range.matches() ? range : null;
  }

  /** The whole object's size; -1 where the answer does not tell. */
  private static long size(HttpResponse<?> answer) {
    if (answer.statusCode() == 206) {
      Matcher range = range(answer);
      return range == null ? -1 : Long.parseLong(range.group(2));
    }
    return answer.headers().firstValueAsLong("Content-Length").orElse(-1);
  }

  /** The ETag, else the time of change, else nothing but the size. */
  private static String version(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("ETag")
        .or(() -> answer.headers().firstValue("Last-Modified"))
        .orElseGet(() -> ObjectInfo.UNKNOWN_VERSION);
  }

  @Override
  public void close() {
    client.shutdownNow();
    watch.close();
  }
}
