package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.image.Augmentation;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import dev.filip.text.TokenBatch;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchPipelineTest {
  /** Samples made on the fly; some can be broken. */
  private static final class Made extends LooseSource {
    private final int count;
    private final IntFunction<List<String>> texts;
    private final Set<Integer> broken;

    Made(int count, IntFunction<List<String>> texts, Set<Integer> broken) {
      this.count = count;
      this.texts = texts;
      this.broken = broken;
    }

    static Made of(int count) {
      return new Made(count, i -> List.of("a " + i, "b " + i, "c " + i), Set.of());
    }

    @Override
    public String describe() {
      return "made";
    }

    @Override
    protected int count() {
      return count;
    }

    @Override
    protected Sample.Text text(int index) {
      return new Sample.Text("s" + index, texts.apply(index), -1, null);
    }

    @Override
    protected byte[] image(int index) {
      return broken.contains(index) ? new byte[] {1, 2, 3} : png(index);
    }

    @Override
    public List<String> classNames() {
      return List.of();
    }

    @Override
    public List<String> templates() {
      return List.of();
    }

    @Override
    public String fingerprint() {
      return "";
    }

    @Override
    public String shape() {
      return "";
    }

    @Override
    public void close() {}
  }

  private static byte[] png(int seed) {
    var random = new java.util.SplittableRandom(seed);
    BufferedImage image = new BufferedImage(13 + seed % 5, 11, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TokenBatch tokens(List<String> captions) {
    int[] ids = captions.stream().mapToInt(String::hashCode).toArray();
    int[] length = new int[ids.length];
    Arrays.fill(length, 1);
    return new TokenBatch(ids.length, 1, ids, length);
  }

  private static PipelineOptions options(int batch) {
    Augmentation augmentation = new Augmentation(0.4, 1, true, Augmentation.Policy.IMAGENET, 0.5);
    return PipelineOptions.of(batch, 7, 1, Preprocess.plain(8), augmentation);
  }

  private static BatchPipeline open(SampleSource source, PipelineOptions options, Cursor start) {
    return new BatchPipeline(
        List.of(new WeightedSource(source, 1)), options, BatchPipelineTest::tokens, start);
  }

  private static void assertSame(TrainBatch a, TrainBatch b) {
    assertThat(b.keys()).isEqualTo(a.keys());
    assertThat(b.captions()).isEqualTo(a.captions());
    assertThat(b.tokens().ids()).isEqualTo(a.tokens().ids());
    assertThat(b.pixels().toFloats()).isEqualTo(a.pixels().toFloats());
  }

  @Test
  void workersAndCacheChangeNoBit() {
    SampleSource source = Made.of(23);
    try (BatchPipeline one = open(source, options(8), Cursor.START);
        BatchPipeline three = open(source, options(8).withWorkers(3).withCache(0), Cursor.START)) {
      for (int i = 0; i < 9; i++) {
        assertSame(one.next(), three.next());
      }
    }
  }

  @Test
  void firstCaptionsOnlyChangesTheTextsAlone() {
    SampleSource all = Made.of(24);
    try (BatchPipeline drawn = open(all, options(8), Cursor.START);
        BatchPipeline first = open(new FirstCaptionSource(all), options(8), Cursor.START)) {
      TrainBatch some = drawn.next();
      TrainBatch batch = first.next();
      assertThat(batch.keys()).isEqualTo(some.keys());
      assertThat(batch.pixels().toFloats()).isEqualTo(some.pixels().toFloats());
      assertThat(batch.captions()).allMatch(caption -> caption.startsWith("a "));
      assertThat(some.captions()).anyMatch(caption -> !caption.startsWith("a "));
    }
  }

  @Test
  void anEpochHoldsEverySampleOnceAndTheNextIsAnotherOrder() {
    try (BatchPipeline pipeline = open(Made.of(24), options(8), Cursor.START)) {
      assertThat(pipeline.samplesPerEpoch()).isEqualTo(24);
      List<String> first = new ArrayList<>();
      List<String> second = new ArrayList<>();
      float[] pixels = {};
      for (int i = 0; i < 3; i++) {
        TrainBatch batch = pipeline.next();
        first.addAll(batch.keys());
        pixels = batch.pixels().toFloats();
      }
      for (int i = 0; i < 3; i++) {
        second.addAll(pipeline.next().keys());
      }
      assertThat(new HashSet<>(first)).hasSize(24).isEqualTo(new HashSet<>(second));
      assertThat(first).isNotEqualTo(second);
      assertThat(pixels).hasSize(8 * 3 * 8 * 8);
    }
  }

  @Test
  void captionsAndAugmentationChangeFromEpochToEpoch() {
    Set<String> captions = new HashSet<>();
    Set<Integer> pictures = new HashSet<>();
    try (BatchPipeline pipeline = open(Made.of(4), options(4), Cursor.START)) {
      for (int i = 0; i < 12; i++) {
        TrainBatch batch = pipeline.next();
        int at = batch.keys().indexOf("0:s2");
        captions.add(batch.captions().get(at));
        int size = batch.pixels().toFloats().length / 4;
        pictures.add(
            Arrays.hashCode(
                Arrays.copyOfRange(batch.pixels().toFloats(), at * size, (at + 1) * size)));
      }
    }
    assertThat(captions).containsExactlyInAnyOrder("a 2", "b 2", "c 2");
    assertThat(pictures).hasSizeGreaterThan(8);
  }

  @Test
  void resumingContinuesBitEqualAlsoWithPostponedSamples() {
    SampleSource source = new Made(40, i -> List.of("name " + i % 12), Set.of(3));
    PipelineOptions options = options(8).withRules(1, true);
    List<TrainBatch> whole = new ArrayList<>();
    List<Cursor> cursors = new ArrayList<>();
    try (BatchPipeline pipeline = open(source, options, Cursor.START)) {
      for (int i = 0; i < 12; i++) {
        whole.add(pipeline.next());
        cursors.add(pipeline.cursor());
      }
    }
    assertThat(cursors).anyMatch(c -> !c.postponed().isEmpty());
    for (int stop : new int[] {0, 3, 6, 10}) {
      Cursor stored = Cursor.of(cursors.get(stop).toJson());
      assertThat(stored).isEqualTo(cursors.get(stop));
      try (BatchPipeline resumed = open(source, options.withWorkers(2), stored)) {
        for (int i = stop + 1; i < 12; i++) {
          assertSame(whole.get(i), resumed.next());
        }
      }
    }
  }

  @Test
  void distinctBatchesShareNoCaptionAndLoseNoSample() {
    SampleSource source = new Made(36, i -> List.of("Name " + i % 12, "x " + i), Set.of());
    List<String> keys = new ArrayList<>();
    try (BatchPipeline pipeline = open(source, options(9).withRules(1, true), Cursor.START)) {
      for (int i = 0; i < 40; i++) {
        TrainBatch batch = pipeline.next();
        Set<Integer> names = new HashSet<>();
        for (String key : batch.keys()) {
          names.add(Integer.parseInt(key.substring(3)) % 12);
        }
        assertThat(names).hasSize(9);
        keys.addAll(batch.keys());
      }
    }
    for (int i = 0; i < 36; i++) {
      String key = "0:s" + i;
      assertThat(keys.stream().filter(key::equals).count()).isBetween(8L, 12L);
    }
  }

  @Test
  void impossibleDistinctnessIsSaid() {
    SampleSource source = new Made(30, i -> List.of("same"), Set.of());
    try (BatchPipeline pipeline = open(source, options(4).withRules(1, true), Cursor.START)) {
      assertThatThrownBy(pipeline::next)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("data.distinct");
    }
  }

  @Test
  void groupsStayTogether() {
    try (BatchPipeline pipeline = open(Made.of(21), options(6).withRules(2, false), Cursor.START)) {
      for (int i = 0; i < 10; i++) {
        List<String> keys = pipeline.next().keys();
        for (int k = 0; k < keys.size(); k += 2) {
          int first = Integer.parseInt(keys.get(k).substring(3));
          assertThat(first % 2).isZero();
          assertThat(keys.get(k + 1)).isEqualTo("0:s" + (first + 1));
        }
      }
    }
  }

  @Test
  void unreadableSamplesAreCountedAndTheNextTakesThePlace() {
    SampleSource source = new Made(20, i -> i == 5 ? List.of() : List.of("t " + i), Set.of(2, 11));
    try (BatchPipeline pipeline = open(source, options(5), Cursor.START)) {
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 10; i++) {
        seen.addAll(pipeline.next().keys());
      }
      assertThat(seen).hasSize(17).doesNotContain("0:s2", "0:s5", "0:s11");
      assertThat(pipeline.skipped().counts())
          .containsEntry("unknown kind", 2)
          .containsEntry("no caption", 1);
    }
  }

  @Test
  void nothingReadableIsAnErrorNotALoop() {
    SampleSource source = new Made(3, i -> List.of("t"), Set.of(0, 1, 2));
    try (BatchPipeline pipeline = open(source, options(2), Cursor.START)) {
      assertThatThrownBy(pipeline::next)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("unknown kind=3");
    }
  }

  @Test
  void weightsSetTheSharesOfAnEpoch() {
    List<WeightedSource> sources =
        List.of(new WeightedSource(Made.of(10), 2.5), new WeightedSource(Made.of(15), 1));
    try (BatchPipeline pipeline =
        new BatchPipeline(sources, options(8), BatchPipelineTest::tokens, Cursor.START)) {
      assertThat(pipeline.samplesPerEpoch()).isEqualTo(40);
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        keys.addAll(pipeline.next().keys());
      }
      assertThat(keys.stream().filter(k -> k.startsWith("0:")).count()).isEqualTo(25);
      assertThat(keys.stream().filter("0:s4"::equals).count()).isBetween(2L, 3L);
    }
  }

  /** Ranks as threads that tell each other at a barrier. */
  private static final class Told {
    private final List<Cursor.Place> places = Collections.synchronizedList(new ArrayList<>());
    private final CyclicBarrier barrier;

    Told(int world) {
      barrier = new CyclicBarrier(world);
    }

    RowShare of(int rank) {
      return new Rank(this, rank);
    }

    private List<Cursor.Place> exchange(List<Cursor.Place> own) {
      try {
        places.addAll(own);
        barrier.await(30, TimeUnit.SECONDS);
        List<Cursor.Place> all = List.copyOf(places);
        if (barrier.await(30, TimeUnit.SECONDS) == 0) {
          places.clear();
        }
        barrier.await(30, TimeUnit.SECONDS);
        return all;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    private record Rank(Told told, int rank) implements RowShare {
      @Override
      public int world() {
        return told.barrier.getParties();
      }

      @Override
      public List<Cursor.Place> broken(List<Cursor.Place> own) {
        return told.exchange(own);
      }
    }
  }

  /** What a rank saw: its batches, its cursors, what it left out. */
  private record Seen(
      List<TrainBatch> batches, List<Cursor> cursors, Map<String, Integer> skipped) {}

  private static Seen see(SampleSource source, PipelineOptions options, Cursor at, RowShare share) {
    try (BatchPipeline pipeline =
        new BatchPipeline(
            List.of(new WeightedSource(source, 1)),
            options,
            BatchPipelineTest::tokens,
            at,
            share)) {
      List<TrainBatch> batches = new ArrayList<>();
      List<Cursor> cursors = new ArrayList<>();
      for (int i = 0; i < 14; i++) {
        batches.add(pipeline.next());
        cursors.add(pipeline.cursor());
      }
      return new Seen(batches, cursors, pipeline.skipped().counts());
    }
  }

  private static List<Seen> seeAll(
      SampleSource source, PipelineOptions options, Cursor at, int world) throws Exception {
    Told told = new Told(world);
    try (ExecutorService threads = Executors.newFixedThreadPool(world)) {
      List<Future<Seen>> running = new ArrayList<>();
      for (int r = 0; r < world; r++) {
        RowShare share = told.of(r);
        running.add(threads.submit(() -> see(source, options, at, share)));
      }
      List<Seen> all = new ArrayList<>();
      for (Future<Seen> rank : running) {
        all.add(rank.get());
      }
      return all;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 12, 1, false, none",
    "3, 12, 1, false, some",
    "2, 12, 1, true, some",
    "3, 12, 4, false, some",
    "2, 6, 2, false, some",
    "3, 12, 1, true, many",
    "4, 4, 1, true, many"
  })
  void ranksSeeTheirRowsOfTheVeryBatchThatOneProcessSees(
      int world, int batch, int group, boolean distinct, String broken) throws Exception {
    Set<Integer> bad =
        switch (broken) {
          case "none" -> Set.of();
          case "some" -> Set.of(3, 17, 30);
          default -> Set.of(0, 1, 2, 9, 10, 13, 21, 22, 23, 24, 25, 33, 34, 40, 41, 42, 45);
        };
    SampleSource source =
        new Made(47, i -> i == 5 ? List.of() : List.of("name " + i % 19, "x " + i), bad);
    PipelineOptions options = options(batch).withRules(group, distinct);
    Seen whole = see(source, options, Cursor.START, RowShare.WHOLE);
    List<Seen> ranks = seeAll(source, options, Cursor.START, world);
    for (int r = 0; r < world; r++) {
      for (int i = 0; i < whole.batches.size(); i++) {
        assertRows(whole.batches.get(i), ranks.get(r).batches.get(i), r);
      }
      assertThat(ranks.get(r).cursors).isEqualTo(ranks.getFirst().cursors);
      assertThat(ranks.get(r).skipped.keySet()).isSubsetOf(whole.skipped.keySet());
    }
    // and one process goes on from the ranks' cursor
    Cursor stored = ranks.getFirst().cursors.get(4);
    try (BatchPipeline resumed = open(source, options, stored)) {
      for (int i = 5; i < 14; i++) {
        assertSame(whole.batches.get(i), resumed.next());
      }
    }
  }

  private static void assertRows(TrainBatch whole, TrainBatch part, int rank) {
    int each = part.size();
    int from = rank * each;
    assertThat(part.keys()).isEqualTo(whole.keys().subList(from, from + each));
    assertThat(part.captions()).isEqualTo(whole.captions().subList(from, from + each));
    float[] all = whole.pixels().toFloats();
    int floats = all.length / whole.size();
    assertThat(part.pixels().toFloats())
        .isEqualTo(Arrays.copyOfRange(all, from * floats, (from + each) * floats));
  }

  /** Images that a rank need not decode may be broken: it does not notice unless told. */
  @Test
  void aRankDecodesItsOwnRowsOnly() {
    Set<String> own = new HashSet<>();
    try (BatchPipeline whole = open(Made.of(24), options(8), Cursor.START)) {
      for (int i = 0; i < 3; i++) {
        own.addAll(whole.next().keys().subList(0, 4));
      }
    }
    Set<Integer> others = new HashSet<>();
    for (int i = 0; i < 24; i++) {
      if (!own.contains("0:s" + i)) {
        others.add(i);
      }
    }
    assertThat(others).hasSize(12);
    List<Cursor.Place> found = new ArrayList<>();
    RowShare first =
        new RowShare() {
          @Override
          public int rank() {
            return 0;
          }

          @Override
          public int world() {
            return 2;
          }

          @Override
          public List<Cursor.Place> broken(List<Cursor.Place> places) {
            found.addAll(places);
            return List.of();
          }
        };
    SampleSource source = new Made(24, i -> List.of("t " + i), others);
    Set<String> seen = new HashSet<>();
    try (BatchPipeline pipeline =
        new BatchPipeline(
            List.of(new WeightedSource(source, 1)),
            options(8),
            BatchPipelineTest::tokens,
            Cursor.START,
            first)) {
      for (int i = 0; i < 3; i++) {
        seen.addAll(pipeline.next().keys());
      }
    }
    assertThat(seen).isEqualTo(own);
    assertThat(found).isEmpty();
  }
}
