package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.io.OwnJava;
import dev.filip.tokens.TokenFile.Kind;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code filip encode} as a user meets it, on a model of the repository. */
class EncodeCommandTest {
  private static final Path MODEL =
      Path.of(System.getProperty("filip.root", ".."), "models", "collages-late");
  private static final int IMAGES = 64;
  @TempDir Path temp;
  private Path source;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void pictures() throws IOException {
    source = Files.createDirectory(temp.resolve("source"));
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage image = new BufferedImage(40, 50, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 2000; p++) {
        image.setRGB(p % 40, p / 40, Color.HSBtoRGB(i / 64f, p % 40 / 40f, p / 2000f));
      }
      String name = String.format(java.util.Locale.ROOT, "%03d", i);
      byte[] png = AwtImages.png(image);
      Files.write(source.resolve(name + ".png"), i == 17 ? java.util.Arrays.copyOf(png, 60) : png);
      Files.writeString(source.resolve(name + ".txt"), "a picture " + i + "\n");
    }
  }

  private int run(Object... arguments) {
    String[] words = new String[arguments.length + 1];
    words[0] = "encode";
    for (int i = 0; i < arguments.length; i++) {
      words[i + 1] = arguments[i].toString();
    }
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(words);
  }

  @Test
  void theJsonAnswerIsWhatLiesThere() throws IOException {
    Path store = temp.resolve("store");
    assertThat(run(MODEL, source, "--out", store, "--texts", "--limit", 32, "--json")).isZero();
    JsonNode answer = Json.parse(out.toString());
    assertThat(answer.at("/images/items").asInt()).isEqualTo(32);
    assertThat(answer.at("/texts/items").asInt()).isEqualTo(32);
    assertThat(answer.at("/images/bytes").asLong())
        .isEqualTo(Files.size(store.resolve("images-00000.tokens")));
    assertThat(answer.path("images_per_second").asDouble()).isPositive();
    try (TokenStore open = TokenStore.open(store)) {
      open.verify();
      Tokens rows = open.files(Kind.IMAGES).getFirst().rows();
      assertThat(rows.type()).isEqualTo(Tokens.Type.BF16);
      assertThat(rows.d()).isEqualTo(answer.path("width").asInt());
    }
    assertThat(run(MODEL, source, "--out", store)).isEqualTo(2);
    assertThat(err.toString()).contains("exists already: give --force").hasLineCount(1);
    assertThat(run(MODEL, source, "--out", store, "--force", "--type", "fp32", "--limit", 2))
        .isZero();
    try (TokenStore open = TokenStore.open(store)) {
      assertThat(open.files(Kind.IMAGES).getFirst().rows().type()).isEqualTo(Tokens.Type.FP32);
      assertThat(open.files(Kind.TEXTS)).isEmpty();
    }
  }

  /** kill -9 in the middle, then the same command: the store is that of a run left alone. */
  @Test
  void afterAKillTheSameCommandGoesOn() throws Exception {
    Path alone = temp.resolve("alone");
    assertThat(run(MODEL, source, "--out", alone, "--texts", "--part", 4, "--json")).isZero();
    assertThat(Json.parse(out.toString()).at("/skipped/total").asInt()).isEqualTo(1);
    Path killed = temp.resolve("killed");
    List<String> arguments =
        List.of(
            "encode",
            MODEL.toString(),
            source.toString(),
            "--out",
            killed.toString(),
            "--texts",
            "--part",
            "4");
    Process process =
        new ProcessBuilder(OwnJava.command(List.of(), "dev.filip.cli.Main", arguments))
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("log").toFile())
            .start();
    Path second = temp.resolve(".killed.unfinished").resolve("images-00001.tokens");
    while (!Files.exists(second) && process.isAlive()) {
      Thread.sleep(1);
    }
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    assertThat(killed).as("ended before it was killed").doesNotExist();
    assertThat(second).exists();
    out.getBuffer().setLength(0);
    assertThat(run(MODEL, source, "--out", killed, "--texts", "--part", 4, "--json")).isZero();
    assertThat(Json.parse(out.toString()).path("encoded_now").asInt()).isBetween(1, IMAGES - 2 * 4);
    try (var files = Files.list(alone)) {
      for (Path file : files.toList()) {
        assertThat(killed.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
    assertThat(killed.toFile().list()).hasSameSizeAs(alone.toFile().list());
  }
}
