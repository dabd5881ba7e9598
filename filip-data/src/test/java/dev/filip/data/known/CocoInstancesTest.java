package dev.filip.data.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CocoInstancesTest {
  @TempDir Path folder;

  private CocoInstances read(String json) throws IOException {
    return CocoInstances.read(Files.writeString(folder.resolve("i.json"), json));
  }

  @Test
  void boxesAreFoundByFileNameWhateverTheOrderOfTheLists() throws IOException {
    CocoInstances all =
        read(
            """
            {"annotations": [
              {"id": 1, "image_id": 5, "category_id": 90, "bbox": [1, 2, 3.5, 4], "iscrowd": 1,
               "segmentation": {"counts": [1, 2]}},
              {"id": 2, "image_id": 5, "category_id": 3, "bbox": [0, 0, 0, 0]}],
             "images": [
              {"id": 5, "file_name": "a/x.y.JPG", "width": 20, "height": 10},
              {"id": 6, "file_name": "a/same.jpg"}, {"id": 7, "file_name": "b/same.jpg"}],
             "info": {"year": 2017},
             "categories": [{"id": 90, "name": "tooth brush"}, {"id": 3, "name": "dog"}]}
            """);
    assertThat(all.categories()).containsExactly("tooth brush", "dog");
    CocoInstances.Picture picture = all.picture("val/a/x.y.jpg").orElseThrow();
    assertThat(picture.width()).isEqualTo(20);
    assertThat(picture.height()).isEqualTo(10);
    assertThat(picture.boxes())
        .containsExactly(
            new CocoInstances.Box(0, 1, 2, 4.5, 6), new CocoInstances.Box(1, 0, 0, 0, 0));
    assertThat(all.picture("x.y")).contains(picture);
    assertThat(all.picture("y.jpg")).isEmpty();
    assertThat(all.picture("z/b/same.png").orElseThrow().boxes()).isEmpty();
    assertThat(all.picture("same.jpg")).isEmpty();
    assertThat(all.digest()).hasSize(64);
  }

  private static final String FRAME =
      "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"categories\": [{\"id\": 1,"
          + " \"name\": \"dog\"}], \"annotations\": [{\"image_id\": %s, \"category_id\": %s,"
          + " \"bbox\": %s}]}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|1|[1, 2, 3]|bbox must be [x, y, width, height] in pixels, got [1,2,3]",
        "1|1|[1, 2, -3, 4]|bbox must be",
        "1|1|[1, 2, \"3\", 4]|bbox must be",
        "1|1|null|bbox must be",
        "2|1|[1, 2, 3, 4]|image_id must be the id of one of its images, got 2",
        "1|2|[1, 2, 3, 4]|category_id must be the id of a category, got 2",
        "\"1\"|1|[1, 2, 3, 4]|image_id must be a whole number"
      })
  void whatIsWrongIsSaid(String image, String category, String box, String message)
      throws IOException {
    assertThatThrownBy(() -> read(FRAME.formatted(image, category, box)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("i.json")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void otherFilesAreRefused() {
    for (String json :
        List.of(
            "[]",
            "{",
            "{\"images\": [], \"annotations\": []}",
            "{\"images\": [], \"annotations\": [], \"categories\": []}")) {
      assertThatThrownBy(() -> read(json))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("i.json")
          .hasMessageNotContaining("\n");
    }
    assertThatThrownBy(() -> CocoInstances.read(folder)).isInstanceOf(BadInput.class);
  }

  @Test
  void cocoHasItsBoxesWhereTheFileIs() throws IOException {
    FakePairs.coco(folder);
    Path boxes = folder.resolve("annotations/instances_val2014.json");
    assertThat(CocoInstances.read(boxes).categories()).containsExactly("cat", "dog");
    for (String split : List.of("val2014", "karpathy_test", "karpathy_restval")) {
      try (SampleSource source =
          Sources.open("coco:" + folder + "#" + split, SourceOptions.DEFAULT)) {
        assertThat(source.instances()).isEqualTo(boxes);
      }
    }
    try (SampleSource source =
        Sources.open("coco:" + folder + "#karpathy_train", SourceOptions.DEFAULT)) {
      assertThat(source.instances()).isNull();
    }
    Files.delete(boxes);
    try (SampleSource source = Sources.open("coco:" + folder + "#val2014", SourceOptions.DEFAULT)) {
      assertThat(source.instances()).isNull();
    }
  }
}
