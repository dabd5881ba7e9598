package dev.filip.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Prompt templates: texts with a place for the class name, {@code {}}, {@code {c}} or {@code
 * {label}}. Immutable.
 *
 * <p>The named sets are the paper's for its 12 classification data sets: the cross product of
 * prefixes, category descriptions and suffixes as {@code [prefix] {}, [description]. [suffix].}
 * (two options the paper leaves open are decided: flowers without "(many)", "perfume" of
 * "perfume/fragrance"), its four retrieval prompts, {@code photo} = "a photo of a {}." and {@code
 * name} = the name alone.
 *
 * @param name of the set, or where it was read
 */
public record Prompts(String name, List<String> templates) {
  private static final List<String> PLACES = List.of("{}", "{c}", "{label}");
  private static final String RESOURCE = "prompts.json";
  private static final String CLIP = "clip-prompts.json";

  public Prompts {
    templates = List.copyOf(templates);
    BadInput.require(!templates.isEmpty(), name, "no template", "at least one template");
    for (String template : templates) {
      if (PLACES.stream().noneMatch(template::contains)) {
        throw BadInput.of(
            name + ": template", '"' + template + '"', "with a place {}, {c} or {label}");
      }
    }
  }

  /** The prompts of one class, in the order of the templates. */
  public List<String> of(String label) {
    return templates.stream().map(template -> fill(template, label)).toList();
  }

  private static String fill(String template, String label) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < template.length(); ) {
      String place = placeAt(template, i);
      out.append(place.isEmpty() ? template.substring(i, i + 1) : label);
      i += Math.max(1, place.length());
    }
    return out.toString();
  }

  private static String placeAt(String template, int i) {
    return PLACES.stream().filter(place -> template.startsWith(place, i)).findFirst().orElse("");
  }

  /** Reads templates, one a line; blank lines do not count. */
  public static Prompts read(Path file) {
    return new Prompts(file.toString(), lines(file));
  }

  /** Reads class names, one a line; blank lines do not count. */
  public static List<String> readClasses(Path file) {
    List<String> classes = lines(file);
    BadInput.require(!classes.isEmpty(), file.toString(), "no line", "class names, one a line");
    return classes;
  }

  private static List<String> lines(Path file) {
    return Texts.lines(Texts.read(file));
  }

  /** Names of the sets that come with the program. */
  public static Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    read(RESOURCE).fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** CLIP's published templates for one of the paper's 12 data sets: {@code cifar10}. */
  public static Prompts clip(String dataset) {
    JsonNode templates = read(CLIP).path(dataset);
    BadInput.require(
        templates.isArray(), "prompts", dataset, "a data set that CLIP published prompts for");
    List<String> all = new ArrayList<>();
    templates.forEach(template -> all.add(template.asText()));
    return new Prompts("clip " + dataset, all);
  }

  /** A set that comes with the program. */
  public static Prompts named(String name) {
    JsonNode parts = read(RESOURCE).path(name);
    if (parts.isMissingNode()) {
      throw BadInput.of("prompts", name, "one of " + String.join(", ", names()));
    }
    List<String> templates = new ArrayList<>();
    for (JsonNode prefix : parts.path("prefix")) {
      for (JsonNode description : parts.path("description")) {
        for (JsonNode suffix : parts.path("suffix")) {
          templates.add(template(prefix.asText(), description.asText(), suffix.asText()));
        }
      }
    }
    return new Prompts(name, templates);
  }

  // [prefix] {}, [description]. [suffix].
  private static String template(String prefix, String description, String suffix) {
    if (prefix.isEmpty() && description.isEmpty() && suffix.isEmpty()) {
      return "{}";
    }
    return (prefix.isEmpty() ? "{}" : prefix + " {}")
        + (description.isEmpty() ? "" : ", " + description)
        + "."
        + (suffix.isEmpty() ? "" : " " + suffix + ".");
  }

  private static JsonNode read(String resource) {
    try (InputStream in = Prompts.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing");
      }
      return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
