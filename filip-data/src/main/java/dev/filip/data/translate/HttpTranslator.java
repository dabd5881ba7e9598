package dev.filip.data.translate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.store.RetryAfter;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks LibreTranslate's API: {@code POST URL/translate} with a list {@code q}. What
 * passes (429, 5xx, a broken connection) is tried again after the time the server names, else after
 * 1, 2, 4 ... s; 400 and 413 refuse the texts; anything else ends the run. Thread-safe.
 */
public final class HttpTranslator implements Translator {
  private static final long MOST_BYTES = 1L << 24;
  private static final int SHOWN = 200;

  /**
   * How long and how often it is asked.
   *
   * @param answer until the answer is there whole
   * @param retries further tries after the first
   * @param pause before the first of them; doubled for each
   * @param longest wait that is obeyed, whoever asks for it
   */
  public record Patience(Duration answer, int retries, Duration pause, Duration longest) {
    /** Above 0; no retries is allowed. */
    public Patience {
      BadInput.require(answer.toMillis() > 0, "--timeout", answer, "above 0");
      BadInput.require(retries >= 0, "--retries", retries, ">= 0");
    }

    /** Pauses of 1 s doubled, at most five minutes. */
    public static Patience of(Duration answer, int retries) {
      return new Patience(answer, retries, Duration.ofSeconds(1), Duration.ofMinutes(5));
    }

    Duration before(int retry) {
      Duration wait = pause.multipliedBy(1L << Math.min(retry, 20));
      return wait.compareTo(longest) > 0 ? longest : wait;
    }
  }

  private final URI place;
  private final @Nullable String key;
  private final Patience patience;
  private final HttpClient client;

  /**
   * Connects to nothing yet.
   *
   * @param url of the server, without {@code /translate}
   * @param key sent as {@code api_key}; null for none
   */
  public HttpTranslator(String url, @Nullable String key, Patience patience) {
    this.place = place(url);
    this.key = key;
    this.patience = patience;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
  }

  private static URI place(String url) {
    String rule = "http://HOST[:PORT][/PATH] or https://..., without user, ? and #";
    try {
      URI uri = new URI(url.replaceFirst("/+$", "") + "/translate");
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean plain =
          uri.getHost() != null
              && uri.getRawUserInfo() == null
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null;
      BadInput.require(
          plain && (scheme.equals("http") || scheme.equals("https")), "--url", hidden(url), rule);
      return uri;
    } catch (URISyntaxException e) {
      throw BadInput.of("--url", hidden(url), rule);
    }
  }

  /** What may hold a password or a key is not repeated. */
  private static String hidden(String url) {
    return url.replaceFirst("//[^/@]*@", "//...@").replaceFirst("[?#].*", "?...");
  }

  @Override
  public List<String> translate(List<String> texts, String from, String to) throws IOException {
    HttpRequest request = request(texts, from, to);
    for (int retry = 0; ; retry++) {
      String why;
      Duration wait = patience.before(retry);
      try {
        HttpResponse<byte[]> answer = send(request);
        int code = answer.statusCode();
        if (code == 200) {
          return texts(answer.body(), texts.size());
        }
        why = why(answer);
        if (code == 400 || code == 413) {
          throw new Refused(place + ": " + why);
        }
        if (code != 429 && code != 408 && code < 500) {
          boolean keyed = code == 401 || code == 403;
          throw failed(
              why + (keyed ? key == null ? " (no key was given)" : " (is the key right?)" : ""));
        }
        wait = wait(answer, wait);
      } catch (Passing e) {
        why = String.valueOf(e.getMessage());
      }
      if (retry >= patience.retries()) {
        throw failed(why + " (" + (retry + 1) + (retry == 0 ? " try)" : " tries)"));
      }
      sleep(wait);
    }
  }

  private HttpRequest request(List<String> texts, String from, String to) {
    ObjectNode json = Json.object();
    texts.forEach(json.putArray("q")::add);
    json.put("source", from).put("target", to).put("format", "text");
    if (key != null) {
      json.put("api_key", key);
    }
    return HttpRequest.newBuilder(place)
        .header("Content-Type", "application/json")
        .header("Accept", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(Json.line(json), StandardCharsets.UTF_8))
        .build();
  }

  /** What may go better the next time. */
  private static final class Passing extends Exception {
    private static final long serialVersionUID = 1L;

    Passing(String message) {
      super(message);
    }
  }

  /** The whole answer within the time, however slowly it drips. */
  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, Passing {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
    try {
      return answer.get(patience.answer().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Passing("no whole answer within " + patience.answer().toMillis() / 1000.0 + " s");
    } catch (ExecutionException e) {
      throw new Passing(
          e.getCause() instanceof java.net.ConnectException
              ? "no connection"
              : e.getCause() instanceof IOException io ? Reasons.of(io) : "no answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + place.getHost());
    } finally {
      answer.cancel(true);
    }
  }

  private Duration wait(HttpResponse<byte[]> answer, Duration otherwise) throws IOException {
    Duration told = answer.headers().firstValue("Retry-After").map(RetryAfter::of).orElse(null);
    if (told != null && told.compareTo(patience.longest()) > 0) {
      throw failed(
          "asks to wait "
              + told.toSeconds()
              + " s, longer than "
              + patience.longest().toSeconds()
              + " s: start the same command again then");
    }
    return told != null ? told : otherwise;
  }

  private static void sleep(Duration wait) throws IOException {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted before another try");
    }
  }

  private List<String> texts(byte[] body, int wanted) throws IOException {
    JsonNode json;
    try {
      json = Json.ofOthers(body);
    } catch (JsonProcessingException e) {
      throw failed("answers no JSON: " + Json.why(e));
    }
    JsonNode list = json.path("translatedText");
    if (list.isTextual() && wanted == 1) {
      return List.of(list.textValue());
    }
    if (!list.isArray() || list.size() != wanted) {
      String got = list.isArray() ? list.size() + "" : "none";
      throw failed("must give translatedText for " + wanted + " texts, gave " + got);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode text : list) {
      if (!text.isTextual()) {
        throw failed("gives a translatedText that is no text");
      }
      texts.add(text.textValue());
    }
    return texts;
  }

  private IOException failed(String why) {
    return new IOException(BadInput.line(place + ": " + why));
  }

  /** The status, and the server's own words; the key is never among them. */
  private String why(HttpResponse<byte[]> answer) {
    String said;
    try {
      said = Json.ofOthers(answer.body()).path("error").asText("");
    } catch (IOException e) {
      said = "";
    }
    if (key != null) {
      said = said.replace(key, "...");
    }
    String shown = said.length() > SHOWN ? said.substring(0, SHOWN) + "..." : said;
    return "status " + answer.statusCode() + (shown.isEmpty() ? "" : ", " + shown);
  }

  @Override
  public String describe() {
    return "http: " + place;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
