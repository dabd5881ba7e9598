package dev.filip.data.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpTranslatorTest {
  private interface Manner {
    void answer(HttpExchange exchange) throws IOException;
  }

  private final Queue<Manner> manners = new ArrayDeque<>();
  private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/mt/translate", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    JsonNode request = Json.ofOthers(exchange.getRequestBody().readAllBytes());
    asked.add(request);
    Manner manner = manners.poll();
    if (manner != null) {
      manner.answer(exchange);
      return;
    }
    var json = Json.object();
    var texts = json.putArray("translatedText");
    request.path("q").forEach(q -> texts.add(q.asText() + " " + request.path("target").asText()));
    send(exchange, 200, Json.line(json));
  }

  private static void send(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Manner saying(int code, String body) {
    return exchange -> send(exchange, code, body);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/mt/";
  }

  private List<String> translate(@Nullable String key, int retries, String... texts)
      throws IOException {
    var patience =
        new HttpTranslator.Patience(
            Duration.ofMillis(1500), retries, Duration.ofMillis(5), Duration.ofSeconds(30));
    try (var http = new HttpTranslator(url(), key, patience)) {
      return http.translate(List.of(texts), "en", "de");
    }
  }

  @Test
  void asksAsLibreTranslateIsAsked() throws IOException {
    assertThat(translate("secret", 0, "a \"dog\"", "木")).containsExactly("a \"dog\" de", "木 de");
    assertThat(Json.line(asked.getFirst()))
        .isEqualTo(
            "{\"q\":[\"a \\\"dog\\\"\",\"木\"],\"source\":\"en\",\"target\":\"de\",\"format\":\"text\",\"api_key\":\"secret\"}");
    translate(null, 0, "a");
    assertThat(asked.get(1).has("api_key")).isFalse();
  }

  @Test
  void whatPassesIsTriedAgain() throws IOException {
    manners.add(exchange -> {
      exchange.getResponseHeaders().set("Retry-After", "1");
      send(exchange, 429, "{\"error\": \"Slowdown\"}");
    });
    manners.add(saying(503, "busy"));
    manners.add(HttpExchange::close);
    manners.add(exchange -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write('{');
      exchange.getResponseBody().flush();
    });
    long begun = System.nanoTime();
    assertThat(translate(null, 4, "a")).containsExactly("a de");
    assertThat(System.nanoTime() - begun).isGreaterThan(1_000_000_000L);
    assertThat(asked).hasSize(5);
  }

  @Test
  void patienceEnds() {
    for (int i = 0; i < 3; i++) {
      manners.add(saying(500, "{\"error\": \"out of\\nmemory\"}"));
    }
    assertThatThrownBy(() -> translate(null, 2, "a"))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("/mt/translate: status 500, out of\\nmemory (3 tries)");
    manners.add(exchange -> {
      exchange.getResponseHeaders().set("Retry-After", "86400");
      send(exchange, 429, "");
    });
    assertThatThrownBy(() -> translate(null, 2, "a")).hasMessageContaining("asks to wait 86400 s");
    assertThat(asked).hasSize(4);
  }

  @Test
  void refusedTextsAreToldFromAServerThatDoesNotWork() {
    manners.add(saying(400, "{\"error\": \"request (9) exceeds text limit (5)\"}"));
    assertThatThrownBy(() -> translate(null, 2, "a"))
        .isInstanceOf(Translator.Refused.class)
        .hasMessageContaining("exceeds text limit");
    manners.add(saying(413, "<html>"));
    assertThatThrownBy(() -> translate(null, 2, "a")).isInstanceOf(Translator.Refused.class);
    manners.add(saying(403, "{\"error\": \"Invalid API key secret\"}"));
    assertThatThrownBy(() -> translate("secret", 2, "a"))
        .isNotInstanceOf(Translator.Refused.class)
        .hasMessageEndingWith("status 403, Invalid API key ... (is the key right?)");
    manners.add(saying(404, ""));
    assertThatThrownBy(() -> translate(null, 2, "a")).hasMessageContaining("status 404");
    assertThat(asked).hasSize(4);
  }

  @Test
  void answersAreChecked() {
    String[][] wrong = {
      {"<html>", "answers no JSON"},
      {"{}", "gave none"},
      {"{\"translatedText\": [\"a\"]}", "for 2 texts, gave 1"},
      {"{\"translatedText\": [\"a\", null]}", "no text"},
    };
    for (String[] each : wrong) {
      manners.add(saying(200, each[0]));
      assertThatThrownBy(() -> translate(null, 0, "a", "b")).hasMessageContaining(each[1]);
    }
    manners.add(saying(200, "\"" + "x".repeat((1 << 24) + 1) + "\""));
    assertThatThrownBy(() -> translate(null, 0, "a")).isInstanceOf(IOException.class);
  }

  @Test
  void addressesAreCheckedAndSecretsInThemNotRepeated() {
    var patience = HttpTranslator.Patience.of(Duration.ofSeconds(1), 0);
    for (String url : List.of("ftp://h", "localhost:5000", "http://u:pw@h", "http://h?key=pw")) {
      assertThatThrownBy(() -> new HttpTranslator(url, null, patience))
          .isInstanceOf(BadInput.class)
          .hasMessageStartingWith("--url must be")
          .hasMessageNotContaining("pw");
    }
  }
}
