package dev.filip.eval.probe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.encode.StoreEncoder;
import dev.filip.eval.EvalData;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Features of a source's labelled images by a model. Late: the mean of the patches' unit vectors,
 * [CLS] left out, as the paper; global: the unit row of [CLS], as CLIP. Both are made in one pass
 * and kept in a folder named by the encoder, its preprocessing and the images' bytes, so that
 * nothing stale is ever read; a run that was ended goes on. Used by one thread.
 */
public final class ModelFeatures {
  private static final int READ_AHEAD = 1024;
  private static final int NAME = 32;
  private final Embedder model;
  private final Match match;
  private final Path cache;
  private final boolean quiet;

  /**
   * @param match late or global, or null for what the model was trained for
   * @param cache folder of all cached features
   */
  public ModelFeatures(Embedder model, @Nullable Match match, Path cache, boolean quiet) {
    this.model = new MeanEmbedder(model);
    this.match = Match.orTrained(match, model.interaction());
    this.cache = cache;
    this.quiet = quiet;
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
    SampleSource source = data.source();
    String contents = contents(data);
    Path folder = cache.resolve(key(contents, data));
    boolean cached = isWhole(folder);
    if (!cached) {
      new StoreEncoder(
              model,
              source,
              new StoreEncoder.Options(
                  Tokens.Type.FP32, false, data.limit(), StoreEncoder.Options.PART, false, quiet))
          .run(folder);
    }
    try (TokenStore store = TokenStore.open(folder)) {
      return read(store, data, contents, cached);
    }
  }

  private String key(String contents, EvalData data) {
    return Digests.sha256(
            model.fingerprint()
                + " "
                + Json.line(model.preprocessing())
                + " "
                + contents
                + " "
                + data.size())
        .substring(0, NAME);
  }

  /** Whether all is there; what is damaged is deleted, to be made again. */
  private static boolean isWhole(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return false;
    }
    try (TokenStore store = TokenStore.open(folder)) {
      store.verify();
      return true;
    } catch (BadInput e) {
      System.getLogger(ModelFeatures.class.getName())
          .log(System.Logger.Level.WARNING, "made again: " + e.getMessage());
      Outputs.delete(folder);
      return false;
    }
  }

  /** Reads every image once, on all cores. */
  private String contents(EvalData data) throws IOException {
    MessageDigest digest = Digests.sha256();
    int n = data.size();
    try (Progress progress = quiet ? null : new Progress("contents", n)) {
      for (int from = 0; from < n; from += READ_AHEAD) {
        int to = Math.min(n, from + READ_AHEAD);
        IntStream.range(from, to)
            .parallel()
            .mapToObj(i -> contents(data.source(), data.index(i)))
            .toList()
            .forEach(one -> Digests.add(digest, one));
        if (progress != null) {
          progress.to(to, "");
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return Digests.hex(digest);
  }

  private static String contents(SampleSource source, long index) {
    try {
      Sample sample = source.read(index);
      return sample.key() + " " + Digests.sha256(sample.image());
    } catch (UnreadableSample e) {
      return "unreadable " + e.getMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A stored row with its class. */
  private record Row(Tokens from, int item) {}

  private Made read(TokenStore store, EvalData data, String contents, boolean cached)
      throws IOException {
    Map<String, Integer> labelOf = labels(data);
    List<Row> rows = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    TreeMap<String, Integer> skipped = new TreeMap<>();
    for (Map.Entry<String, JsonNode> reason : store.summary().path("skipped").properties()) {
      if (!reason.getKey().equals("total")) {
        skipped.put(reason.getKey(), reason.getValue().asInt());
      }
    }
    for (TokenFile file : store.files(TokenFile.Kind.IMAGES)) {
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
    return new Made(all, data.source().classNames(), contents, skipped, cached);
  }

  private static Map<String, Integer> labels(EvalData data) throws IOException {
    Map<String, Integer> labels = new HashMap<>();
    for (int i = 0; i < data.size(); i++) {
      try {
        Sample.Text text = data.source().text(data.index(i));
        labels.put(text.key(), text.label());
      } catch (UnreadableSample e) {
        continue; // counted where its image was to be read
      }
    }
    return labels;
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
