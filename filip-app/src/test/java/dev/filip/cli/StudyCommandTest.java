package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.generate.EmojiFixture;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command end to end: real training processes on eight tiny pictures. */
class StudyCommandTest {
  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void data() throws IOException {
    Path data = Files.createDirectories(temp.resolve("data"));
    String[] colours = {"red", "green", "blue", "white", "black", "pink", "gray", "gold"};
    for (int i = 0; i < colours.length; i++) {
      Files.write(data.resolve(i + ".png"), EmojiFixture.png(16, 16, 0x1F2E3D * (i + 1)));
      Files.writeString(
          data.resolve(i + ".txt"), "a " + colours[i] + " disc\n" + colours[i] + " round\n");
    }
    Files.writeString(
        temp.resolve("tiny.yaml"),
        """
        model: {image_size: 16, patch_size: 8, vision: {width: 16, layers: 1, heads: 2},
                text: {width: 16, layers: 1, heads: 2, context: 12}, embed_dim: 8}
        data: {train: DATA, validation: DATA}
        tokenizer: {train: 520}
        augment: {crop: [0.8, 1.0]}
        batch: 4
        steps: 4
        precision: fp32
        """
            .replace("DATA", data.toString()));
  }

  private int run(String... more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] words = new String[8 + more.length];
    String[] first = {
      "study",
      "ablation",
      temp.resolve("tiny.yaml").toString(),
      "--out",
      study().toString(),
      "--jobs",
      "2",
      "--json"
    };
    System.arraycopy(first, 0, words, 0, 8);
    System.arraycopy(more, 0, words, 8, more.length);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }

  private Path study() {
    return temp.resolve("study");
  }

  private Path result(String row) {
    return study().resolve("rows").resolve(row).resolve("result.json");
  }

  @Test
  void trainsEveryRowInAProcessOfItsOwnAndGoesOnWhereItFailed() throws IOException {
    assertThat(run()).as(err.toString()).isZero();
    JsonNode answer = Json.parse(out.toString());
    assertThat(answer.get("rows")).hasSize(5);
    for (JsonNode row : answer.get("rows")) {
      JsonNode ran = row.at("/runs/0");
      assertThat(ran.get("steps").asInt()).as("%s", row).isEqualTo(4);
      assertThat(ran.get("loss").asDouble()).isBetween(0.5, 3.0);
      assertThat(ran.at("/scores/t2i_r1").asDouble()).isBetween(0.0, 1.0);
    }
    assertThat(run()).as("nothing is overwritten").isEqualTo(2);
    assertThat(err.toString()).contains("exists already");

    Path broken = study().resolve("rows/late-interaction-seed1/run");
    Files.delete(result("late-interaction-seed1"));
    Outputs.delete(broken);
    Files.writeString(broken, "no folder");
    FileTime kept = Files.getLastModifiedTime(result("baseline-seed1"));
    assertThat(run("--resume")).isZero();
    JsonNode failed = Json.parse(out.toString()).get("rows").get(3).at("/runs/0");
    assertThat(failed.get("outcome").asText()).isEqualTo("failed");
    assertThat(failed.get("reason").asText()).contains("is a file, not a folder");
    assertThat(Files.getLastModifiedTime(result("baseline-seed1"))).isEqualTo(kept);
    assertThat(Files.readString(study().resolve("ablation.md")))
        .contains("is a file, not a folder");
  }
}
