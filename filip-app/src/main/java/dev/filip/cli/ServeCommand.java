package dev.filip.cli;

import dev.filip.http.FolderWatch;
import dev.filip.http.SearchServer;
import dev.filip.http.SearchService;
import dev.filip.http.ServeOptions;
import dev.filip.search.IndexAbout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip serve}: REST over an index, and a page to search with. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Serve an index: a page to search with, and REST (openapi.json says how). Ends on Ctrl-C when the requests under way are answered.",
      "Images that others add to the index are found within half a second."
    },
    footer = {
      "",
      "Example:",
      "  filip serve pictures.index --port 8080",
      "  filip serve pictures.index --watch pictures"
    })
final class ServeCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1 << 20;

  @Parameters(paramLabel = "INDEX", description = "The index.")
  private Path index;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "Port; 0 for any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to listen on; 0.0.0.0 for all. Default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--token",
      defaultValue = "${FILIP_TOKEN}",
      description =
          "What clients of the API must send as a bearer token. Default: FILIP_TOKEN, or none.")
  private @Nullable String token;

  @Option(
      names = "--cors",
      paramLabel = "ORIGIN",
      description = "Let pages of this origin call the API; * for all. Default: none.")
  private @Nullable String cors;

  @Option(names = "--writable", description = "Let clients add and remove images.")
  private boolean writable;

  @Option(
      names = "--max-body",
      paramLabel = "MB",
      defaultValue = "20",
      description = "Largest picture that is taken. Default: ${DEFAULT-VALUE} MB.")
  private int maxBody;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "Requests worked on at once; more get 503 with Retry-After. Default: ${DEFAULT-VALUE}.")
  private int concurrency;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "For a client to send its request. Default: ${DEFAULT-VALUE}.")
  private int timeout;

  @Option(names = "--access-log", description = "A line a request on standard error.")
  private boolean accessLog;

  @Option(
      names = "--watch",
      paramLabel = "FOLDER",
      description =
          "Keep the index as a folder is meanwhile: what comes, changes or goes there does so in the index within seconds.")
  private @Nullable String watched;

  @Mixin private RescanOption rescan;
  @Mixin private ModelOption model;
  @Mixin private DeviceOption device;

  @Override
  public Integer call() throws Exception {
    Lucene.quiet();
    ServeOptions options =
        new ServeOptions(
            host,
            port,
            Optional.ofNullable(token),
            Optional.ofNullable(cors),
            maxBody * MEGABYTE,
            concurrency,
            Duration.ofSeconds(timeout),
            writable,
            accessLog);
    rescan.check();
    if (watched != null) {
      RescanOption.requireFolder(watched, "a folder of images");
    }
    Path folder = model.of(IndexAbout.read(index));
    try (SearchService service = SearchService.open(index, folder, device.choose())) {
      serve(service, options);
    }
    return 0;
  }

  private void serve(SearchService service, ServeOptions options) throws InterruptedException {
    FolderWatch watch =
        watched == null
            ? null
            : service.watch(watched, rescan.pace(), line -> System.err.println("filip: " + line));
    try (SearchServer server = SearchServer.start(service, options)) {
      System.out.printf(
          Locale.ROOT,
          "%,d images at http://%s:%d/%n",
          service.size(),
          host.equals("0.0.0.0") ? "localhost" : host,
          server.port());
      System.out.flush();
      if (watch != null) {
        watch.start();
      }
      untilStopped(server, watch);
    }
  }

  /** The JVM's shutdown waits for requests and for what is being committed. */
  private static void untilStopped(SearchServer server, @Nullable FolderWatch watch)
      throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  if (watch != null) {
                    watch.close();
                  }
                  stopped.countDown();
                },
                "filip-serve-stop"));
    stopped.await();
  }
}
