package dev.filip.suite;

import dev.filip.data.Origin;
import dev.filip.data.SampleSource;
import dev.filip.data.known.KnownSets;
import dev.filip.encode.Embedder;
import dev.filip.eval.ClassPrompts;
import dev.filip.eval.EvalData;
import dev.filip.eval.Ranking;
import dev.filip.eval.ZeroShotEval;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Zero-shot classification on several data sets, image tokens kept on disk. Used by one thread.
 *
 * @param cache of the image tokens
 * @param limit at most so many images of a set, evenly spread; 0 for all
 */
public record Suite(TokenCache cache, SuitePrompts prompts, Ranking ranking, int limit) {
  public Suite {
    BadInput.require(limit >= 0, "--limit", limit, ">= 0 (0 = all)");
  }

  /**
   * What one model did on one data set.
   *
   * @param encoded images that had to be encoded, the others were in the cache
   * @param encodeSeconds for opening, hashing and encoding
   * @param matchSeconds for prompts and scores
   * @param published whether images and classes are as many as the published set has
   * @param notes what a reader of the score should know: other counts than the published set has, a
   *     limit, images that could not be used
   */
  public record Score(
      String dataset,
      String split,
      ZeroShotEval.Result result,
      long encoded,
      double encodeSeconds,
      double matchSeconds,
      boolean published,
      List<String> notes) {
    public Score {
      notes = List.copyOf(notes);
    }

    /** Low and high of top-1's 95 % interval, by bootstrap over images. */
    public double[] interval() {
      return result.basis().series().firstEntry().getValue().interval(1);
    }
  }

  /**
   * Judges a model on a data set.
   *
   * @param name which decides the prompts
   * @param split for the fingerprint and the report
   */
  public Score judge(Embedder model, String name, String split, SampleSource source)
      throws IOException {
    long start = System.nanoTime();
    List<String> classes = source.classNames();
    ClassPrompts texts = new ClassPrompts(classes, prompts.of(name));
    int most = limit == 0 || limit >= source.size() ? 0 : limit;
    EvalData data = new EvalData(source, name + "#" + split, most, false);
    try (TokenCache.Opened opened = cache.open(model, data, classes.size())) {
      long ready = System.nanoTime();
      ZeroShotEval eval = new ZeroShotEval(_ -> texts, null, ranking);
      ZeroShotEval.Result result = eval.run(model, opened.images());
      return new Score(
          name,
          split,
          result,
          opened.encodedNow(),
          (ready - start) / 1e9,
          (System.nanoTime() - ready) / 1e9,
          counts(name, split, source, classes).isEmpty(),
          notes(name, split, data, result));
    }
  }

  private static List<String> counts(
      String name, String split, SampleSource source, List<String> classes) {
    return KnownSets.otherCounts(name, split, source.size(), classes.size());
  }

  private static List<String> notes(
      String name, String split, EvalData data, ZeroShotEval.Result result) {
    SampleSource source = data.source();
    Origin origin = source.origin();
    List<String> notes = new ArrayList<>();
    if (origin == null || origin.notes().isEmpty()) {
      notes.addAll(counts(name, split, source, source.classNames()));
    } else {
      notes.addAll(origin.notes());
    }
    if (data.size() < source.size()) {
      notes.add(
          String.format(
              Locale.ROOT, "%,d of %,d images, evenly spread", data.size(), source.size()));
    }
    result
        .skipped()
        .byReason()
        .forEach((reason, count) ->
            notes.add(String.format(Locale.ROOT, "%,d not judged: %s", count, reason)));
    return notes;
  }
}
