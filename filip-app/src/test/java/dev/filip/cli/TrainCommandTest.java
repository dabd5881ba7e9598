package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code filip train --profile} as it is given. */
class TrainCommandTest {
  @TempDir Path temp;
  private Path config = Path.of("");

  private record Said(int code, String err) {}

  @BeforeEach
  void data() throws IOException {
    Path table = temp.resolve("pictures.csv");
    StringBuilder rows = new StringBuilder("filepath,title\n");
    for (int i = 0; i < 12; i++) {
      BufferedImage picture = new BufferedImage(30, 28, BufferedImage.TYPE_INT_RGB);
      picture.setRGB(i, i, 0xFF00FF);
      ImageIO.write(picture, "png", temp.resolve(i + ".png").toFile());
      rows.append(i).append(".png,picture number ").append(i).append('\n');
    }
    Files.writeString(table, rows);
    config =
        Files.writeString(
            temp.resolve("run.yaml"),
            """
            model: {image_size: 28, patch_size: 14, vision: {width: 16, layers: 1, heads: 2},
                    text: {width: 16, layers: 1, heads: 2, context: 12}, embed_dim: 8}
            data: {train: %s}
            tokenizer: {train: 530}
            batch: 4
            steps: 6
            evaluate: {every: 0}
            device: cpu
            """
                .formatted(table));
  }

  private Said train(Object... words) {
    StringWriter err = new StringWriter();
    var filip = Main.commandLine().setErr(new PrintWriter(err));
    String[] arguments =
        Stream.concat(Stream.of("train", config), Stream.of(words))
            .map(Object::toString)
            .toArray(String[]::new);
    return new Said(filip.execute(arguments), err.toString().strip());
  }

  @Test
  void aProfileIsATableAndATraceInTheRunsFolder() throws IOException {
    Path out = temp.resolve("run");
    assertThat(train("--out", out, "--profile", 3, "--json").code).isZero();
    List<String> lines = Files.readAllLines(out.resolve("profile.txt"));
    assertThat(lines.getFirst()).matches("steps 3 to 5: [0-9.]+ ms a step");
    assertThat(lines)
        .anyMatch(line -> line.strip().startsWith("data "))
        .anyMatch(line -> line.strip().startsWith("towers "))
        .anyMatch(line -> line.strip().startsWith("between stages "))
        .anyMatch(line -> line.strip().startsWith("images "));
    Set<String> kinds = new TreeSet<>();
    for (JsonNode event : Json.read(out.resolve("profile.json")).path("traceEvents")) {
      kinds.add(event.path("cat").asText());
    }
    assertThat(kinds).contains("filip_stage", "filip_images");
    assertThat(train("--out", out, "--force", "--json").code).isZero();
    assertThat(out.resolve("profile.txt")).doesNotExist();
  }

  @Test
  void otherNumbersAreRefused() {
    Path out = temp.resolve("none");
    for (String wrong : List.of("-1", "101")) {
      assertThat(train("--out", out, "--profile", wrong))
          .isEqualTo(
              new Said(2, "filip: --profile must be in [0, 100] (steps; 0 = none), got " + wrong));
    }
    assertThat(train("--out", out, "--profile", "some").code).isEqualTo(2);
    assertThat(out).doesNotExist();
  }
}
