package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.search.Hit;
import dev.filip.search.Snapshot;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An index made in parts is the index that was made at once, image for image. */
class IndexPartsTest {
  private static final Path MODEL =
      Path.of(System.getProperty("filip.root", "..")).resolve("models/collages-late");

  private static final int IMAGES = 17;
  private static final int PARTS = 4;

  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
  }

  private JsonNode json(Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = "--json";
    assertThat(run(all)).as(err.toString()).isZero();
    return Json.parse(out.toString());
  }

  private Path source() throws IOException {
    Path source = Files.createDirectory(temp.resolve("source"));
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage image = new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 600; p++) {
        image.setRGB(p % 20, p / 20, Color.HSBtoRGB(i / 17f, p / 600f, 0.9f));
      }
      byte[] png = AwtImages.png(image);
      Files.write(source.resolve(i + ".png"), i == 6 ? Arrays.copyOf(png, 50) : png);
      Files.writeString(source.resolve(i + ".txt"), "picture " + i + "\n");
      Files.writeString(source.resolve(i + ".json"), "{\"year\": " + (2000 + i) + "}");
    }
    return source;
  }

  @Test
  void partsTogetherAreTheWhole() throws IOException {
    Path source = source();
    Path whole = temp.resolve("whole");
    Path index = temp.resolve("index");
    Path parts = temp.resolve("parts");
    json("index", "create", whole, "--model", MODEL);
    json("index", "create", index, "--model", MODEL);
    JsonNode added = json("index", "add", whole, source);
    for (int part : new int[] {2, 0, 3}) {
      assertThat(part(index, source, parts, part).path("made").asBoolean()).isTrue();
    }
    assertThat(run("index", "adopt", index, parts)).isEqualTo(2);
    assertThat(err.toString()).contains("all but 1/4").hasLineCount(1);
    part(index, source, parts, 1);
    FileTime made = Files.getLastModifiedTime(parts.resolve("part-00002-of-00004/part.json"));
    assertThat(part(index, source, parts, 2).path("made").asBoolean()).as("again").isFalse();
    assertThat(Files.getLastModifiedTime(parts.resolve("part-00002-of-00004/part.json")))
        .isEqualTo(made);
    JsonNode adopted = json("index", "adopt", index, parts);
    assertThat(adopted.path("added")).isEqualTo(added.path("added"));
    assertThat(adopted.path("skipped")).isEqualTo(added.path("skipped"));
    assertThat(adopted.path("items").asInt()).isEqualTo(IMAGES - 1);
    same(whole, index);
    JsonNode again = json("index", "adopt", index, parts);
    assertThat(again.path("unchanged").asInt()).isEqualTo(IMAGES - 1);
    assertThat(again.path("items").asInt()).isEqualTo(IMAGES - 1);
    assertThat(json("index", "add", index, source).path("unchanged").asInt()).isEqualTo(IMAGES - 1);
    assertThat(json("index", "verify", index).path("ok").asBoolean()).isTrue();
  }

  private JsonNode part(Path index, Path source, Path parts, int part) {
    return json("index", "part", index, source, "--part", part + "/" + PARTS, "--out", parts);
  }

  private static void same(Path one, Path other) throws IOException {
    try (Snapshot a = Snapshot.open(one);
        Snapshot b = Snapshot.open(other)) {
      assertThat(b.schema()).isEqualTo(a.schema());
      for (int i = 0; i < IMAGES; i++) {
        assertThat(b.find(i + "").isPresent()).isEqualTo(i != 6);
        if (i != 6) {
          Hit x = a.find(i + "").orElseThrow();
          Hit y = b.find(i + "").orElseThrow();
          assertThat(y.rows()).as("rows of " + i).isEqualTo(x.rows());
          assertThat(y.toJson()).isEqualTo(x.toJson());
          assertThat(y.about().digest()).isEqualTo(x.about().digest());
          assertThat(y.about().thumbnail()).isEqualTo(x.about().thumbnail());
        }
      }
    }
  }

  @Test
  void wrongUseIsOneLine() throws IOException {
    Path source = source();
    Path index = temp.resolve("index");
    Path parts = temp.resolve("parts");
    json("index", "create", index, "--model", MODEL);
    for (String part : new String[] {"4/4", "x", "0/0", "-1/4"}) {
      assertThat(run("index", "part", index, source, "--part", part, "--out", parts))
          .as(part)
          .isEqualTo(2);
      assertThat(err.toString()).hasLineCount(1);
    }
    assertThat(run("index", "adopt", index, source)).isEqualTo(2);
    assertThat(err.toString()).contains("a folder of index parts").hasLineCount(1);
    part(index, source, parts, 0);
    Files.delete(source.resolve("3.png"));
    assertThat(run("index", "part", index, source, "--part", "0/4", "--out", parts)).isEqualTo(2);
    assertThat(err.toString()).contains("shape of ").hasLineCount(1);
    for (int part = 1; part < PARTS; part++) {
      part(index, source, parts, part);
    }
    Path global = temp.resolve("global");
    json("index", "create", global, "--model", MODEL.resolveSibling("collages-global"));
    assertThat(run("index", "adopt", global, parts)).isEqualTo(2);
    assertThat(err.toString()).contains("by another model than the index's").hasLineCount(1);
  }
}
