package dev.filip.data.hub;

import dev.filip.data.store.Retry;
import dev.filip.data.store.Timeouts;
import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the hub is, who asks, and where what it gave is kept.
 *
 * @param cache the folder of {@code models--OWNER--NAME}
 * @param offline the cache only, no connection
 */
public record HubSettings(
    URI endpoint,
    Optional<Token> token,
    Path cache,
    boolean offline,
    Timeouts timeouts,
    Retry retry) {
  private static final String PUBLIC = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "on", "yes", "true");

  /** 5 tries, pauses of 0.5 s to 30 s: a hub that is not there is said within 10 s. */
  private static final Retry SOMEBODY_WAITS =
      new Retry(5, Duration.ofMillis(500), Duration.ofSeconds(30));

  /** A secret: its text form does not show it. */
  public record Token(String value) {
    /** Letters that may stand in a header. */
    public Token {
      if (!value.matches("[\\x21-\\x7e]+")) {
        throw new BadInput("the hub's token holds characters that no token has (not shown here)");
      }
    }

    @Override
    public String toString() {
      return "(token)";
    }
  }

  /**
   * What the environment says, by the names Python's tools read.
   *
   * @param environment {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_HOME}, {@code
   *     HF_HUB_CACHE}, {@code HF_HUB_OFFLINE} and their older names
   * @param userHome for {@code ~}
   */
  public static HubSettings of(Map<String, String> environment, Path userHome) {
    Environment said = new Environment(environment, userHome);
    Path home =
        said.path("HF_HOME")
            .or(() -> said.path("XDG_CACHE_HOME").map(cache -> cache.resolve("huggingface")))
            .orElse(userHome.resolve(".cache").resolve("huggingface"));
    Path cache =
        said.path("HF_HUB_CACHE")
            .or(() -> said.path("HUGGINGFACE_HUB_CACHE"))
            .orElse(home.resolve("hub"));
    return new HubSettings(
        endpoint(said.text("HF_ENDPOINT").orElse(PUBLIC)),
        token(said, home),
        cache,
        said.isOn("HF_HUB_OFFLINE") || said.isOn("TRANSFORMERS_OFFLINE"),
        Timeouts.STANDARD,
        SOMEBODY_WAITS);
  }

  private static URI endpoint(String text) {
    URI uri = null;
    try {
      uri = URI.create(text.replaceFirst("/+$", ""));
    } catch (IllegalArgumentException e) {
      uri = URI.create("");
    }
    boolean web = List.of("http", "https").contains(String.valueOf(uri.getScheme()));
    if (!web || uri.getHost() == null || uri.getUserInfo() != null || uri.getQuery() != null) {
      // what stands there may be a password: not shown
      throw new BadInput(
          "HF_ENDPOINT: must be http(s)://HOST[:PORT], without user, password and query");
    }
    return uri;
  }

  private static Optional<Token> token(Environment said, Path home) {
    Optional<String> given = said.text("HF_TOKEN").or(() -> said.text("HUGGING_FACE_HUB_TOKEN"));
    if (given.isEmpty() && !said.isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
      Path file = said.path("HF_TOKEN_PATH").orElse(home.resolve("token"));
      try {
        given = Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : given;
      } catch (IOException e) {
        throw new BadInput("cannot read the hub's token in " + file + ": " + Reasons.of(e), e);
      }
    }
    return given.map(String::strip).filter(text -> !text.isEmpty()).map(Token::new);
  }

  /** Variables; an empty one is none. */
  private record Environment(Map<String, String> variables, Path userHome) {
    Optional<String> text(String name) {
      @Nullable String value = variables.get(name);
      return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
    }

    Optional<Path> path(String name) {
      return text(name)
          .map(text ->
              text.equals("~") || text.startsWith("~/")
                  ? userHome.resolve(text.substring(Math.min(2, text.length())))
                  : Path.of(text));
    }

    boolean isOn(String name) {
      return text(name).map(text -> TRUE.contains(text.toLowerCase(Locale.ROOT))).orElse(false);
    }
  }
}
