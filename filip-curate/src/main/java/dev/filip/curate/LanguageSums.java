package dev.filip.curate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The weights of {@link LanguageModel}, rounded to whole steps, so that three languages are summed
 * by one addition of a {@code long}. Sums are off by half a step for each different n-gram at most,
 * which is known, so that whoever compares them knows when he has to ask the model itself. N-grams
 * of the commonest characters are found by their place and have a row of all languages; others are
 * found by a hash and have those languages alone that weigh. Thread-safe.
 */
final class LanguageSums {
  /** A row's fields: so many bits each, three in a {@code long}. */
  private static final int BITS = 21;

  private static final int FIELDS = 3;
  private static final long MASK = (1L << BITS) - 1;

  /** So many rows are summed before a field could overflow. */
  private static final int AT_ONCE = 255;

  private static final int LARGEST = (int) (MASK / AT_ONCE);

  /** Longs of a row, two lines of a cache. */
  private static final int ROW = 16;

  /** Most languages that a row has room for. */
  private static final int LANGUAGES = ROW * FIELDS;

  /** Rows begin where a line does, in an array that begins where one does. */
  private static final int FIRST = 6;

  private static final int CODE = LanguageText.CODE_BITS;
  private static final int OTHER = LanguageText.OTHER_CODE;
  private static final int PAIR = (1 << 2 * CODE) - 1;
  private static final int TRIPLE = (1 << 3 * CODE) - 1;
  private static final byte[] CODES = new byte[128];

  static {
    for (char c = 0; c < CODES.length; c++) {
      CODES[c] = (byte) LanguageText.code(c);
    }
  }

  private final LanguageModel model;
  private final int languages;
  private final double step;

  /** What is added to a weight in steps in a row, so that no field is negative. */
  private final int bias;

  // numbers of n-grams, 0 for none, by codes; those with rows come first
  private final char[] singles = new char[1 << CODE];
  private final char[] pairs = new char[1 << 2 * CODE];
  private final char[] triples = new char[1 << 3 * CODE];
  private final long[] rows;

  /** Of the model's n-grams; those above the rows' are the model's own and this. */
  private final int above;

  private final int[] numbers;

  /** The model's weights in steps. */
  private final short[] steps;

  private final ThreadLocal<Text> texts;

  LanguageSums(LanguageModel model) {
    this.model = model;
    this.languages = model.languages().size();
    if (languages > LANGUAGES) {
      throw new IllegalArgumentException(languages + " languages, more than " + LANGUAGES);
    }
    double[] weights = model.weights();
    double least = Math.min(0, Arrays.stream(weights).min().orElse(0));
    double most = Math.max(0, Arrays.stream(weights).max().orElse(0));
    this.step = (most - least) / (LARGEST - 2);
    this.bias = (int) Math.ceil(-least / step);
    this.steps = new short[weights.length];
    for (int i = 0; i < weights.length; i++) {
      steps[i] = (short) Math.round(weights[i] / step);
    }
    int[] placed = placed();
    this.numbers = new int[model.size()];
    Arrays.setAll(numbers, gram -> placed.length + 1 + gram);
    this.rows = new long[FIRST + (placed.length + 1) * ROW];
    this.above = placed.length + 1;
    for (int i = 0; i < placed.length; i++) {
      row(placed[i], i + 1);
    }
    this.texts = ThreadLocal.withInitial(() -> new Text(above + model.size()));
  }

  /** As it was put away by {@link #write}, of the same model. */
  LanguageSums(LanguageModel model, TableFile.Reader in) {
    this.model = model;
    this.languages = model.languages().size();
    this.step = in.doubles()[0];
    this.steps = in.shorts();
    this.numbers = in.ints();
    this.rows = in.longs();
    int[] counts = in.ints();
    this.bias = counts[0];
    this.above = counts[1];
    in.chars(singles);
    in.chars(pairs);
    in.chars(triples);
    this.texts = ThreadLocal.withInitial(() -> new Text(above + model.size()));
  }

  /** Puts it away. */
  void write(TableFile.Writer out) {
    out.put(new double[] {step}).put(steps).put(numbers).put(rows).put(new int[] {bias, above});
    out.put(singles).put(pairs).put(triples);
  }

