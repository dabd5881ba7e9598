package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class SearchServerTest {
  @TempDir static Path temp;
  private static Served served;
  private static List<Path> pictures;

  @BeforeAll
  static void start() throws IOException {
    served = Served.start(Served.index(temp), Served.OPEN);
    pictures = Served.pictures();
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    answer.path("hits").forEach(hit -> ids.add(hit.path("id").asText()));
    return ids;
  }

  private static void refused(HttpResponse<byte[]> response, int status, String part)
      throws IOException {
    Served.refused(response, status, part);
    assertThat(Served.json(response).path("error").asText()).doesNotContain(temp.toString());
  }

  @Test
  void wordsFindPicturesAndPagesStaySorted() throws Exception {
    JsonNode answer = served.json("/api/search?k=10&q=" + Served.encoded("red^2 circle -blue"));
    assertThat(answer.path("hits")).hasSize(10);
    assertThat(answer.path("matching").asInt()).isEqualTo(pictures.size());
    List<String> first = ids(answer);
    String token = answer.path("snapshot").asText();
    JsonNode again =
        served.json(
            "/api/search?k=5&from=5&snapshot="
                + token
                + "&q="
                + Served.encoded("red^2 circle -blue"));
    assertThat(ids(again)).isEqualTo(first.subList(5, 10));
    double last = Double.POSITIVE_INFINITY;
    for (JsonNode hit : answer.path("hits")) {
      assertThat(hit.path("score").asDouble()).isLessThanOrEqualTo(last);
      last = hit.path("score").asDouble();
    }
  }

  @Test
  void aPictureFindsItself() throws Exception {
    Path picture = pictures.get(3);
    HttpRequest post =
        served.request("/api/search?k=3").POST(BodyPublishers.ofFile(picture)).build();
    JsonNode answer = Served.json(served.send(post));
    String name = picture.getFileName().toString();
    assertThat(ids(answer).getFirst()).isEqualTo(name.substring(0, name.lastIndexOf('.')));
    HttpRequest both =
        served.request("/api/search?k=3&q=red").POST(BodyPublishers.ofFile(picture)).build();
    assertThat(Served.json(served.send(both)).path("words")).isNotEmpty();
  }

  @Test
  void aPartOfAPictureIsAsked() throws Exception {
    Path picture = pictures.get(3);
    HttpRequest part =
        served
            .request("/api/search?k=2&box=0,0,0.5,0.5")
            .POST(BodyPublishers.ofFile(picture))
            .build();
    JsonNode answer = Served.json(served.send(part));
    assertThat(answer.at("/hits/0/score").asDouble()).isGreaterThan(0.99);
    HttpRequest wrong =
        served.request("/api/search?box=0,0,9").POST(BodyPublishers.ofFile(picture)).build();
    refused(served.send(wrong), 400, "parameter box must be four numbers");
  }

  @Test
  void likeHitsAreGroupedOrPutOff() throws Exception {
    JsonNode grouped = served.json("/api/search?k=3&q=red&group=0.2");
    assertThat(grouped.at("/hits/0/same")).isNotEmpty();
    JsonNode unlike = served.json("/api/search?k=6&q=red&diversity=0.9");
    assertThat(ids(unlike)).isNotEqualTo(ids(served.json("/api/search?k=6&q=red")));
    refused(served.get("/api/search?q=red&from=5&diversity=0.5"), 400, "from must be 0 with");
    refused(served.get("/api/search?q=red&group=x"), 400, "group must be a number, got x");
    refused(served.get("/api/search?q=red&group=7"), 400, "above 0, at most 1");
    refused(served.get("/api/search?q=red&min_probability=0.9"), 400, "is not calibrated");
    refused(served.get("/api/search?q=red&min_probability=1"), 400, "below 1, got 1.0");
  }

  @Test
  void itSaysWhy() throws Exception {
    JsonNode answer = served.json("/api/search?k=2&q=red");
    String of = "&id=" + String.join("&id=", ids(answer));
    JsonNode why = served.json("/api/explain?q=red" + of);
    int words = why.path("words").size();
    assertThat(words).isGreaterThanOrEqualTo(3);
    assertThat(why.path("images")).hasSize(2);
    JsonNode image = why.path("images").get(0);
    int patches = image.path("rows").asInt() * image.path("columns").asInt();
    assertThat(image.path("similarity")).hasSize(words);
    assertThat(image.path("similarity").get(0)).hasSize(patches);
    double sum = 0;
    for (JsonNode word : image.path("similarity")) {
      double best = -1;
      for (JsonNode value : word) {
        best = Math.max(best, value.asDouble());
      }
      sum += best / words;
    }
    double score = answer.path("hits").get(0).path("score").asDouble();
    assertThat(sum).isBetween(score - 1e-4, score + 1e-4); // the mean of maxima is the score
    refused(served.get("/api/explain?q=red&id=nobody"), 404, "no image has the id nobody");
  }

  @Test
  void thumbnailsStatsAndPage() throws Exception {
    String id = ids(served.json("/api/search?k=1&q=red")).getFirst();
    HttpResponse<byte[]> thumbnail = served.get("/api/thumbnail?id=" + Served.encoded(id));
    assertThat(thumbnail.headers().firstValue("Content-Type")).hasValue("image/jpeg");
    assertThat(thumbnail.body()).startsWith(0xff, 0xd8);
    JsonNode stats = served.json("/api/stats");
    assertThat(stats.path("items").asInt()).isEqualTo(pictures.size());
    assertThat(stats.toString()).doesNotContain(temp.toString()).doesNotContain("models/");
    String page = new String(served.get("/").body(), StandardCharsets.UTF_8);
    assertThat(page)
        .contains("<html lang=\"en\">")
        .doesNotContain("http://")
        .doesNotContain("https://");
    assertThat(served.json("/openapi.json").path("paths").has("/api/search")).isTrue();
    assertThat(served.get("/health/live").statusCode()).isEqualTo(200);
    String metrics = new String(served.get("/metrics").body(), StandardCharsets.UTF_8);
    assertThat(metrics).contains("filip_requests_total{path=\"/api/search\",status=\"200\"}");
  }

  @Test
  void whatIsWrongIsOneLine() throws Exception {
    refused(served.get("/api/search"), 400, "parameter q must be given");
    refused(
        served.get("/api/search?q=red&k=0"), 400, "parameter k must be a whole number in 1..1000");
    refused(served.get("/api/search?q=red&k=many"), 400, "got many");
    refused(served.get("/api/search?q=red&filter=nothing%3A%3A"), 400, "filter");
    refused(served.get("/api/search?q=red&snapshot=zzz"), 410, "search anew");
    refused(served.get("/api/thumbnail?id=..%2F..%2Fetc%2Fpasswd"), 404, "no image has the id");
    assertThat(served.get("/..%2f..%2fetc/passwd").statusCode()).isEqualTo(404);
    assertThat(served.get("/models/collages-late").statusCode()).isEqualTo(404);
    HttpRequest.Builder post = served.request("/api/search");
    refused(
        served.send(post.POST(BodyPublishers.ofString("no picture")).build()), 400, "in the body");
    refused(served.send(post.POST(BodyPublishers.noBody()).build()), 400, "got nothing");
    byte[] large = new byte[(1 << 20) + 7];
    assertThat(served.send(post.POST(BodyPublishers.ofByteArray(large)).build()).statusCode())
        .isEqualTo(413);
  }

  @Test
  void picturesComeAndGoWhileItRuns() throws Exception {
    byte[] picture = Files.readAllBytes(pictures.getFirst());
    HttpRequest put =
        served.request("/api/images?id=new%2Fone").PUT(BodyPublishers.ofByteArray(picture)).build();
    assertThat(Served.json(served.send(put)).path("added").asInt()).isEqualTo(1);
    HttpRequest post =
        served.request("/api/search?k=2").POST(BodyPublishers.ofByteArray(picture)).build();
    JsonNode with = Served.json(served.send(post));
    assertThat(ids(with)).contains("new/one");
    HttpRequest delete = served.request("/api/images?id=new%2Fone").DELETE().build();
    assertThat(Served.json(served.send(delete)).path("removed").asInt()).isEqualTo(1);
    assertThat(ids(Served.json(served.send(post)))).doesNotContain("new/one");
    String earlier = "/api/search?k=2&snapshot=" + with.path("snapshot").asText();
    HttpRequest old = served.request(earlier).POST(BodyPublishers.ofByteArray(picture)).build();
    assertThat(ids(Served.json(served.send(old)))).isEqualTo(ids(with)); // the page that was turned
    HttpRequest none = served.request("/api/images?id=x").PUT(BodyPublishers.ofString("?")).build();
    refused(served.send(none), 400, "x cannot be used");
  }

  @Test
  void aTokenAndOtherOrigins() throws Exception {
    ServeOptions guarded =
        new ServeOptions(
            "127.0.0.1",
            0,
            Optional.of("secret"),
            Optional.of("https://elsewhere.example"),
            1 << 20,
            16,
            Duration.ofSeconds(5),
            false,
            false);
    try (Served other = Served.start(served.index, guarded)) {
      refused(other.get("/api/search?q=red"), 401, "wants a token");
      refused(other.get("/api/search?q=red&token=wrong"), 401, "wants a token");
      assertThat(other.get("/api/search?q=red&token=secret").statusCode()).isEqualTo(200);
      HttpRequest bearer =
          other.request("/api/search?q=red").header("Authorization", "Bearer secret").build();
      HttpResponse<byte[]> answer = other.send(bearer);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
          .hasValue("https://elsewhere.example");
      HttpRequest preflight =
          other.request("/api/search").method("OPTIONS", BodyPublishers.noBody()).build();
      assertThat(other.send(preflight).statusCode()).isEqualTo(204);
      HttpRequest delete = other.request("/api/images?id=x&token=secret").DELETE().build();
      refused(other.send(delete), 403, "only reads");
      assertThat(other.get("/").statusCode()).isEqualTo(200);
    }
    assertThat(served.get("/api/stats").headers().firstValue("Access-Control-Allow-Origin"))
        .isEmpty();
  }

  @Test
  void headIsGetWithoutTheBodyAndOtherMethodsAreTold() throws Exception {
    for (String path : List.of("/", "/page.js", "/api/search?q=red&k=2", "/health/live", "/none")) {
      HttpResponse<byte[]> get = served.get(path);
      HttpRequest request = served.request(path).method("HEAD", BodyPublishers.noBody()).build();
      HttpResponse<byte[]> head = served.send(request);
      assertThat(head.statusCode()).isEqualTo(get.statusCode());
      assertThat(head.body()).isEmpty();
      for (String header : List.of("Content-Type", "Content-Length")) {
        assertThat(head.headers().firstValue(header)).isEqualTo(get.headers().firstValue(header));
      }
    }
    HttpRequest patch =
        served.request("/api/search?q=red").method("PATCH", BodyPublishers.noBody()).build();
    HttpResponse<byte[]> refused = served.send(patch);
    refused(refused, 405, "must be one of GET, HEAD, POST, got PATCH");
    assertThat(refused.headers().firstValue("Allow")).hasValue("GET, HEAD, POST");
    refused(served.get("/api/images?id=x"), 405, "PUT, DELETE, got GET");
    refused(served.get("/api/nothing"), 404, "not found");
  }

  /** Sends some bytes; the answer up to the connection's end. */
  private static String raw(String text, byte[] body) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", served.server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
      out.write(body);
      out.flush();
      socket.setSoTimeout(20_000);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatCannotBeReadAsARequestIsOneLine() throws Exception {
    String end = " HTTP/1.1\nHost: x\n\n";
    assertThat(raw("GET /api/search?q=%zz" + end, new byte[0]))
        .startsWith("HTTP/1.1 400 ")
        .endsWith(
            "{\"error\":\"the request must be one of HTTP/1.1, its body without a Content-Encoding\"}");
    assertThat(raw("GET / HTTP/1.0\n\n", new byte[0]))
        .startsWith("HTTP/1.1 505 ")
        .endsWith("{\"error\":\"the version of HTTP must be 1.1\"}");
    String post = "POST /api/search HTTP/1.1\nHost: x\n";
    assertThat(raw(post + "Content-Length: -3\n\n", new byte[0]))
        .startsWith("HTTP/1.1 400 ")
        .endsWith("got -3\"}");
    assertThat(raw(post + "Transfer-Encoding: chunked\n\nzz\nabc\n0\n\n", new byte[0]))
        .startsWith("HTTP/1.1 400 ")
        .endsWith("the body ended early, or its chunks are none\"}");
  }

  /** What is left of a body is not taken for another request; there is one answer. */
  @Test
  void aLargeBodyIsAnsweredOnceAndHungUpOn() throws Exception {
    int size = (2 << 20) - 1;
    String head = "POST /api/search HTTP/1.1\nHost: x\nContent-Length: " + size + "\n";
    String line = "{\"error\":\"the body must be at most 1048576 bytes, got " + size + "\"}";
    for (int again = 0; again < 10; again++) {
      assertThat(raw(head + "\n", new byte[size]))
          .startsWith("HTTP/1.1 413 ")
          .contains("Connection: close")
          .endsWith(line);
    }
    assertThat(raw(head + "Expect: 100-continue\n\n", new byte[0]))
        .startsWith("HTTP/1.1 413 ")
        .endsWith(line);
  }

  @Test
  void anIndexThatIsMadeAnewIsServed() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("anew"));
    Path one = Files.createDirectory(folder.resolve("one"));
    Files.copy(pictures.getFirst(), one.resolve("only.png"));
    Path index = Served.index(folder);
    try (Served other = Served.start(index, Served.OPEN)) {
      JsonNode before = other.json("/api/search?q=red&k=40");
      assertThat(before.path("hits")).hasSize(pictures.size());
      Served.run(
          "index", "create", index.toString(), "--model", Served.MODEL.toString(), "--force");
      Served.run("index", "add", index.toString(), one.toString());
      JsonNode after = before;
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (after.path("hits").size() != 1 && System.nanoTime() < end) {
        Thread.sleep(100);
        after = other.json("/api/search?q=red&k=40");
      }
      assertThat(ids(after)).containsExactly("only");
      String token = before.path("snapshot").asText();
      assertThat(after.path("snapshot").asText()).isNotEqualTo(token);
      JsonNode page = other.json("/api/search?q=red&k=5&from=5&snapshot=" + token);
      assertThat(ids(page)).isEqualTo(ids(before).subList(5, 10));
    }
  }

  @Test
  void aPortThatIsTakenIsOneLine() {
    ServeOptions same =
        new ServeOptions(
            "127.0.0.1",
            served.server.port(),
            Optional.empty(),
            Optional.empty(),
            1,
            1,
            Duration.ofSeconds(1),
            false,
            false);
    assertThatThrownBy(() -> SearchServer.start(served.service, same))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + served.server.port());
  }
}
