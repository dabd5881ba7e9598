package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.encode.PatchLayout.Rect;
import dev.filip.image.Placement;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pointing at the boxes of an instances file; samples of {@link FakeSource} are s0, s1, ... */
class CategoryPointersTest {
  @TempDir Path folder;

  /** An instances file while it is made; categories are 7, 8, ... */
  private static final class Coco {
    final ObjectNode json = Json.object();
    final ArrayNode images = json.putArray("images");
    final ArrayNode annotations = json.putArray("annotations");
    final ArrayNode categories = json.putArray("categories");

    Coco(String... names) {
      for (String name : names) {
        categories.addObject().put("id", 6 + categories.size()).put("name", name);
      }
    }

    Coco image(String name, int width, int height) {
      images.addObject().put("id", images.size() - 1).put("file_name", name);
      ((ObjectNode) images.get(images.size() - 1)).put("width", width).put("height", height);
      return this;
    }

    /** Of the last image. */
    Coco box(int category, double... box) {
      ObjectNode one = annotations.addObject().put("image_id", images.size() - 1);
      one.put("category_id", 7 + category);
      for (double number : box) {
        one.withArray("bbox").add(number);
      }
      return this;
    }

    Path write(Path folder) throws IOException {
      return Files.writeString(folder.resolve("instances.json"), Json.pretty(json));
    }
  }

  private PointingEval.Result run(FakeEmbedder model, FakeSource source, Coco coco, boolean prompt)
      throws IOException {
    return new PointingEval(coco.write(folder), prompt).run(model, EvalData.all(source));
  }

