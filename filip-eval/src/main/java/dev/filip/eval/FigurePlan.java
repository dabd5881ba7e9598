package dev.filip.eval;

import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which pictures a figure shows, each with its class. An image's class is its label; where it has
 * none, each class that its captions, or without captions the last part of its key, name as words
 * ({@link CategoryNames}). Immutable.
 *
 * @param shown in the source's order
 * @param skipped images left out, by reason
 * @param absent classes of no picture
 */
record FigurePlan(List<Shown> shown, Map<String, Integer> skipped, List<String> absent) {
  FigurePlan {
    shown = List.copyOf(shown);
    skipped = Collections.unmodifiableMap(new TreeMap<>(skipped));
    absent = List.copyOf(absent);
  }

  /**
   * One picture.
   *
   * @param index of its sample in the source
   */
  record Shown(long index, String key, String label) {}

  /**
   * Reads texts only.
   *
   * @param classes names in the order of labels
   * @param limit images looked at, evenly spread
   * @throws BadInput when no image has a class
   */
  static FigurePlan of(SampleSource source, List<String> classes, int limit) throws IOException {
    EvalData data = new EvalData(source, "", limit, true);
    CategoryNames names = new CategoryNames(classes);
    List<Shown> shown = new ArrayList<>();
    Map<String, Integer> skipped = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < data.size(); i++) {
      try {
        Sample.Text text = source.text(data.index(i));
        List<String> own = own(text, classes, names);
        if (own.isEmpty()) {
          skipped.merge("no class", 1, Integer::sum);
        }
        for (String label : own) {
          shown.add(new Shown(data.index(i), text.key(), label));
          seen.add(label);
        }
      } catch (UnreadableSample e) {
        skipped.merge(e.reason(), 1, Integer::sum);
      }
    }
    BadInput.require(
        !shown.isEmpty(),
        "source",
        source.describe(),
        "one with images that have a class: a label, or captions or file names that hold a name of --classes FILE");
    return new FigurePlan(
        shown, skipped, classes.stream().filter(name -> !seen.contains(name)).toList());
  }

  private static List<String> own(Sample.Text text, List<String> classes, CategoryNames names) {
    if (text.label() >= 0) {
      BadInput.require(
          text.label() < classes.size(),
          "label of " + text.key(),
          text.label(),
          "below the number of classes, " + classes.size());
      return List.of(classes.get(text.label()));
    }
    List<String> said = new ArrayList<>(text.captions());
    if (said.isEmpty()) {
      said.add(text.key().substring(text.key().lastIndexOf('/') + 1).replace('_', ' '));
    }
    return said.stream()
        .flatMap(words -> names.in(words).stream())
        .map(mention -> classes.get(mention.category()))
        .distinct()
        .toList();
  }
}
