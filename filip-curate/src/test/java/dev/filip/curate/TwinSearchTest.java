package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenWriter;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found is what comparing all pairs finds, where all are within reach. */
class TwinSearchTest {
  private static final double SIMILARITY = 0.95;

  @TempDir Path temp;
  private int folders;

  /** Images of some rows each; about one in three is an earlier one a little changed. */
  private static List<float[]> images(int count, int rows, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<float[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean copy = i > 0 && random.nextInt(3) == 0;
      float[] from = copy ? images.get(random.nextInt(i)) : new float[rows * d];
      double noise = copy ? random.nextInt(4) * 0.12 / Math.sqrt(d) : 1;
      float[] image = new float[rows * d];
      for (int c = 0; c < image.length; c++) {
        image[c] = (float) (from[c] + noise * random.nextGaussian());
      }
      images.add(unit(image, d));
    }
    return images;
  }

  private static float[] unit(float[] rows, int d) {
    for (int at = 0; at < rows.length; at += d) {
      double squares = 0;
      for (int c = at; c < at + d; c++) {
        squares += rows[c] * rows[c];
      }
      for (int c = at; c < at + d; c++) {
        rows[c] /= (float) Math.sqrt(squares);
      }
    }
    return rows;
  }

  /** Files of so many images each; sample 2 i + 1 is the i-th, the even ones have no tokens. */
  private NearTokens write(List<float[]> images, int d, int... sizes) throws IOException {
    Path folder = Files.createDirectory(temp.resolve("tokens" + folders++));
    NearTokens tokens = new NearTokens(folder, sizes.length);
    String own = Digests.sha256("test".getBytes(StandardCharsets.UTF_8));
    int image = 0;
    for (int f = 0; f < sizes.length; f++) {
      TokenFile.About about =
          new TokenFile.About(TokenFile.Kind.IMAGES, Tokens.Type.BF16, d, true, own, own);
      try (TokenWriter writer = new TokenWriter(tokens.file(f), about)) {
        for (int i = 0; i < sizes[f]; i++) {
          float[] rows = images.get(image++);
          Tokens one = Tokens.packed(rows, d, rows.length / d);
          Encoded item = new Encoded(one, Tokens.ofRows(NearTokens.mean(rows, d), d));
          writer.append(item, List.of(String.valueOf(2 * i + 1)));
        }
        writer.finish(Json.object());
      }
    }
    return tokens;
  }

  private static long[] starts(int... sizes) {
    long[] starts = new long[sizes.length + 1];
    for (int f = 0; f < sizes.length; f++) {
      starts[f + 1] = starts[f] + 2L * sizes[f] + 1;
    }
    return starts;
  }

  private static List<String> found(NearTokens tokens, int threads, int... sizes)
      throws IOException {
    List<String> found = new ArrayList<>();
    int all = Arrays.stream(sizes).sum();
    TwinSearch.Reach reach = new TwinSearch.Reach(100, all + 1);
    try (TwinSearch search = new TwinSearch(tokens, SIMILARITY, reach, threads)) {
      search.run(
          starts(sizes),
          twin -> found.add(twin.sample() + " " + twin.twin() + " " + twin.similarity()));
    }
    return found;
  }

