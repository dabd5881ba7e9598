package dev.filip.curate;

import dev.filip.codes.CodeForm;
import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
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
    CodeForm form = new CodeForm(CodeForm.mean(globals), 20_221);
    int words = form.words();
    int count = images.size();
    int[] codes = new int[count * words];
    form.encode(globals.floats(), codes, 0, new short[count], 0);
    long[][] pairs = new long[SIMILARITIES.length][1];
    long[] having = new long[SIMILARITIES.length];
    long[][][] found = new long[SIMILARITIES.length][BITS.length][MOST.length];
    long[] candidates = new long[BITS.length];
    SplittableRandom random = new SplittableRandom(1);
    try (LateKernel kernel = new LateKernel(Runtime.getRuntime().availableProcessors())) {
      for (int q = 0; q < queries; q++) {
        int i = count / 2 + random.nextInt(count - count / 2);
        PairScores alike = kernel.scores(images.slice(0, i), images.slice(i, i + 1));
        int[] distance = new int[i];
        Integer[] order = new Integer[i];
        for (int j = 0; j < i; j++) {
          distance[j] = TwinCodes.distance(codes, i * words, codes, j * words, words);
          order[j] = j;
        }
        Arrays.sort(order, (a, b) -> Integer.compare(distance[a], distance[b]));
        for (int b = 0; b < BITS.length; b++) {
          int bits = BITS[b] * words * Integer.SIZE / 100;
          candidates[b] += Arrays.stream(distance).filter(at -> at <= bits).count();
        }
        for (int s = 0; s < SIMILARITIES.length; s++) {
          int first = Integer.MAX_VALUE;
          for (int rank = 0; rank < i; rank++) {
            int j = order[rank];
            if (Math.min(alike.sImage()[j], alike.sText()[j]) >= SIMILARITIES[s]) {
              pairs[s][0]++;
              first = Math.min(first, rank);
            }
          }
          if (first < Integer.MAX_VALUE) {
            having[s]++;
            for (int b = 0; b < BITS.length; b++) {
              for (int m = 0; m < MOST.length; m++) {
                boolean within = distance[order[first]] <= BITS[b] * words * Integer.SIZE / 100;
                found[s][b][m] += within && first < MOST[m] ? 1 : 0;
              }
            }
          }
        }
      }
    }
    say(queries, count, words, pairs, having, found, candidates);
  }

  private static void say(
      int queries,
      int count,
      int words,
      long[][] pairs,
      long[] having,
      long[][][] found,
      long[] candidates) {
    System.out.printf(
        Locale.ROOT, "%d of %d images, codes of %d bits%n", queries, count, words * Integer.SIZE);
    for (int b = 0; b < BITS.length; b++) {
      System.out.printf(
          Locale.ROOT,
          "within %d %% of the bits: %.1f earlier images each%n",
          BITS[b],
          (double) candidates[b] / queries);
    }
    for (int s = 0; s < SIMILARITIES.length; s++) {
      System.out.printf(
          Locale.ROOT,
          "similarity %.2f: %d have a near duplicate, %d pairs; found, of the nearest %s:%n",
          SIMILARITIES[s],
          having[s],
          pairs[s][0],
          Arrays.toString(MOST));
      for (int b = 0; b < BITS.length; b++) {
        System.out.printf(
            Locale.ROOT, "  within %d %%: %s%n", BITS[b], Arrays.toString(found[s][b]));
      }
    }
  }
}
