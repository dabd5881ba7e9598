package dev.filip.eval.probe;

import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.eval.EvalData;
import dev.filip.eval.KeptTokens;
import dev.filip.io.BadInput;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Features of a source's labelled images by a model. Late: the mean of the patches' unit vectors,
 * [CLS] left out, as the paper; global: the unit row of [CLS], as CLIP. Both are made in one pass
 * and kept in a folder named by the encoder, its preprocessing and the images' bytes, so that
 * nothing stale is ever read; a run that was ended goes on. Used by one thread.
 */
public final class ModelFeatures {
  private final Embedder model;
  private final Match match;
  private final Path cache;

  /**
   * @param match late or global, or null for what the model was trained for
   * @param cache folder of all cached features
   */
  public ModelFeatures(Embedder model, @Nullable Match match, Path cache) {
    this.model = new MeanEmbedder(model);
    this.match = Match.orTrained(match, model.interaction());
    this.cache = cache;
  }

  /**
   * Features of a source.
   *
   * @param classNames of its labels, empty where it has none
   * @param contents SHA-256 in hex over the images' keys and bytes
   * @param skipped samples without a label, or that cannot be read, by reason
   * @param cached whether nothing had to be encoded
   */
  public record Made(
      Labelled rows,
      List<String> classNames,
      String contents,
      Map<String, Integer> skipped,
      boolean cached) {}

  /** Late or global. */
  public Match match() {
    return match;
  }

  /**
   * Features of the used samples of a source, from the cache where they lie there.
   *
   * @throws BadInput when none of them has a label and can be read
   */
  public Made of(EvalData data) throws IOException {
    try (KeptTokens kept = KeptTokens.open(model, data, Tokens.Type.FP32, cache)) {
      return read(kept, data);
    }
  }

  /** A stored row with its class. */
  private record Row(Tokens from, int item) {}

  private Made read(KeptTokens kept, EvalData data) throws IOException {
    Map<String, Integer> labelOf = KeptTokens.labels(data);
    List<Row> rows = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    TreeMap<String, Integer> skipped = kept.skipped();
    for (TokenFile file : kept.store().files(TokenFile.Kind.IMAGES)) {
      Tokens vectors = match.rows(file.encoded());
      for (int i = 0; i < file.size(); i++) {
        int label = labelOf.getOrDefault(file.key(i), -1);
        if (label < 0) {
          skipped.merge("no label", 1, Integer::sum);
        } else {
          rows.add(new Row(vectors, i));
          labels.add(label);
        }
      }
    }
    String name = data.source().describe();
    BadInput.require(!rows.isEmpty(), "source", name, "one with readable, labelled images");
    Labelled all =
        Labelled.of(
            name,
            model.width(),
            labels.stream().mapToInt(l -> l).toArray(),
            (row, to) -> rows.get(row).from.copy(rows.get(row).item, 0, 1, to, 0));
    boolean cached = kept.encoded() == 0;
    return new Made(all, data.source().classNames(), kept.contents(), skipped, cached);
  }

  /**
   * The same rows with the classes of another source, by name: folders of a test set that lacks a
   * class are numbered otherwise.
   *
   * @param names of the training set's classes
   * @throws BadInput for a class that the training set has not
   */
  public static Labelled matched(Made made, List<String> names) {
    if (made.classNames.equals(names) || made.classNames.isEmpty() || names.isEmpty()) {
      return made.rows;
    }
    Map<String, Integer> index = new HashMap<>();
    for (int c = 0; c < names.size(); c++) {
      if (index.put(names.get(c), c) != null) {
        throw BadInput.of(
            "class names of the training set",
            "'" + names.get(c) + "' twice",
            "unique, or those of " + made.rows.name() + " in the same order");
      }
    }
    int[] labels = made.rows.labels();
    for (int i = 0; i < labels.length; i++) {
      String called =
          labels[i] < made.classNames.size() ? made.classNames.get(labels[i]) : "" + labels[i];
      Integer label = index.get(called);
      if (label == null) {
        throw BadInput.of(
            "class of " + made.rows.name(), "'" + called + "'", "one of the training set's");
      }
      labels[i] = label;
    }
    return made.rows.labelled(labels);
  }
}
