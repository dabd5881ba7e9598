package dev.filip.curate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import opennlp.tools.langdetect.LanguageDetectorModel;
import opennlp.tools.ml.model.AbstractModel;
import opennlp.tools.ml.model.Context;
import org.jspecify.annotations.Nullable;

/**
 * Apache OpenNLP's model of languages, evaluated without its strings: a text's different n-grams of
 * one to three characters each add their weights to some languages. The sums are the logarithms of
 * the library's probabilities but for a constant; the test compares both. Thread-safe.
 */
final class LanguageModel {
  private static final String MODEL = "/langdetect-183.bin";
  private static final int LONGEST = 3;
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final List<String> languages;
  private final long[] grams;
  private final int[] numbers;
  private final int shift;
  // of n-gram i: weights[starts[i]] to weights[starts[i + 1]], of languages outcomes[...]
  private final int[] starts;
  private final byte[] outcomes;
  private final double[] weights;
  private final ThreadLocal<Seen> seen;

  private LanguageModel(List<String> languages, Map<String, Context> contexts, int[] places) {
    this.languages = languages;
    int bits = 64 - Long.numberOfLeadingZeros(2L * contexts.size());
    this.shift = 64 - bits;
    this.grams = new long[1 << bits];
    this.numbers = new int[1 << bits];
    int[] ends = new int[contexts.size() + 1];
    int all = contexts.values().stream().mapToInt(c -> c.getOutcomes().length).sum();
    byte[] found = new byte[all];
    double[] values = new double[all];
    int gram = 0;
    int end = 0;
    for (Map.Entry<String, Context> entry : contexts.entrySet()) {
      Context context = entry.getValue();
      for (int i = 0; i < context.getOutcomes().length; i++) {
        int place = places[context.getOutcomes()[i]];
        if (place >= 0) {
          found[end] = (byte) place;
          values[end++] = context.getParameters()[i];
        }
      }
      if (end > ends[gram]) {
        put(entry.getKey(), gram++);
        ends[gram] = end;
      }
    }
    this.starts = Arrays.copyOf(ends, gram + 1);
    this.outcomes = Arrays.copyOf(found, end);
    this.weights = Arrays.copyOf(values, end);
    this.seen = ThreadLocal.withInitial(() -> new Seen(size()));
  }

  /** As it was put away by {@link #write}. */
  LanguageModel(List<String> languages, TableFile.Reader in) {
    this.languages = languages;
    this.grams = in.longs();
    this.shift = 1 + Long.numberOfLeadingZeros(grams.length);
    this.numbers = in.ints();
    this.starts = in.ints();
    this.outcomes = in.bytes();
    this.weights = in.doubles();
    this.seen = ThreadLocal.withInitial(() -> new Seen(size()));
  }

  /** Puts away all but the languages. */
  void write(TableFile.Writer out) {
    out.put(grams).put(numbers).put(starts).put(outcomes).put(weights);
  }

  /**
   * What tells the model on the class path from another, without reading it; null where that is not
   * known.
   */
  static @Nullable String print() {
    URL place = LanguageModel.class.getResource(MODEL);
    try {
      if (place != null && place.openConnection() instanceof JarURLConnection jar) {
        return MODEL + " " + Long.toHexString(jar.getJarEntry().getCrc());
      }
      return null;
    } catch (IOException e) {
      return null; // it is read anew, then
    }
  }

  /** The n-grams of the text that a thread judges. */
  private static final class Seen {
    private final int[] in;
    private int text;

    Seen(int grams) {
      this.in = new int[grams];
    }

    void next() {
      if (++text == 0) {
        Arrays.fill(in, 0);
        text = 1;
      }
    }

    boolean isNew(int gram) {
      boolean fresh = in[gram] != text;
      in[gram] = text;
      return fresh;
    }
  }

  /** The model on the class path, for these languages alone (at most 127). */
  static LanguageModel load(List<String> wanted) {
    try (InputStream in = LanguageModel.class.getResourceAsStream(MODEL)) {
      if (in == null) {
        throw new IllegalStateException("opennlp-models-langdetect is not on the class path");
      }
      AbstractModel model = (AbstractModel) new LanguageDetectorModel(in).getMaxentModel();
      List<String> languages = new ArrayList<>();
      for (int i = 0; i < model.getNumOutcomes(); i++) {
        languages.add(model.getOutcome(i));
      }
      languages.retainAll(wanted);
      languages.sort(null);
      int[] places = new int[model.getNumOutcomes()];
      for (int i = 0; i < places.length; i++) {
        places[i] = languages.indexOf(model.getOutcome(i));
      }
      @SuppressWarnings("unchecked")
      Map<String, Context> contexts = (Map<String, Context>) model.getDataStructures()[1];
      return new LanguageModel(List.copyOf(languages), contexts, places);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of all languages, n-gram after n-gram. */
  double[] weights() {
    return weights;
  }

  /** N-grams that some language here has a weight of. */
  int size() {
    return starts.length - 1;
  }

  /** Where the weights of an n-gram begin; those of the last one end at that of {@link #size}. */
  int start(int number) {
    return starts[number];
  }

  /** Whose a weight is. */
  int outcome(int weight) {
    return outcomes[weight];
  }

  /** Places of the table in which n-grams are found. */
  int places() {
    return grams.length;
  }

  /** Its characters, the first one lowest; 0 where a place is free. */
  long gram(int place) {
    return grams[place];
  }

  /** Of the n-gram at a place. */
  int number(int place) {
    return numbers[place];
  }

  /** Sorted codes; scores stand in this order. */
  List<String> languages() {
    return languages;
  }

  /** The logarithm of each language's probability, all less the same number. */
  double[] scores(String text) {
    CharSequence normal = LanguageText.of(text);
    double[] sums = new double[languages.size()];
    Seen grams = seen.get();
    grams.next();
    for (int i = 0; i < normal.length(); i++) {
      long gram = 0;
      for (int n = 0; n < LONGEST && i + n < normal.length(); n++) {
        char c = normal.charAt(i + n);
        if (c == 0) {
          break; // in no n-gram of the model
        }
        gram |= (long) c << 16 * n;
        add(find(gram), grams, sums);
      }
    }
    return sums;
  }

  private void add(int gram, Seen grams, double[] sums) {
    if (gram >= 0 && grams.isNew(gram)) {
      for (int i = starts[gram]; i < starts[gram + 1]; i++) {
        sums[outcomes[i]] += weights[i];
      }
    }
  }

  /** The number of an n-gram, or -1. */
  int find(long gram) {
    for (int at = (int) (gram * SPREAD >>> shift); ; at = at + 1 & grams.length - 1) {
      if (grams[at] == gram) {
        return numbers[at];
      }
      if (grams[at] == 0) {
        return -1;
      }
    }
  }

  private void put(String text, int number) {
    Long gram = packed(text);
    if (gram == null) {
      return; // longer than any that is looked for
    }
    int at = (int) (gram * SPREAD >>> shift);
    while (grams[at] != 0) {
      at = at + 1 & grams.length - 1;
    }
    grams[at] = gram;
    numbers[at] = number;
  }

  private static @Nullable Long packed(String text) {
    if (text.isEmpty() || text.length() > LONGEST || text.indexOf(0) >= 0) {
      return null;
    }
    long gram = 0;
    for (int i = 0; i < text.length(); i++) {
      gram |= (long) text.charAt(i) << 16 * i;
    }
    return gram;
  }
}
