package dev.filip.curate;

import dev.filip.codes.CodeForm;
import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Not a test: how many near duplicates by tokens the codes find, beside all pairs (bench/
 * near_duplicates.sh). Arguments: the folder of tokens of a run, its shards, images that are looked
 * for.
 */
final class TwinRecall {
  private static final double[] SIMILARITIES = {0.85, 0.9, 0.93, 0.95, 0.97};
  private static final int[] BITS = {15, 20, 25, 30, 35, 40};
  private static final int[] WIDTHS = {64, 256, 512, 1024};
  private static final int TOGETHER = 16;
  private static final int[] MOST = {8, 16, 32, 64, 128};

  private final Tokens.Builder rows;
  private final Tokens.Builder means;

  private TwinRecall(Tokens.Builder rows, Tokens.Builder means) {
    this.rows = rows;
    this.means = means;
  }

  public static void main(String[] args) throws IOException {
    NearTokens tokens = new NearTokens(Path.of(args[0]), Integer.parseInt(args[1]));
    TwinRecall all = read(tokens);
    all.run(Integer.parseInt(args[2]));
  }

  private static TwinRecall read(NearTokens tokens) throws IOException {
    int d;
    try (TokenFile file = TokenFile.open(tokens.file(0))) {
      d = file.rows().d();
    }
    Tokens.Builder rows = new Tokens.Builder(Tokens.Type.BF16, d);
    Tokens.Builder means = new Tokens.Builder(Tokens.Type.BF16, d);
    for (int f = 0; f < tokens.shards(); f++) {
      TokenFile file = TokenFile.open(tokens.file(f)); // for as long as the program runs
      rows.add(file.rows());
      means.add(file.encoded().globals());
    }
    return new TwinRecall(rows, means);
  }

  private void run(int queries) {
    Tokens images = rows.build();
    Tokens globals = means.build();
    int count = images.size();
    int[] which = new SplittableRandom(1).ints(queries, count / 2, count).toArray();
    List<Codes> all = new ArrayList<>();
    for (int bits : WIDTHS) {
      all.add(new Codes(new TwinForm(CodeForm.mean(globals), bits), globals));
    }
    try (LateKernel kernel = new LateKernel(Runtime.getRuntime().availableProcessors())) {
      for (int from = 0; from < queries; from += TOGETHER) {
        int[] some = Arrays.copyOfRange(which, from, Math.min(queries, from + TOGETHER));
        Tokens.Builder asked = new Tokens.Builder(images.type(), images.d());
        for (int i : some) {
          asked.add(images.slice(i, i + 1));
        }
        PairScores alike = kernel.scores(images, asked.build());
        for (int q = 0; q < some.length; q++) {
          for (Codes codes : all) {
            codes.look(some[q], alike, q);
          }
        }
      }
    }
    all.forEach(codes -> codes.say(queries, count));
  }

  /** Codes of one width, and what they find. */
  private static final class Codes {
    private final int words;
    private final int[] codes;
    private final long[] pairs = new long[SIMILARITIES.length];
    private final long[] having = new long[SIMILARITIES.length];
    private final long[][][] found = new long[SIMILARITIES.length][BITS.length][MOST.length];
    private final long[] candidates = new long[BITS.length];

    Codes(TwinForm form, Tokens globals) {
      words = form.words();
      codes = form.codes(globals.floats());
    }

    private int bits(int b) {
      return BITS[b] * words * Integer.SIZE / 100;
    }

    void look(int i, PairScores alike, int q) {
      long[] order = new long[i];
      for (int j = 0; j < i; j++) {
        long bits = TwinCodes.distance(codes, i * words, codes, j * words, words);
        order[j] = bits << Integer.SIZE | j;
      }
      Arrays.sort(order);
      for (int b = 0; b < BITS.length; b++) {
        int bound = bits(b);
        candidates[b] += Arrays.stream(order).filter(at -> at >>> Integer.SIZE <= bound).count();
      }
      for (int s = 0; s < SIMILARITIES.length; s++) {
        int first = Integer.MAX_VALUE;
        for (int rank = 0; rank < i; rank++) {
          int at = (int) order[rank] * alike.texts() + q;
          if (Math.min(alike.sImage()[at], alike.sText()[at]) >= SIMILARITIES[s]) {
            pairs[s]++;
            first = Math.min(first, rank);
          }
        }
        if (first < Integer.MAX_VALUE) {
          count(s, first, (int) (order[first] >>> Integer.SIZE));
        }
      }
    }

    private void count(int s, int first, int distance) {
      having[s]++;
      for (int b = 0; b < BITS.length; b++) {
        for (int m = 0; m < MOST.length; m++) {
          found[s][b][m] += distance <= bits(b) && first < MOST[m] ? 1 : 0;
        }
      }
    }

    void say(int queries, int count) {
      int width = words * Integer.SIZE;
      System.out.printf(Locale.ROOT, "%d of %d images, %d bits%n", queries, count, width);
      for (int b = 0; b < BITS.length; b++) {
        double each = (double) candidates[b] / queries;
        System.out.printf(Locale.ROOT, "within %d %%: %.1f earlier images each%n", BITS[b], each);
      }
      for (int s = 0; s < SIMILARITIES.length; s++) {
        System.out.printf(
            Locale.ROOT,
            "similarity %.2f: %d have a near duplicate, %d pairs; found, of the nearest %s:%n",
            SIMILARITIES[s],
            having[s],
            pairs[s],
            Arrays.toString(MOST));
        for (int b = 0; b < BITS.length; b++) {
          String some = Arrays.toString(found[s][b]);
          System.out.printf(Locale.ROOT, "  within %d %%: %s%n", BITS[b], some);
        }
      }
    }
  }
}
