import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;

/** Serves the files of a folder in turn: /17.jpg is number 17 modulo their count. Waits so many milliseconds before each answer. */
final class PictureServer {
  public static void main(String[] arguments) throws Exception {
    List<Path> files;
    try (var all = Files.list(Path.of(arguments[0]))) {
      files = all.sorted().toList();
    }
    List<byte[]> pictures = files.stream().map(PictureServer::read).toList();
    int wait = Integer.parseInt(arguments[1]);
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1000);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            Thread.sleep(wait);
            String name = exchange.getRequestURI().getPath().substring(1);
            if (!name.matches("\\d+\\.jpg")) {
              exchange.sendResponseHeaders(404, -1);
              return;
            }
            byte[] picture = pictures.get(Integer.parseInt(name.substring(0, name.indexOf('.'))) % pictures.size());
            exchange.getResponseHeaders().set("Content-Type", "image/jpeg");
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