  /** Places of the model's n-grams of common characters, those of most languages first. */
  private int[] placed() {
    return IntStream.range(0, model.places())
        .filter(place -> code(model.gram(place)) > 0)
        .filter(place -> count(place) > 0)
        .boxed()
        .sorted(Comparator.comparingInt(place -> -count(place)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private int count(int place) {
    int gram = model.number(place);
    return model.start(gram + 1) - model.start(gram);
  }

  /** Codes of an n-gram, the first one highest; -1 where a character has none of its own. */
  private static int code(long gram) {
    int code = 0;
    for (long rest = gram; rest != 0; rest >>>= 16) {
      char c = (char) rest;
      int one = c < CODES.length ? CODES[c] : OTHER;
      if (one == OTHER) {
        return -1;
      }
      code = code << CODE | one;
    }
    return code;
  }

  private void row(int place, int number) {
    long gram = model.gram(place);
    char[] table = gram >>> 32 != 0 ? triples : gram >>> 16 != 0 ? pairs : singles;
    table[code(gram)] = (char) number;
    int first = FIRST + number * ROW;
    for (int language = 0; language < languages; language++) {
      rows[first + language / FIELDS] += (long) bias << language % FIELDS * BITS;
    }
    int of = model.number(place);
    numbers[of] = number;
    for (int i = model.start(of); i < model.start(of + 1); i++) {
      int language = model.outcome(i);
      rows[first + language / FIELDS] += (long) steps[i] << language % FIELDS * BITS;
    }
  }

  /** What a step is worth. */
  double step() {
    return step;
  }

  /** How many languages. */
  int languages() {
    return languages;
  }

  /** Rows, the first of which is none. */
  int rows() {
    return above;
  }

  /** What no weight, in steps, is below: less this. */
  int bias() {
    return bias;
  }

  /** A language's weight in a row, in steps. */
  int steps(int row, int language) {
    long fields = rows[FIRST + row * ROW + language / FIELDS];
    return (int) (fields >>> language % FIELDS * BITS & MASK) - bias;
  }

  /** Sums the n-grams of a text; valid until the thread's next one. */
  Text of(String caption) {
    Text text = noted(caption);
    sum(text);
    return text;
  }

  /** Only notes the n-grams of a text: {@link #sum} is to follow, or {@link Text#isAbove}. */
  Text noted(String caption) {
    Text text = texts.get();
    if (text.read(caption)) {
      note(text);
    } else {
      noteAny(text);
    }
    text.clear();
    return text;
  }

  /**
   * Notes the n-grams that end at each character, without a branch on what is new, which could not
   * be foreseen; the count is a local variable, which C2 keeps in a register.
   */
  private void note(Text text) {
    byte[] codes = text.codes;
    int[] grams = text.grams;
    byte[] seen = text.seen;
    int count = 0;
    int window = 0;
    int met = 0;
    for (int i = text.from; i < text.end; i++) {
      int code = codes[i];
      window = (window << CODE | code) & TRIPLE;
      met |= 1 << code;
      int pair = pairs[window & PAIR];
      grams[count] = pair;
      count += 1 - seen[pair];
      seen[pair] = 1;
      int triple = triples[window];
      grams[count] = triple;
      count += 1 - seen[triple];
      seen[triple] = 1;
    }
    text.count = count;
    single(text, met);
  }

  private void single(Text text, int met) {
    for (int rest = met; rest != 0; rest &= rest - 1) {
      text.add(singles[Integer.numberOfTrailingZeros(rest)]);
    }
  }

  /** The same where there are other characters. */
  private void noteAny(Text text) {
    int window = 0;
    int others = 0;
    int met = 0;
    for (int i = text.from; i < text.end; i++) {
      char c = text.characters[i];
      int code = c < CODES.length ? CODES[c] : OTHER;
      window = (window << CODE | code) & TRIPLE;
      others = (others << 1 | (code == OTHER ? 1 : 0)) & 7;
      if (others == 0) {
        met |= 1 << code;
        text.add(pairs[window & PAIR]);
        text.add(triples[window]);
      } else {
        rare(text, i);
      }
    }
    single(text, met);
  }

  private void rare(Text text, int last) {
    long gram = 0;
    for (int i = last; i > last - 3 && i >= text.from && text.characters[i] != 0; i--) {
      gram = gram << 16 | text.characters[i];
      int number = model.find(gram);
      if (number >= 0 && numbers[number] < above) {
        text.add(numbers[number]);
      } else if (number >= 0) {
        text.addRare(numbers[number]);
      }
    }
  }

  /** Sums what was noted. */
  void sum(Text text) {
    Arrays.fill(text.sums, 0);
    for (int i = 0; i < text.rares; i++) {
      int gram = text.rare[i] - above;
      for (int k = model.start(gram); k < model.start(gram + 1); k++) {
        text.sums[model.outcome(k)] += steps[k];
      }
    }
    for (int i = 0; i < text.count; i += AT_ONCE) {
      add(text, 0, i, Math.min(text.count, i + AT_ONCE));
      add(text, 1, i, Math.min(text.count, i + AT_ONCE));
    }
  }

  // Written out, because C2 keeps sums in registers only as local variables.

  /** One half of a row, 0 or 1. */
  private void add(Text text, int half, int from, int to) {
    int first = FIRST + half * ROW / 2;
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long e = 0;
    long f = 0;
    long g = 0;
    long h = 0;
    for (int i = from; i < to; i++) {
      int at = first + text.grams[i] * ROW;
      a += rows[at];
      h += rows[at + 7];
      b += rows[at + 1];
      c += rows[at + 2];
      d += rows[at + 3];
      e += rows[at + 4];
      f += rows[at + 5];
      g += rows[at + 6];
    }
    int biases = (to - from) * bias;
    text.take(half * ROW / 2, a, b, c, d, biases);
    text.take(half * ROW / 2 + 4, e, f, g, h, biases);
  }

  /** The logarithms of a text's probabilities, all less the same number. Used by one thread. */
  static final class Text {
    private final int[] sums = new int[LANGUAGES];
    private final long[] lanes = new long[2 * LanguageLead.ROW];

    /** By n-gram: 1 where the text has it; a byte each, since bits of one word wait in line. */
    private final byte[] seen;

    private int[] grams = new int[1 << 10];
    private int count;
    private int[] rare = new int[1 << 10];
    private int rares;
    private char[] characters = new char[1 << 8];
    private byte[] codes = new byte[1 << 8];
    private int from;
    private int end;

    Text(int grams) {
      this.seen = new byte[grams];
      seen[0] = 1; // number 0 is no n-gram
    }

    /** In steps, by language. */
    int sum(int language) {
      return sums[language];
    }

    /** Steps by which the difference of two sums may be wrong: half a one for each weight. */
    int error() {
      return count + rares;
    }

    /**
     * Whether the languages of {@code lead} are above all others by so many steps for sure; if not,
     * it may be so all the same.
     */
    boolean isAbove(LanguageLead lead, double steps) {
      return rares == 0 && lead.isAbove(grams, count, steps, lanes);
    }

    /** Whether all its characters have codes. */
    private boolean read(String caption) {
      room(caption.length());
      caption.getChars(0, caption.length(), characters, 0);
      count = 0;
      rares = 0;
      from = 0;
      int length = LanguageText.plain(characters, caption.length(), codes);
      if (length == LanguageText.NOT_PLAIN) {
        String normal = LanguageText.of(caption).toString();
        room(normal.length());
        normal.getChars(0, normal.length(), characters, 0);
        end = normal.length();
        return false;
      }
      end = length < 0 ? ~length : length;
      while (from < end && characters[from] <= ' ') {
        from++;
      }
      while (end > from && characters[end - 1] <= ' ') {
        end--;
      }
      return length >= 0;
    }

    private void room(int length) {
      if (characters.length <= length) {
        characters = new char[2 * length];
        codes = new byte[2 * length];
      }
      if (grams.length <= 3 * length) {
        grams = new int[6 * length];
        rare = new int[6 * length];
      }
    }

    /** Notes an n-gram that is new; without a branch, which could not be foreseen. */
    private void add(int gram) {
      grams[count] = gram;
      count += 1 - seen[gram];
      seen[gram] = 1;
    }

    private void addRare(int gram) {
      rare[rares] = gram;
      rares += 1 - seen[gram];
      seen[gram] = 1;
    }

    private void clear() {
      for (int i = 0; i < count; i++) {
        seen[grams[i]] = 0;
      }
      for (int i = 0; i < rares; i++) {
        seen[rare[i]] = 0;
      }
    }

    private void take(int at, long a, long b, long c, long d, int biases) {
      take(at, a, biases);
      take(at + 1, b, biases);
      take(at + 2, c, biases);
      take(at + 3, d, biases);
    }

    private void take(int at, long fields, int biases) {
      int language = at * FIELDS;
      sums[language] += (int) (fields & MASK) - biases;
      sums[language + 1] += (int) (fields >>> BITS & MASK) - biases;
      sums[language + 2] += (int) (fields >>> 2 * BITS) - biases;
    }
  }
}
