package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.filip.data.store.Retry;
import dev.filip.data.store.ShardCache;
import dev.filip.data.store.Timeouts;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a web server in this process. */
class RemoteUrlsTest {
  @TempDir Path cache;
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private HttpServer server;
  private String base;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] file = files.get(exchange.getRequestURI().getPath());
          boolean head = exchange.getRequestMethod().equals("HEAD");
          if (file != null && head) {
            exchange.getResponseHeaders().set("Content-Length", "" + file.length);
          }
          exchange.sendResponseHeaders(
              file == null ? 404 : 200, file == null || head ? -1 : file.length);
          if (file != null && !head) {
            exchange.getResponseBody().write(file);
          }
          exchange.close();
        });
    server.start();
    base = "http://127.0.0.1:" + server.getAddress().getPort();
    put("/0.csv", "url,caption\nhttp://a/1,a dog\n");
    put("/1.csv", "url,caption\nhttp://a/2,a cat\nhttp://a/3,\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void put(String path, String text) {
    files.put(path, text.getBytes(StandardCharsets.UTF_8));
  }

  private RemoteUrls open(String spec) {
    ShardCache store =
        new ShardCache(
            new ShardCache.Options(cache, 1 << 20, Retry.STANDARD, Timeouts.STANDARD, 0));
    return RemoteUrls.open(spec, UrlColumns.DETECTED, store);
  }

  @Test
  void severalTablesAreReadInTheirOrderEachTimeTheSame() throws IOException {
    try (RemoteUrls table = open(base + "/{0..1}.csv?signature=secret")) {
      assertThat(table.parts()).hasSize(2);
      assertThat(table.captions()).isTrue();
      assertThat(table.describe())
          .startsWith("2 tables, the first " + base)
          .doesNotContain("secret");
      for (int times = 0; times < 2; times++) {
        List<String> rows = new ArrayList<>();
        for (int part = 0; part < 2; part++) {
          table.each(part, row -> rows.add(row.url() + " " + row.caption()));
        }
        assertThat(rows).hasSize(3).startsWith("http://a/1 a dog", "http://a/2 a cat");
      }
      String shape = table.shape();
      try (RemoteUrls again = open(base + "/{0..1}.csv?signature=other")) {
        assertThat(again.shape()).isEqualTo(shape);
      }
    }
  }

  @Test
  void whatIsWrongIsOneLineWithTheLocation() throws IOException {
    put("/link.csv", "link,caption\nhttp://a,b\n");
    put("/more.csv", "url,caption\n\"http://a/1,never closed\n");
    refused(base + "/none.csv", base + "/none.csv: HTTP 404");
    refused(base + "/link.csv", base + "/link.csv");
    refused(base + "/", "cannot read the table");
    refused(base + "/0.csv::" + base + "/1.tsv", "tables of one kind");
    try (RemoteUrls table = open(base + "/more.csv")) {
      assertThatThrownBy(() -> table.each(0, row -> {}))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining(base + "/more.csv")
          .hasMessageNotContaining(cache.toString());
    }
  }

  private void refused(String spec, String message) {
    assertThatThrownBy(() -> open(spec).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining(cache.toString())
        .message()
        .doesNotContain("\n");
  }
}