  /** Every image with every earlier one that stays, each product by itself, in fp64. */
  private static List<String> oracle(NearTokens tokens, int... sizes) throws IOException {
    List<float[]> images = new ArrayList<>();
    List<Long> samples = new ArrayList<>();
    int d = 0;
    for (int f = 0; f < sizes.length; f++) {
      try (TokenFile file = TokenFile.open(tokens.file(f))) {
        d = file.rows().d();
        for (int i = 0; i < file.size(); i++) {
          images.add(unit(file.rows().floats(i), d));
          samples.add(starts(sizes)[f] + Long.parseLong(file.key(i)));
        }
      }
    }
    List<Integer> stay = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      String by = null;
      for (int j : stay) {
        double alike =
            Math.min(mean(images.get(i), images.get(j), d), mean(images.get(j), images.get(i), d));
        if (by == null && alike >= SIMILARITY) {
          by = samples.get(i) + " " + samples.get(j);
        }
      }
      if (by == null) {
        stay.add(i);
      } else {
        taken.add(by);
      }
    }
    return taken;
  }

  private static double mean(float[] one, float[] other, int d) {
    double sum = 0;
    for (int a = 0; a < one.length; a += d) {
      double best = -2;
      for (int b = 0; b < other.length; b += d) {
        double product = 0;
        for (int c = 0; c < d; c++) {
          product += one[a + c] * other[b + c];
        }
        best = Math.max(best, product);
      }
      sum += best;
    }
    return sum * d / one.length;
  }

  private static List<String> pairs(List<String> found) {
    return found.stream().map(line -> line.substring(0, line.lastIndexOf(' '))).toList();
  }

  @Test
  void whatComparingAllFindsIsFoundAtAwkwardSizes() throws IOException {
    int[][] shapes = { // rows, d, then images of each file
      {1, 33, 1},
      {1, 64, 0},
      {5, 7, 0, 3, 0, 11},
      {4, 100, 40, 1, 0, 23},
      {49, 65, 12, 9},
      {2, 40, 257, 5, 300}, // more than a block
    };
    for (int[] shape : shapes) {
      int[] sizes = Arrays.copyOfRange(shape, 2, shape.length);
      int count = Arrays.stream(sizes).sum();
      NearTokens tokens = write(images(count, shape[0], shape[1], 7L * count), shape[1], sizes);
      List<String> expected = oracle(tokens, sizes);
      List<String> found = found(tokens, 1, sizes);
      assertThat(pairs(found)).as(Arrays.toString(shape)).isEqualTo(expected);
      assertThat(found(tokens, 5, sizes)).as("threads change nothing").isEqualTo(found);
      if (count > 20) {
        assertThat(expected).hasSizeBetween(count / 20, count / 2);
      }
    }
  }

  @Test
  void identicalImagesLeaveTheFirstOne() throws IOException {
    float[] one = images(1, 3, 20, 1).getFirst();
    List<float[]> same = java.util.Collections.nCopies(300, one);
    List<String> found = found(write(same, 20, 300), 3, 300);
    assertThat(found).hasSize(299).allMatch(line -> line.matches("\\d+ 1 (1\\.0|0\\.999999.*)"));
  }

  /** a ~ b ~ c, a unlike c: b goes, and with it the reason to take c. */
  @Test
  void whatIsTakenTakesNothing() throws IOException {
    List<float[]> chain = new ArrayList<>();
    for (int i = 0; i < 5; i++) { // each 15 degrees further: cosines 0.966, 0.866
      double angle = Math.toRadians(15 * i);
      chain.add(new float[] {(float) Math.cos(angle), (float) Math.sin(angle), 0});
    }
    for (int[] sizes : new int[][] {{5}, {1, 1, 1, 1, 1}, {2, 3}}) {
      NearTokens tokens = write(chain, 3, sizes);
      List<String> found = found(tokens, 2, sizes);
      assertThat(pairs(found)).isEqualTo(oracle(tokens, sizes)).hasSize(2);
    }
  }

  @Test
  void theNearestCodesAreFoundAndOfThoseAsNearTheFirst() {
    SplittableRandom random = new SplittableRandom(5);
    int words = 2;
    int count = 5000;
    TwinCodes codes = new TwinCodes(words, count);
    int[] all = random.ints((long) count * words).map(bits -> bits & 0x0f0f0f0f).toArray();
    for (int i = 0; i < count; i++) {
      codes.add(all, i * words, 3 * i);
    }
    int[] queries = random.ints(6).toArray();
    int[] bounds = {64, 25, 0};
    for (int bits : bounds) {
      List<int[]> found = codes.nearest(queries, new int[] {0, 1, 2}, bits, 37);
      for (int q = 0; q < 3; q++) {
        int query = q;
        int[] expected =
            java.util.stream.IntStream.range(0, count)
                .filter(i -> distance(queries, query, all, i) <= bits)
                .boxed()
                .sorted(
                    java.util.Comparator.comparingInt(
                        (Integer i) -> distance(queries, query, all, i)))
                .limit(37)
                .mapToInt(i -> 3 * i)
                .sorted()
                .toArray();
        assertThat(found.get(q)).isEqualTo(expected);
      }
    }
  }

  private static int distance(int[] queries, int q, int[] all, int i) {
    return Long.bitCount(
        ((long) queries[2 * q] << 32 | queries[2 * q + 1] & 0xffffffffL)
            ^ ((long) all[2 * i] << 32 | all[2 * i + 1] & 0xffffffffL));
  }
}
