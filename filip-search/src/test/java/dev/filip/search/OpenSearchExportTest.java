package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.ItemValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenSearchExportTest {
  @TempDir Path temp;

  private Snapshot index(Item... items) throws IOException {
    Path index = temp.resolve("index");
    IndexFiles.create(index, Fixtures.about(), true);
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(List.of(items));
    }
    return Snapshot.open(index);
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(Json.parse(line));
    }
    return lines;
  }

  @Test
  void eachLiveImageIsTwoLines() throws IOException {
    String longest = "x".repeat(600);
    Item wide =
        Fixtures.item(
            "Z\u00fcrich \ud83d\ude80\n\"q\"",
            Fixtures.json(
                "{'tag':['a',null,{'no':1},'b'],'camera':{'lens':'50'},'year':2011,'none':null}"));
    try (Snapshot index = index(wide, Fixtures.item("gone"), Fixtures.item(longest))) {
      try (IndexEditor editor = IndexEditor.open(temp.resolve("index"))) {
        editor.remove(List.of("gone"));
      }
      try (Snapshot now = index.refreshed()) {
        Path out = temp.resolve("out/pictures.ndjson");
        OpenSearchExport.Written written = OpenSearchExport.write(now, out, false);
        List<JsonNode> lines = lines(out);
        assertThat(written.items()).isEqualTo(2);
        assertThat(written.bytes()).isEqualTo(Files.size(out));
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
            .isEqualTo(Json.parse("{\"index\":{\"_id\":" + Json.line(wide.id()) + "}}"));
        JsonNode document = lines.get(1);
        assertThat(document.path("id").asText()).isEqualTo(wide.id());
        assertThat(document.path("path").asText()).isEqualTo(wide.about().path());
        assertThat(document.path("captions").get(0).asText()).isEqualTo("text of " + wide.id());
        assertThat(document.path("metadata"))
            .isEqualTo(Fixtures.json("{'tag':['a','b'],'camera':{'lens':'50'},'year':2011}"));
        assertThat(Base64.getDecoder().decode(document.path("tokens").asText()))
            .isEqualTo(ItemValue.of(wide.tokens(), 0, Fixtures.ENCODER));
        assertThat(lines.get(2).at("/index/_id").asText()).startsWith("sha256:").hasSize(71);
        assertThat(lines.get(3).path("id").asText()).isEqualTo(longest);
        JsonNode mapping = Json.read(written.mapping()).path("mappings");
        assertThat(mapping.at("/_meta/filip/encoder").asText()).isEqualTo(Fixtures.ENCODER);
        JsonNode fields = mapping.at("/properties/metadata/properties");
        assertThat(fields.at("/year/type").asText()).isEqualTo("double");
        assertThat(fields.at("/tag/type").asText()).isEqualTo("keyword");
        assertThat(fields.at("/camera/properties/lens/type").asText()).isEqualTo("keyword");
      }
    }
  }

  @Test
  void nothingIsOverwrittenAndNothingHalfIsLeft() throws IOException {
    try (Snapshot index = index(Fixtures.item("a"))) {
      Path out = temp.resolve("o.ndjson");
      OpenSearchExport.write(index, out, false);
      refused(index, out, "--force");
      OpenSearchExport.write(index, out, true);
      Files.delete(out);
      refused(index, out, "o.ndjson.mapping.json");
      refused(index, temp, "a file");
    }
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("index", "o.ndjson.mapping.json");
    }
  }

  /** Names that a mapping cannot have. */
  @Test
  void fieldsThatOpenSearchCannotHaveAreRefused() throws IOException {
    Path out = temp.resolve("o");
    try (Snapshot index =
        index(
            Fixtures.item("a", Fixtures.json("{'a': 1}")),
            Fixtures.item("b", Fixtures.json("{'a': {'b': 1}}")))) {
      refused(index, out, "a.b");
    }
    try (Snapshot index = index(Fixtures.item("a", Fixtures.json("{' ': 1}")))) {
      refused(index, out, "' '");
    }
    try (Snapshot index = index(Fixtures.item("a", Fixtures.json("{'properties': {'type': 1}}")))) {
      JsonNode fields = OpenSearchExport.mapping(index).at("/mappings/properties/metadata");
      assertThat(fields.at("/properties/properties/properties/type/type").asText())
          .isEqualTo("double");
    }
    assertThat(out).doesNotExist();
  }

  private static void refused(Snapshot index, Path out, String why) {
    assertThatThrownBy(() -> OpenSearchExport.write(index, out, false))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(why);
  }

  @Test
  void anEmptyIndexIsAnEmptyFile() throws IOException {
    try (Snapshot index = index()) {
      Path out = temp.resolve("o");
      assertThat(OpenSearchExport.write(index, out, false).items()).isZero();
      assertThat(out).isEmptyFile();
    }
  }
}
