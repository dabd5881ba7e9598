package dev.filip.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptsTest {
  /** The numbers are the paper's counts. */
  @ParameterizedTest
  @CsvSource({
    "cifar10, 42", "cifar100, 42", "caltech101, 20", "cars, 48", "flowers102, 18",
    "imagenet, 30", "food101, 42", "sun397, 48", "dtd, 30", "aircraft, 60",
    "pets, 30", "eurosat, 40", "photo, 1", "name, 1",
  })
  void namedSetsAreTheCrossProduct(String name, int count) {
    List<String> templates = Prompts.named(name).templates();
    assertThat(templates).hasSize(count);
    assertThat(new HashSet<>(templates)).hasSize(count);
  }

  @Test
  void allNamedSetsCanBeMade() {
    for (String name : Prompts.names()) {
      assertThat(Prompts.named(name).of("cat")).allMatch(prompt -> prompt.contains("cat"));
    }
    assertThatThrownBy(() -> Prompts.named("imagenett"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("one of photo, name, cifar10");
  }

  /** The numbers are those of CLIP's lists. */
  @ParameterizedTest
  @CsvSource({
    "imagenet, 80", "cifar10, 18", "cifar100, 18", "caltech101, 34", "cars, 8", "flowers102, 1",
    "food101, 1", "sun397, 2", "dtd, 8", "aircraft, 2", "pets, 1", "eurosat, 3",
  })
  void clipsOwnLists(String dataset, int count) {
    List<String> templates = Prompts.clip(dataset).templates();
    assertThat(templates).hasSize(count).doesNotHaveDuplicates();
  }

  @Test
  void thePapersForm() {
    assertThat(Prompts.named("cars").of("BMW X5"))
        .startsWith("a photo of a BMW X5, a type of car. I like it.");
    assertThat(Prompts.named("cifar10").of("cat"))
        .startsWith("a photo of a cat.", "a photo of a cat. It's common in daily life.");
    assertThat(Prompts.named("photo").of("dog")).containsExactly("a photo of a dog.");
    assertThat(Prompts.named("name").of("dog")).containsExactly("dog");
  }

  @Test
  void everyPlaceIsFilledAndTheNameIsNeverRead() {
    Prompts prompts = new Prompts("mine", List.of("a {} {c} {label} {x}"));
    assertThat(prompts.of("{c}")).containsExactly("a {c} {c} {c} {x}");
  }

  @Test
  void filesHaveOneALine(@TempDir Path folder) throws IOException {
    Path templates = Files.writeString(folder.resolve("t.txt"), "a {c}.\r\n\n  two {}s \n");
    assertThat(Prompts.read(templates).templates()).containsExactly("a {c}.", "two {}s");
    Path bad = Files.writeString(folder.resolve("bad.txt"), "a {}\na photo\n");
    assertThatThrownBy(() -> Prompts.read(bad))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("bad.txt: template must be with a place {}, {c} or {label}")
        .hasMessageContaining("\"a photo\"");
    Path classes = Files.writeString(folder.resolve("c.txt"), "cat\ngreat white shark\n\n");
    assertThat(Prompts.readClasses(classes)).containsExactly("cat", "great white shark");
    Path none = Files.writeString(folder.resolve("n.txt"), "\n");
    assertThatThrownBy(() -> Prompts.readClasses(none)).isInstanceOf(BadInput.class);
    assertThatThrownBy(() -> Prompts.read(folder.resolve("missing"))).isInstanceOf(BadInput.class);
  }
}
