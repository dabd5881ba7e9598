package dev.filip.data.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.store.StallWatch;
import dev.filip.data.store.StoreFailure;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks the hub about one model, over HTTP/1.1. Redirects are followed here, one by one: the token
 * goes to the hub's own host only. For one thread.
 */
final class HubClient implements AutoCloseable {
  private static final int MOST_HOPS = 10;
  private static final int LARGEST_LIST = 64 << 20;

  private final HubSettings settings;
  private final HubModel model;
  private final HttpClient client;
  private final StallWatch watch;

  HubClient(HubSettings settings, HubModel model) {
    this.settings = settings;
    this.model = model;
    this.watch = new StallWatch(settings.timeouts());
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeouts().connect())
            .build();
  }

  /**
   * What a revision is.
   *
   * @param commit the whole hash
   * @param files all names
   */
  record Commit(String commit, Set<String> files) {}

  /** Asks for the model's revision; one that is not there, or not for us, is {@link BadInput}. */
  Commit commit() throws IOException {
    URI address = at("/api/models/" + model.id() + "/revision/" + encoded(model.revision()));
    byte[] json =
        settings
            .retry()
            .call(
                address.toString(),
                () -> 0,
                () -> {
                  try (InputStream body = body(ask("GET", address, 0).last())) {
                    return body.readNBytes(LARGEST_LIST);
                  }
                });
    JsonNode root = parsed(address, json);
    Set<String> files = new TreeSet<>();
    root.path("siblings").forEach(file -> files.add(file.path("rfilename").asText()));
    String commit = root.path("sha").asText();
    if (!HubModel.isCommit(commit) || files.isEmpty()) {
      throw new IOException(address + ": answers without sha and siblings: this is no hub");
    }
    return new Commit(commit, files);
  }

  private static JsonNode parsed(URI address, byte[] json) throws IOException {
    try {
      return Json.ofOthers(json);
    } catch (JsonProcessingException e) {
      throw new IOException(address + ": answers no JSON: " + Json.why(e), e);
    }
  }

  /** Size and hash of a file, without its bytes. */
  RemoteFile file(String commit, String name) throws IOException {
    URI address = at("/" + model.id() + "/resolve/" + commit + "/" + encoded(name));
    return settings
        .retry()
        .call(
            address.toString(),
            () -> 0,
            () -> {
              Answers answers = ask("HEAD", address, 0);
              answers.last().body().close();
              return answers.file(name, address);
            });
  }

  /** A file's bytes from {@code from} on, or from the beginning if the server knows no ranges. */
  HttpResponse<InputStream> open(RemoteFile file, long from) throws IOException {
    return ask("GET", file.address(), from).last();
  }

  /** An answer's body, watched: one that stalls or is cut is a {@link StoreFailure}. */
  InputStream body(HttpResponse<InputStream> answer) {
    return watch.over(
        answer.body(), answer.headers().firstValueAsLong("Content-Length").orElse(-1));
  }

  /** A HEAD stays at the hub: where it points elsewhere it has said all that is asked. */
  private Answers ask(String method, URI address, long from) throws IOException {
    List<HttpResponse<InputStream>> hub = new ArrayList<>();
    URI at = address;
    for (int hop = 0; hop < MOST_HOPS; hop++) {
      HttpResponse<InputStream> answer = send(method, at, from);
      if (isHub(at)) {
        hub.add(answer);
      }
      URI next = redirect(answer, at);
      if (next == null) {
        requireSuccess(answer, at);
        return new Answers(hub, answer);
      }
      if (method.equals("HEAD") && !isHub(next)) {
        return new Answers(hub, answer);
      }
      answer.body().close();
      at = next;
    }
    throw new StoreFailure(
        StoreFailure.Kind.REFUSED, "more than " + MOST_HOPS + " redirects", null);
  }

  /**
   * One question's answers.
   *
   * @param hub those of the hub's own host, in order
   * @param last the one that is not followed further
   */
  private record Answers(List<HttpResponse<InputStream>> hub, HttpResponse<InputStream> last) {
    RemoteFile file(String name, URI address) throws IOException {
      BlobHash hash =
          hub.stream()
              .map(HttpResponse::headers)
              .flatMap(all -> Stream.of(all.firstValue("X-Linked-Etag"), all.firstValue("ETag")))
              .flatMap(Optional::stream)
              .flatMap(etag -> BlobHash.ofEtag(etag).stream())
              .findFirst()
              .orElseThrow(() -> silent("its hash (X-Linked-Etag or ETag)"));
      long size =
          hub.stream()
              .map(answer -> size(answer.headers(), answer == last && answer.statusCode() == 200))
              .flatMapToLong(OptionalLong::stream)
              .findFirst()
              .orElseThrow(() -> silent("its size (X-Linked-Size or Content-Length)"));
      return new RemoteFile(name, address, hash, size);
    }

    private static OptionalLong size(HttpHeaders headers, boolean whole) {
      OptionalLong linked = headers.firstValueAsLong("X-Linked-Size");
      return linked.isEmpty() && whole ? headers.firstValueAsLong("Content-Length") : linked;
    }

    private static StoreFailure silent(String what) {
      return new StoreFailure(StoreFailure.Kind.REFUSED, "the server does not tell " + what, null);
    }
  }

  private HttpResponse<InputStream> send(String method, URI at, long from) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at)
            .timeout(settings.timeouts().answer())
            .header("Accept-Encoding", "identity")
            .header("User-Agent", "filip")
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (isHub(at)) {
      settings.token().ifPresent(t -> request.header("Authorization", "Bearer " + t.value()));
    }
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    try {
      return client.send(request.build(), BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the hub");
    } catch (IOException e) {
      throw StoreFailure.of(e, settings.timeouts());
    }
  }

  private static @Nullable URI redirect(HttpResponse<?> answer, URI at) throws IOException {
    boolean elsewhere =
        switch (answer.statusCode()) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    if (!elsewhere) {
      return null;
    }
    URI next;
    try {
      next = at.resolve(answer.headers().firstValue("Location").orElse(""));
    } catch (IllegalArgumentException e) {
      next = URI.create("");
    }
    boolean safe = "https".equals(next.getScheme()) || next.getScheme() != null && isHttp(at, next);
    if (!safe || next.getHost() == null) {
      throw new StoreFailure(
          StoreFailure.Kind.REFUSED, "a redirect to what is no address of the web", null);
    }
    return next;
  }

  /** From plain HTTP to plain HTTP, never from HTTPS. */
  private static boolean isHttp(URI at, URI next) {
    return "http".equals(at.getScheme()) && "http".equals(next.getScheme());
  }

  private boolean isHub(URI at) {
    URI hub = settings.endpoint();
    return hub.getScheme().equalsIgnoreCase(at.getScheme())
        && hub.getHost().equalsIgnoreCase(at.getHost())
        && port(hub) == port(at);
  }

  private static int port(URI at) {
    return at.getPort() >= 0 ? at.getPort() : at.getScheme().equals("https") ? 443 : 80;
  }

  private void requireSuccess(HttpResponse<InputStream> answer, URI at) throws IOException {
    int status = answer.statusCode();
    if (status == 200 || status == 206) {
      return;
    }
    answer.body().close();
    if (!isHub(at)) {
      // the address where the bytes lie holds for a while only: the hub gives another
      throw status == 403
          ? StoreFailure.passing("HTTP 403 where the hub has its bytes", null)
          : StoreFailure.ofAnswer(answer);
    }
    String code = answer.headers().firstValue("X-Error-Code").orElse("");
    if (status == 401 || status == 403 || status == 404) {
      throw new BadInput(model + ": " + refusal(status, code) + " (HTTP " + status + ")");
    }
    throw StoreFailure.ofAnswer(answer);
  }

  private String refusal(int status, String code) {
    String host = settings.endpoint().toString();
    boolean known = settings.token().isPresent();
    return switch (code) {
      case "GatedRepo" ->
          "its owner asks for consent: give it on "
              + host
              + "/"
              + model.id()
              + (known ? " as the owner of the token" : " and give a token in HF_TOKEN");
      case "RevisionNotFound" -> "there is no such revision at " + host;
      case "EntryNotFound" -> "a file that it lists is not there at " + host;
      default ->
          switch (status) {
            case 404 -> "there is no such model at " + host + known(known);
            case 403 -> "not allowed at " + host + known(known);
            default ->
                known
                    ? host + " does not take the token, or there is no such model"
                    : "there is no such model at "
                        + host
                        + ", or it is private: give a token in HF_TOKEN";
          };
    };
  }

  private static String known(boolean token) {
    return token ? " for the owner of the token" : ", or not without a token (HF_TOKEN)";
  }

  private URI at(String path) {
    return URI.create(settings.endpoint() + path);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.shutdownNow();
    watch.close();
  }
}
