package dev.filip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.kernel.LateScan;
import dev.filip.kernel.ScalarLateInteraction;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.LateInteractionFloatValuesSource;
import org.apache.lucene.store.FSDirectory;

/**
 * One query against every image of a file of token vectors ({@link RetrievalBench} makes it): the
 * search's kernel, or Lucene's {@code LateInteractionField}, in a process of its own. {@code
 * bench/scan_peer.py} does the same with maxsim-cpu.
 *
 * <p>Arguments: {@code ours|lucene} FOLDER THREADS. Prints a JSON line for 4, 16 and 32 query
 * tokens.
 */
public final class ScanProcess {
  private static final int[] TOKENS = {4, 16, 32};
  private static final double WARM = 15; // seconds, until vectors are compiled aside
  private static final int ROUNDS = 9;

  private ScanProcess() {}

  /** Scores of images {@code [from, to)}. */
  private interface Scores {
    void of(float[] query, int from, int to, float[] out) throws IOException;
  }

  private record Data(float[][] images, int patches, int d, float[] words) {
    static Data read(Path folder) throws IOException {
      var about = Json.read(folder.resolve("about.json"));
      int patches = about.get("patches").asInt();
      int d = about.get("width").asInt();
      float[][] images = new float[about.get("images").asInt()][];
      try (Arena arena = Arena.ofConfined();
          FileChannel image = FileChannel.open(folder.resolve("images.f32"));
          FileChannel text = FileChannel.open(folder.resolve("texts.f32"))) {
        var all = image.map(FileChannel.MapMode.READ_ONLY, 0, image.size(), arena);
        Tokens rows = Tokens.uniform(all, Tokens.Type.FP32, d, patches, images.length);
        Arrays.setAll(images, i -> rows.floats(i).clone());
        var some = text.map(FileChannel.MapMode.READ_ONLY, 0, 4L * d * TOKENS[2], arena);
        return new Data(
            images,
            patches,
            d,
            Tokens.uniform(some, Tokens.Type.FP32, d, TOKENS[2], 1).floats(0).clone());
      }
    }
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    int threads = Integer.parseInt(args[2]);
    Data data = Data.read(folder);
    boolean lucene = args[0].equals("lucene");
    Scores scores = lucene ? lucene(folder.resolve("lucene"), data) : ours(data);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int m : TOKENS) {
        float[] query = Arrays.copyOf(data.words, m * data.d);
        double[] seconds = time(scores, query, data, threads, pool);
        ObjectNode line = Json.object().put("program", lucene ? "Lucene" : "ours");
        line.put("threads", threads).put("tokens", m).put("images", data.images.length);
        line.put("seconds", seconds[0]).put("error", seconds[1]);
        System.out.println(Json.line(line));
      }
    }
  }

  /** The median round in seconds, and the largest error of a mean score of some images. */
  private static double[] time(
      Scores scores, float[] query, Data data, int threads, ExecutorService pool)
      throws InterruptedException, ExecutionException {
    int n = data.images.length;
    float[] out = new float[n];
    double[] rounds = new double[ROUNDS];
    long start = System.nanoTime();
    int round = -1;
    while (round < ROUNDS) {
      long begun = System.nanoTime();
      Future<?>[] parts = new Future<?>[threads];
      for (int t = 0; t < threads; t++) {
        int from = (int) ((long) n * t / threads);
        int to = (int) ((long) n * (t + 1) / threads);
        parts[t] =
            pool.submit(() -> {
              scores.of(query, from, to, out);
              return null;
            });
      }
      for (Future<?> part : parts) {
        part.get();
      }
      long ended = System.nanoTime();
      if (round >= 0) {
        rounds[round] = (ended - begun) / 1e9;
      }
      round += (ended - start) / 1e9 > WARM ? 1 : 0;
    }
    Arrays.sort(rounds);
    return new double[] {rounds[ROUNDS / 2], error(query, data, out)};
  }

  private static double error(float[] query, Data data, float[] out) {
    int m = query.length / data.d;
    return IntStream.of(0, 7, data.images.length - 1)
        .mapToDouble(i ->
            Math.abs(
                out[i]
                    - ScalarLateInteraction.align(data.images[i], data.patches, query, m, data.d)
                        .sText()))
        .max()
        .orElseThrow();
  }

  /** Rows outside the heap, as those of a mapped file are; there until the process ends. */
  private static Scores ours(Data data) {
    long bytes = 2L * data.patches * data.d;
    MemorySegment all = Arena.global().allocate(bytes * data.images.length, 64);
    for (int i = 0; i < data.images.length; i++) {
      Tokens one = Tokens.packed(data.images[i], data.d, data.patches).as(Tokens.Type.BF16);
      MemorySegment.copy(one.rows(), 0, all, i * bytes, bytes);
    }
    Tokens rows = Tokens.uniform(all, Tokens.Type.BF16, data.d, data.patches, data.images.length);
    return (query, from, to, out) -> {
      float[] part = new float[to - from];
      LateScan.of(query, data.d)
          .forward(rows, IntStream.range(from, to).toArray(), part.length, part);
      System.arraycopy(part, 0, out, from, part.length);
    };
  }

  private static float[][] matrix(float[] rows, int d) {
    float[][] matrix = new float[rows.length / d][];
    Arrays.setAll(matrix, r -> Arrays.copyOfRange(rows, r * d, (r + 1) * d));
    return matrix;
  }

  private static IndexWriterConfig inOrder() {
    return new IndexWriterConfig(null).setMergePolicy(new LogDocMergePolicy());
  }

  /** Open until the process ends. */
  private static Scores lucene(Path folder, Data data) throws IOException {
    FSDirectory directory = FSDirectory.open(Files.createDirectories(folder));
    if (!DirectoryReader.indexExists(directory)) {
      try (IndexWriter writer = new IndexWriter(directory, inOrder())) {
        for (float[] image : data.images) {
          Document document = new Document();
          document.add(new LateInteractionField("tokens", matrix(image, data.d)));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
    }
    DirectoryReader reader = DirectoryReader.open(directory);
    LeafReaderContext leaf = reader.leaves().getFirst();
    return (query, from, to, out) -> {
      float[][] rows = matrix(query, data.d);
      DoubleValues values =
          new LateInteractionFloatValuesSource("tokens", rows, VectorSimilarityFunction.DOT_PRODUCT)
              .getValues(leaf, null);
      for (int i = from; i < to; i++) {
        if (!values.advanceExact(i)) {
          throw new IllegalStateException("document " + i + " has no tokens");
        }
        out[i] = (float) (2 * values.doubleValue() / rows.length - 1); // of each pair (1 + x) / 2
      }
    };
  }
}
