package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.Json;
import dev.filip.search.examples.OpenAndSearch;
import dev.filip.textmodel.TextModel;
import dev.filip.tokens.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the documentation shows is code that runs. */
class ExamplesTest {
  private static final Path ROOT = Path.of(System.getProperty("filip.root", ".."));
  private static final Path MODEL = ROOT.resolve("models/collages-late");
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "OpenAndSearch, search",
    "RescoreInLucene, document",
    "RescoreInLucene, rescore",
  })
  void thePageShowsTheExamples(String example, String region) throws IOException {
    Path file = ROOT.resolve("filip-search/src/test/java/dev/filip/search/examples/");
    List<String> lines = new ArrayList<>();
    boolean within = false;
    for (String line : Files.readAllLines(file.resolve(example + ".java"))) {
      if (line.contains("@end")) {
        within = false;
      }
      if (within) {
        lines.add(line);
      }
      within = within || line.contains("@start region=\"" + region + "\"");
    }
    assertThat(lines).isNotEmpty();
    String shown = String.join("\n", lines).stripIndent();
    assertThat(Files.readString(ROOT.resolve("docs/SEARCH.md"))).contains(shown);
  }

  /** An index whose images are words of the model's own text tower. */
  @Test
  void anIndexIsOpenedAndSearched() throws IOException {
    Path index = temp.resolve("pictures.index");
    try (TextModel model = TextModel.open(MODEL)) {
      int d = model.config().embedDim();
      IndexAbout about =
          new IndexAbout(
              MODEL.toString(),
              model.fingerprint("fp32"),
              "b".repeat(64),
              d,
              "late",
              "fp32",
              new IndexAbout.Patches(1, 1, 8, 0));
      IndexFiles.create(index, about, true);
      List<Item> items = new ArrayList<>();
      for (String words : List.of("red sofa", "dog", "blue shark", "red sofa and dog")) {
        float[] rows = model.texts(List.of(words)).tokens().floats(0);
        int year = words.equals("dog") ? 2001 : 2020;
        Item.About kept =
            new Item.About(words + ".png", Json.object().put("year", year), List.of(), null, "");
        items.add(new Item(words, Tokens.packed(rows, d, rows.length / d), kept));
      }
      try (IndexEditor editor = IndexEditor.open(index)) {
        editor.add(items);
      }
    }
    List<String> lines = printed(() -> OpenAndSearch.main(new String[] {index.toString()}));
    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst()).startsWith("red sofa 1.0").endsWith(" red sofa.png");
  }

  /** What may fail. */
  private interface Program {
    void run() throws IOException;
  }

  private static List<String> printed(Program program) throws IOException {
    PrintStream out = System.out;
    ByteArrayOutputStream held = new ByteArrayOutputStream();
    System.setOut(new PrintStream(held, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(out);
    }
    return held.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
