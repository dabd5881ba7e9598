package dev.filip.eval;

import dev.filip.data.SampleSource;
import dev.filip.io.BadInput;
import dev.filip.text.Prompts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Class names and the templates each is put into. */
public record ClassPrompts(List<String> classes, Prompts prompts) {
  private static final int NAMED = 5;

  public ClassPrompts {
    classes = List.copyOf(classes);
    BadInput.require(classes.size() >= 2, "classes", classes.size() + " names", "at least 2 names");
  }

  /**
   * From files where given, else from the source, else (templates) the set {@code photo}: "a photo
   * of a {}."
   *
   * @throws BadInput when there are no class names anywhere
   */
  public static ClassPrompts of(
      SampleSource source, @Nullable Path classesFile, @Nullable Path templatesFile) {
    List<String> classes =
        classesFile == null ? source.classNames() : Prompts.readClasses(classesFile);
    if (classes.isEmpty()) {
      throw new BadInput(
          "no class names: "
              + source.describe()
              + " has none; give --classes FILE, one name a line");
    }
    if (templatesFile != null) {
      return new ClassPrompts(classes, Prompts.read(templatesFile));
    }
    return new ClassPrompts(
        classes,
        source.templates().isEmpty()
            ? Prompts.named("photo")
            : new Prompts("templates of the source", source.templates()));
  }

  /**
   * Which classes have one name, numbered from 1; null for none. A tie counts as wrong, so no image
   * of theirs can be named right.
   */
  @Nullable String equalNames() {
    Map<String, Integer> first = new HashMap<>();
    List<String> equal = new ArrayList<>();
    for (int i = 0; i < classes.size(); i++) {
      String name = classes.get(i).strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
      Integer earlier = first.putIfAbsent(name, i + 1);
      if (earlier != null) {
        equal.add(earlier + " and " + (i + 1) + " are equal (" + classes.get(i) + ")");
      }
    }
    if (equal.isEmpty()) {
      return null;
    }
    String more = equal.size() <= NAMED ? "" : ", and " + (equal.size() - NAMED) + " more";
    return "class names "
        + String.join(", ", equal.subList(0, Math.min(NAMED, equal.size())))
        + more
        + ": images of both count as wrong";
  }

  /** Prompts a class. */
  int each() {
    return prompts.templates().size();
  }

  /** Class by class all its prompts: {@code [c * p]}. */
  List<String> texts() {
    return classes.stream().flatMap(name -> prompts.of(name).stream()).toList();
  }
}
