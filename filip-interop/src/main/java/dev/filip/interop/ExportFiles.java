package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files that several exports write in the same way. */
final class ExportFiles {
  /** A card and licences belong to the weights and go where they go. */
  private static final List<String> PAPERS = List.of("README", "LICENSE", "LICENCE", "NOTICE");

  private ExportFiles() {}

  static void json(Path file, JsonNode value) throws IOException {
    Files.write(file, (Json.pretty(value) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static void tokenizer(Path folder, LoadedModel loaded) throws IOException {
    loaded.tokenizer().save(folder, loaded.config().text().context());
  }

  /** Copies the model's card and licences, where it has some. */
  static void papers(Path folder, Path model) throws IOException {
    for (Path file : files(model)) {
      String name = file.getFileName().toString();
      if (PAPERS.stream().anyMatch(name::startsWith)) {
        Files.copy(file, folder.resolve(name));
      }
    }
  }

  /** The files of a folder, in order. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
