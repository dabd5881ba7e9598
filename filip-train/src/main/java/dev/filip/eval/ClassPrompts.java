package dev.filip.eval;

import dev.filip.config.BadInput;
import dev.filip.data.SampleSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Class names and the templates each is put into. A template's place for the name is {@code {}},
 * {@code {c}} or {@code {label}}; one without a place is refused.
 */
public record ClassPrompts(List<String> classes, List<String> templates) {
  /** Used where neither the user nor the source gives templates. */
  public static final String DEFAULT_TEMPLATE = "a photo of a {}.";

  private static final List<String> PLACES = List.of("{}", "{c}", "{label}");

  public ClassPrompts {
    classes = List.copyOf(classes);
    templates = List.copyOf(templates);
    BadInput.require(classes.size() >= 2, "classes", classes.size() + " names", "at least 2 names");
    BadInput.require(!templates.isEmpty(), "templates", "none", "at least one");
    for (String template : templates) {
      BadInput.require(
          PLACES.stream().anyMatch(template::contains),
          "template",
          "'" + template + "'",
          "a text with {}, {c} or {label} where the name goes");
    }
  }

  /**
   * From files where given, else from the source, else (templates) {@link #DEFAULT_TEMPLATE}.
   *
   * @throws BadInput when there are no class names anywhere
   */
  public static ClassPrompts of(
      SampleSource source, @Nullable Path classesFile, @Nullable Path templatesFile) {
    List<String> classes = classesFile == null ? source.classNames() : lines(classesFile);
    if (classes.isEmpty()) {
      throw new BadInput(
          "no class names: "
              + source.describe()
              + " has none; give --classes FILE, one name a line");
    }
    List<String> templates = templatesFile == null ? source.templates() : lines(templatesFile);
    return new ClassPrompts(classes, templates.isEmpty() ? List.of(DEFAULT_TEMPLATE) : templates);
  }

  /** Class by class all its prompts: {@code [c * p]}. */
  List<String> prompts() {
    return classes.stream()
        .flatMap(name -> templates.stream().map(template -> fill(template).apply(name)))
        .toList();
  }

  private static UnaryOperator<String> fill(String template) {
    return name -> {
      String out = template;
      for (String place : PLACES) {
        out = out.replace(place, name);
      }
      return out;
    };
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (java.io.IOException e) {
      throw new BadInput("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
