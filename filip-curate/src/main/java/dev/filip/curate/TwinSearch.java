package dev.filip.curate;

import dev.filip.io.Progress;
import dev.filip.io.Tasks;
import dev.filip.kernel.LateInteraction;
import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for images whose tokens are nearly those of an earlier one that stays, in order. Which
 * earlier ones are compared is decided by a code of one bit a number of the mean token (less that
 * of all images, rotated): the {@link Reach#most} nearest within {@link Reach#bits}; these exactly.
 * In memory are the codes of what stays, the tokens lie in files. What is found is the same for any
 * number of threads. Used by one thread.
 */
final class TwinSearch implements Closeable {
  /**
   * Which earlier images are compared.
   *
   * @param bits of a hundred in which codes may differ
   * @param most at once: of those that stay, and again of the block that is looked at
   */
  record Reach(int bits, int most) {
    /** On real pictures as good as all: docs/CURATION.md. */
    static final Reach DEFAULT = new Reach(25, 64);
  }

  /** Above what fp32 sums of unit rows lose. */
  private static final float ROUNDING = 1e-6f;

  /** Above what the rounding of tokens changes: nearer to the bound, the exact sum decides. */
  private static final float UNSURE = 0.02f;

  private static final int BLOCK = 256;
  private static final int OPEN = 64;
  private static final int TOGETHER = 8;

  private final NearTokens tokens;
  private final double similarity;
  private final Reach reach;
  private final ExecutorService workers;
  private final int threads;
  private final List<LateKernel> kernels = new ArrayList<>();
  private final Map<Integer, TokenFile> open = new LinkedHashMap<>(16, 0.75f, true);

  /** The first item of each file, and how many there are. */
  private final int[] first;

  /** An earlier image, and how alike both are. */
  private record Hit(int item, float similarity) {}

  /**
   * @param similarity at or above which two are near duplicates
   */
  TwinSearch(NearTokens tokens, double similarity, Reach reach, int threads) throws IOException {
    this.tokens = tokens;
    this.similarity = similarity;
    this.reach = reach;
    this.threads = threads;
    this.first = new int[tokens.shards() + 1];
    for (int i = 0; i < tokens.shards(); i++) {
      try (TokenFile file = TokenFile.open(tokens.file(i))) {
        first[i + 1] = Math.addExact(first[i], file.size());
      }
    }
    workers = Executors.newFixedThreadPool(threads);
    for (int i = 0; i < threads; i++) {
      kernels.add(new LateKernel(1));
    }
  }

  private int count() {
    return first[first.length - 1];
  }

  /**
   * Tells what is taken.
   *
   * @param starts the number within the source of each shard's first sample
   */
  void run(long[] starts, Twins.Taker taker) throws IOException {
    if (count() == 0) {
      return;
    }
    TwinForm form = new TwinForm(mean(), TwinForm.BITS);
    TwinCodes stay = new TwinCodes(form.words(), count());
    try (Progress progress = new Progress("compare", count())) {
      for (int f = 0; f < tokens.shards(); f++) {
        int size = first[f + 1] - first[f];
        for (int from = 0; from < size; from += BLOCK) {
          Block block = new Block(form, stay, f, from, Math.min(size, from + BLOCK));
          List<@Nullable Hit> hits = block.hits();
          for (int i = 0; i < hits.size(); i++) {
            Hit hit = hits.get(i);
            if (hit == null) {
              stay.add(block.codes, i * form.words(), block.base + i);
            } else {
              taker.take(
                  new Twins.Twin(
                      sample(starts, block.base + i), sample(starts, hit.item), hit.similarity));
            }
          }
          progress.to(block.base + hits.size(), "");
          trim();
        }
      }
    }
  }

  private float[] mean() throws IOException {
    double @Nullable [] sum = null;
    for (int f = 0; f < tokens.shards(); f++) {
      try (TokenFile file = TokenFile.open(tokens.file(f))) {
        Tokens globals = file.encoded().globals();
        sum = sum == null ? new double[globals.d()] : sum;
        for (int i = 0; i < globals.size(); i++) {
          float[] row = globals.floats(i);
          for (int c = 0; c < row.length; c++) {
            sum[c] += row[c];
          }
        }
      }
    }
    double[] all = java.util.Objects.requireNonNull(sum, "there are images");
    float[] mean = new float[all.length];
    for (int c = 0; c < mean.length; c++) {
      mean[c] = (float) (all[c] / count());
    }
    return mean;
  }

  private long sample(long[] starts, int item) {
    int f = file(item);
    return starts[f] + Integer.parseInt(opened(f).key(item - first[f]));
  }

  private int file(int item) {
    int at = Arrays.binarySearch(first, item);
    if (at < 0) {
      return -at - 2;
    }
    while (first[at + 1] == item) { // empty ones begin there, too
      at++;
    }
    return at;
  }

  private Tokens item(int item) {
    int f = file(item);
    return opened(f).rows().slice(item - first[f], item - first[f] + 1);
  }

  private synchronized TokenFile opened(int f) {
    TokenFile file = open.get(f);
    if (file == null) {
      try {
        file = TokenFile.open(tokens.file(f));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      open.put(f, file);
    }
    return file;
  }

  /** Closes those that were not used for longest; between blocks, when nobody reads. */
  private synchronized void trim() {
    Iterator<TokenFile> files = open.values().iterator();
    while (open.size() > OPEN) {
      files.next().close();
      files.remove();
    }
  }

  /** Some images that follow each other, of one file. */
  private final class Block {
    private final TwinCodes stay;
    private final int base;
    private final int size;
    private final int words;
    private final int bits;
    private final int[] codes;

    Block(TwinForm form, TwinCodes stay, int f, int from, int to) {
      this.stay = stay;
      this.base = first[f] + from;
      this.size = to - from;
      this.words = form.words();
      this.bits = reach.bits * words * Integer.SIZE / 100;
      this.codes = form.codes(opened(f).encoded().globals().slice(from, to).floats());
    }

    /** Of each the first one that stays and is as alike; null where it stays itself. */
    List<@Nullable Hit> hits() {
      @Nullable Hit[] hits = new Hit[size];
      each(
          i -> true,
          this::before,
          (i, found) -> hits[i] = found.isEmpty() ? null : found.getFirst());
      List<List<Hit>> within = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        within.add(List.of());
      }
      each(i -> hits[i] == null, this::within, within::set);
      for (int i = 0; i < size; i++) {
        for (Hit hit : within.get(i)) {
          if (hits[i] == null && hits[hit.item - base] == null) {
            hits[i] = hit;
          }
        }
      }
      return Arrays.asList(hits);
    }

    private interface Which {
      boolean test(int i);
    }

    private interface Finder {
      void find(int[] which, LateKernel kernel, Taker taker);
    }

    private interface Taker {
      void take(int i, List<Hit> found);
    }

    /** Deals those asked for to the threads, some at a time. */
    private void each(Which which, Finder finder, Taker taker) {
      int[] asked = IntStream.range(0, size).filter(which::test).toArray();
      List<Future<?>> tasks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        tasks.add(
            workers.submit(() -> {
              for (int at = thread * TOGETHER; at < asked.length; at += threads * TOGETHER) {
                int[] some = Arrays.copyOfRange(asked, at, Math.min(asked.length, at + TOGETHER));
                finder.find(some, kernels.get(thread), taker);
              }
            }));
      }
      Tasks.await(tasks);
    }

    /** Looks among those that stay. */
    private void before(int[] which, LateKernel kernel, Taker taker) {
      List<int[]> near = stay.nearest(codes, which, bits, reach.most);
      for (int k = 0; k < which.length; k++) {
        taker.take(which[k], alike(base + which[k], near.get(k), 1, kernel));
      }
    }

    /** Looks among earlier ones of the block, of which it is not known yet which stay. */
    private void within(int[] which, LateKernel kernel, Taker taker) {
      for (int i : which) {
        TwinCodes earlier = new TwinCodes(words, i);
        for (int j = 0; j < i; j++) {
          earlier.add(codes, j * words, base + j);
        }
        int[] near = earlier.nearest(codes, new int[] {i}, bits, reach.most).getFirst();
        taker.take(i, alike(base + i, near, near.length, kernel));
      }
    }
  }

  /** The first {@code most} of some images that are as alike as asked. */
  private List<Hit> alike(int item, int[] others, int most, LateKernel kernel) {
    List<Hit> found = new ArrayList<>();
    Tokens own = item(item);
    for (int from = 0; from < others.length && found.size() < most; from += TOGETHER) {
      int to = Math.min(others.length, from + TOGETHER);
      Tokens.Builder some = new Tokens.Builder(own.type(), own.d());
      for (int k = from; k < to; k++) {
        some.add(item(others[k]));
      }
      PairScores about = kernel.scores(some.build(), own);
      for (int k = from; k < to && found.size() < most; k++) {
        float least = Math.min(about.sImage()[k - from], about.sText()[k - from]);
        if (least >= similarity - UNSURE) {
          float exact = exact(own, item(others[k]));
          if (isTwin(exact, similarity)) {
            found.add(new Hit(others[k], exact));
          }
        }
      }
    }
    return found;
  }

  static boolean isTwin(float alike, double similarity) {
    return alike + ROUNDING >= similarity;
  }

  /** How alike two images are, of tokens that are unit rows again. */
  static float exact(Tokens one, Tokens other) {
    return LateInteraction.alike(unit(one), unit(other), one.d());
  }

  private static float[] unit(Tokens tokens) {
    float[] rows = tokens.floats(0);
    int d = tokens.d();
    for (int at = 0; at < rows.length; at += d) {
      double squares = 0;
      for (int c = at; c < at + d; c++) {
        squares += (double) rows[c] * rows[c];
      }
      double norm = Math.sqrt(squares);
      for (int c = at; c < at + d && norm > 0; c++) {
        rows[c] = (float) (rows[c] / norm);
      }
    }
    return rows;
  }

  @Override
  public void close() {
    workers.shutdownNow();
    kernels.forEach(LateKernel::close);
    open.values().forEach(TokenFile::close);
    open.clear();
  }
}
