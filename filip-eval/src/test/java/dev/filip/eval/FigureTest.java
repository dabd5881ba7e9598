package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts by hand; the words of "a photo of a dog." are [BOS] a photo of a dog. [EOS]. */
class FigureTest {
  private static final String TEMPLATE = "a photo of a {label}.";
  @TempDir Path folder;

  private static FakeSource labelled() {
    FakeSource source = new FakeSource();
    source.classes = List.of("dog", "box", "pear");
    source.add("dog dog a photo", 0, "").add("box of dog a", 1, "").add("broken", 1, "");
    return source;
  }

  @Test
  void countsPatchesWhoseWordIsOfTheClass() throws IOException {
    FakeSource source = labelled();
    Figure figure = new Figure(source, source.classes, TEMPLATE, 0);
    figure.add("late", new FakeEmbedder(2, 2, Interaction.LATE));
    figure.add("global", new FakeEmbedder(1, 4, Interaction.GLOBAL));
    JsonNode json = figure.toJson();
    assertThat(json.path("n").asInt()).isEqualTo(2);
    // 2 of 4, then 1 of 4; one of seven words is the class
    assertThat(json.at("/models/late/value").asDouble()).isEqualTo(3 / 8.0);
    assertThat(json.at("/models/late/chance").asDouble()).isEqualTo(1 / 7.0);
    assertThat(json.at("/models/late/n").asInt()).isEqualTo(8);
    assertThat(json.at("/models/late/trained_so").asBoolean()).isTrue();
    assertThat(json.at("/models/global/note").asText()).contains("global loss only");
    assertThat(json.at("/pictures/0/models/late/right").asInt()).isEqualTo(2);
    assertThat(json.at("/pictures/0/models/late/label").toString()).isEqualTo("[5]");
    assertThat(json.at("/pictures/0/models/late/patch_word").toString()).isEqualTo("[[5,5],[1,2]]");
    assertThat(json.at("/pictures/1/class").asText()).isEqualTo("box");
    assertThat(json.at("/pictures/1/models/global/right").asInt()).isEqualTo(1);
    assertThat(json.at("/skipped/truncated").asInt()).isEqualTo(1);
    assertThat(json.at("/classes_without_image").toString()).isEqualTo("[\"pear\"]");
  }

  @Test
  void thePageHasEveryPictureAndBothModels() throws IOException {
    FakeSource source = labelled();
    Figure figure = new Figure(source, source.classes, TEMPLATE, 0);
    figure.add("late", new FakeEmbedder(2, 2, Interaction.LATE));
    figure.add("<global>", new FakeEmbedder(2, 2, Interaction.GLOBAL));
    Path out = folder.resolve("out");
    figure.write(out, false);
    String page = Files.readString(out.resolve("figure.html"));
    assertThat(page)
        .contains("a photo of a {dog}.", "late: 2 of 4 patches", "&lt;global&gt;: 1 of 4 patches")
        .contains("{truncated=1}", "pear", "color-scheme", "trained with the global loss only");
    assertThat(page.split("data:image/png", -1)).hasSize(1 + 2);
    assertThat(page.split("data:image/jpeg", -1)).hasSize(1 + 2 * 2);
    assertThat(out.resolve("figure.json")).hasContent(Json.pretty(figure.toJson()) + "\n");
    assertThatThrownBy(() -> figure.write(out, false)).isInstanceOf(BadInput.class);
    figure.write(out, true);
  }

  @Test
  void withoutLabelsTheClassIsWhatCaptionsOrNamesSay() throws IOException {
    FakeSource source =
        new FakeSource()
            .add("dog a", "Two dogs in a box")
            .add("dog a", "nothing")
            .add("dog a"); // its key is s2
    Figure figure = new Figure(source, List.of("box", "dog", "s2"), TEMPLATE, 0);
    figure.add("late", new FakeEmbedder(1, 2, Interaction.LATE));
    JsonNode json = figure.toJson();
    assertThat(json.at("/pictures").findValuesAsText("class")).containsExactly("dog", "box", "s2");
    assertThat(json.at("/skipped/no class").asInt()).isEqualTo(1);
  }

  @Test
  void whereBoxesAreKnownTheObjectIsCountedApart() throws IOException {
    // dog in the left column: patches 0 and 2; it is chosen by 0 and 1
    String boxes = "{\"boxes\": [{\"span\": [2, 5], \"box\": [0, 0, 10, 20]}]}";
    FakeSource source = new FakeSource().add("dog dog a a", -1, boxes, "a dog");
    Figure figure = new Figure(source, List.of("dog"), TEMPLATE, 0);
    figure.add("late", new FakeEmbedder(2, 2, Interaction.LATE));
    JsonNode json = figure.toJson();
    assertThat(json.at("/pictures/0/models/late/in_box").toString())
        .isEqualTo("{\"right\":1,\"patches\":2}");
    assertThat(json.at("/models/late/in_box/value").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/models/late/out_of_box/value").asDouble()).isEqualTo(0.5);
    figure.write(folder.resolve("out"), false);
    assertThat(Files.readString(folder.resolve("out/figure.html")))
        .contains("late: 2 of 4 patches, 1 of 2 in its box", "Off the object");
  }

  @Test
  void aLimitIsSpreadOverTheSource() throws IOException {
    FakeSource source = new FakeSource();
    source.classes = List.of("dog", "box");
    for (int i = 0; i < 10; i++) {
      source.add("dog", i < 5 ? 0 : 1, "");
    }
    Figure figure = new Figure(source, source.classes, TEMPLATE, 2);
    figure.add("late", new FakeEmbedder(1, 1, Interaction.LATE));
    assertThat(figure.toJson().at("/pictures").findValuesAsText("key")).containsExactly("s0", "s5");
  }

  @Test
  void badInputIsOneLine() throws IOException {
    FakeSource source = labelled();
    assertThatThrownBy(() -> new Figure(source, source.classes, "a photo", 0))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--template")
        .hasMessageContaining("with a place");
    assertThatThrownBy(() -> new Figure(source, List.of("dog"), TEMPLATE, 0))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("label of s1 must be below the number of classes, 1, got 1");
    assertThatThrownBy(() -> new Figure(source, List.of(), TEMPLATE, 0))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--classes FILE");
    FakeSource unnamed = new FakeSource().add("dog", "nothing");
    assertThatThrownBy(() -> new Figure(unnamed, List.of("dog"), TEMPLATE, 0))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("one with images that have a class");
    FakeSource broken = new FakeSource().add("broken", "a dog");
    Figure none = new Figure(broken, List.of("dog"), TEMPLATE, 0);
    assertThatThrownBy(() -> none.add("late", new FakeEmbedder(1, 1, Interaction.LATE)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("one with readable images");
  }
}