  /** 2 x 2 patches of 10 pixels; centres at 5 and 15. */
  @Test
  void namesInEveryCaptionPointIntoTheUnionOfTheBoxes() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    FakeSource source =
        new FakeSource()
            .add("sky Dogs box sky", "a Dogs here", "the box , no animal", "a man")
            .add("sky sky sky sky", "a dog")
            .add("sky sky sky sky", "nothing of it")
            .add("sky sky sky sky", "a dog");
    Coco coco = new Coco("dog", "box", "cat");
    coco.image("s0.jpg", 20, 20).box(0, 0, 0, 8, 8).box(0, 10, 0, 10, 10).box(1, 0, 10, 10, 10);
    coco.image("s1.jpg", 20, 20).image("s2.jpg", 20, 20).box(0, 0, 0, 8, 8);
    PointingEval.Result result = run(model, source, coco, false);
    // "Dogs" points at patch 1, in the second of its two boxes (2 of 4 patches); "box" at 2 (1 of
    // 4)
    assertThat(result.wordInBox().share().n()).isEqualTo(2);
    assertThat(result.wordInBox().share().value()).isEqualTo(1);
    assertThat(result.wordInBox().chance()).isEqualTo((0.5 + 0.25) / 2);
    assertThat(result.images()).isEqualTo(1);
    assertThat(result.skipped().byReason())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("no boxes", 2, "no category in its captions", 1));
    assertThat(result.patchToWord().share().n()).isZero(); // one name a caption
    assertThat(result.outcomes().at("/fingerprint_of/words").asText()).isEqualTo("captions");
    String before = result.fingerprint();
    coco.box(1, 0, 0, 20, 20);
    assertThat(run(model, source, coco, false).fingerprint()).isNotEqualTo(before);
  }

  @Test
  void promptedThingsOfAnImageCompeteAcrossTheirPrompts() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    FakeSource source = new FakeSource().add("dog dog box dog").add("box sky sky sky");
    Coco coco = new Coco("dog", "box");
    coco.image("s0.jpg", 20, 20).box(0, 0, 0, 20, 10).box(1, 0, 10, 20, 10);
    coco.image("s1.jpg", 20, 20).box(1, 0, 0, 10, 10);
    PointingEval.Result result = run(model, source, coco, true);
    assertThat(result.wordInBox().share().n()).isEqualTo(3);
    assertThat(result.wordInBox().share().value()).isEqualTo(1);
    // s0: patches 0 and 1 are dog's and choose it; of box's 2 and 3 only 2 does
    assertThat(result.patchToWord().share().n()).isEqualTo(4);
    assertThat(result.patchToWord().share().value()).isEqualTo(0.75);
    assertThat(result.patchToWord().chance()).isEqualTo(0.5);
    // "a photo of a dog." has 7 tokens; in each prompt its own patches
    assertThat(result.patchToAnyWord().chance()).isCloseTo(1 / 7.0, within(1e-12));
    assertThat(result.patchToAnyWord().share().value()).isEqualTo(4 / 5.0);
    assertThat(result.outcomes().at("/fingerprint_of/words").asText()).isEqualTo("prompts");
  }

  /** Boxes were drawn on 80 x 40; the stored image is a GIF of 40 x 20, cropped to its middle. */
  @Test
  void boxesFollowTheStoredSizeResizeAndCrop() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    model.map = new Placement(1, 1, 10, 0);
    String gif = "GIF89a(\0\u0014\0 dog sky sky";
    FakeSource source = new FakeSource().add(gif, "a dog").add(gif, "a dog");
    Coco coco = new Coco("dog");
    coco.image("a/s0.png", 80, 40).box(0, 40, 0, 20, 40); // the right column's
    coco.image("a/s1.png", 80, 40).box(0, 0, 0, 18, 40); // ends left of the crop
    PointingEval.Result result = run(model, source, coco, false);
    assertThat(result.wordInBox().share().n()).isEqualTo(1);
    assertThat(result.wordInBox().share().value()).isEqualTo(1);
    assertThat(result.wordInBox().chance()).isEqualTo(0.5);
    assertThat(result.outside()).isEqualTo(1);
  }

  @Test
  void trueBoxesAreHitAndShuffledOnesScoreAtChance() throws IOException {
    Random random = new Random(5);
    FakeEmbedder model = new FakeEmbedder(2, 3, Interaction.LATE);
    FakeSource source = new FakeSource();
    int[] place = random.ints(300, 0, 6).toArray();
    for (int at : place) {
      StringBuilder image = new StringBuilder();
      for (int k = 0; k < 6; k++) {
        image.append(k == at ? "dog " : "sky ");
      }
      source.add(image.toString().strip(), "a dog");
    }
    Coco right = new Coco("dog");
    Coco shuffled = new Coco("dog");
    for (int i = 0; i < place.length; i++) {
      box(right, i, place[i]);
      box(shuffled, i, place[(i + 1) % place.length]);
    }
    assertThat(run(model, source, right, false).wordInBox().share().value()).isEqualTo(1);
    PointingEval.Pointed wrong = run(model, source, shuffled, false).wordInBox();
    assertThat(wrong.chance()).isCloseTo(1 / 6.0, within(1e-12));
    assertThat(wrong.share().value())
        .isCloseTo(wrong.chance(), within(3 * wrong.share().standardError()));
    assertThat(wrong.share().standardError()).isLessThan(0.03);
  }

  private static void box(Coco coco, int i, int patch) {
    coco.image("s" + i + ".jpg", 30, 20);
    coco.box(0, patch % 3 * 10, Math.floorDiv(patch, 3) * 10, 10, 10);
  }

  @Test
  void badInputIsOneLine() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    FakeSource source = new FakeSource().add("a b c d", "a dog");
    Coco coco = new Coco("dog").image("other.jpg", 1, 1).box(0, 0, 0, 1, 1);
    assertThatThrownBy(() -> run(model, source, coco, false))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("one with readable images");
    assertThatThrownBy(() -> new PointingEval(null, true).run(model, EvalData.all(source)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("give --instances FILE");
    Path none = folder.resolve("none.json");
    assertThatThrownBy(() -> new PointingEval(none, false).run(model, EvalData.all(source)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(none.toString());
  }

  @Test
  void optionsAreTaken() {
    PointingEval given = new PointingEval().with(Map.of("--instances", "x.json", "--prompted", ""));
    assertThat(given).isEqualTo(new PointingEval(Path.of("x.json"), true));
    assertThat(new PointingEval().with(Map.of())).isEqualTo(new PointingEval());
  }

  @Test
  void namesAreWholeWordsInSingularOrPlural() {
    CategoryNames names =
        new CategoryNames(
            List.of(
                "person",
                "dog",
                "hot dog",
                "bus",
                "knife",
                "teddy bear",
                "bear",
                "wine glass",
                "mouse",
                "skis",
                "pony"));
    assertThat(found(names, "A DOG and two dogs")).containsExactly("1 DOG");
    assertThat(found(names, "a hot-dog, some people.")).containsExactly("2 hot-dog", "0 people");
    assertThat(found(names, "teddy  bears by wine glasses"))
        .containsExactly("5 teddy  bears", "7 wine glasses");
    assertThat(found(names, "buses, knives, mice; skis, ponies"))
        .containsExactly("3 buses", "4 knives", "8 mice", "9 skis", "10 ponies");
    assertThat(found(names, "hotdog dogma underdog beard busy man ski")).isEmpty();
    assertThat(found(names, "a dog, a hot dog, a bear"))
        .containsExactly("1 dog", "2 hot dog", "6 bear");
  }

  private static List<String> found(CategoryNames names, String caption) {
    return names.in(caption).stream()
        .map(m -> m.category() + " " + caption.substring(m.from(), m.to()))
        .toList();
  }

  @Test
  void areaIsThatOfTheUnion() {
    assertThat(new Region(List.of(new Rect(0, 0, 4, 2))).area()).isEqualTo(8);
    assertThat(new Region(List.of(new Rect(0, 0, 4, 2), new Rect(3, 1, 5, 4))).area())
        .isEqualTo(8 + 6 - 1);
    assertThat(new Region(List.of(new Rect(0, 0, 4, 2), new Rect(1, 0, 2, 1))).area()).isEqualTo(8);
  }
}
