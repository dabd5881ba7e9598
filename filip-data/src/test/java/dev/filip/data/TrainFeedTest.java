package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.AugmentConfig;
import dev.filip.image.Augmentation;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.TokenBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainFeedTest {
  private static final @Nullable JsonNode START = null;

  private static TokenBatch tokens(List<String> captions) {
    int[] ids = captions.stream().mapToInt(String::hashCode).toArray();
    int[] length = new int[ids.length];
    Arrays.fill(length, 1);
    return new TokenBatch(ids.length, 1, ids, length);
  }

  private static PipelineOptions options(int batch) {
    Augmentation augmentation =
        new Augmentation(
            new AugmentConfig(
                new AugmentConfig.Crop(0.4, 1), true, AugmentConfig.Policy.IMAGENET, 0.5));
    return PipelineOptions.of(batch, 7, 1, Preprocess.plain(8), augmentation);
  }

  private static TrainFeed open(
      SampleSource source, PipelineOptions options, @Nullable JsonNode start) {
    return new TrainFeed(
        List.of(new WeightedSource(source, 1)), options, TrainFeedTest::tokens, start);
  }

  private static void assertSame(TrainBatch a, TrainBatch b) {
    assertThat(b.keys()).isEqualTo(a.keys());
    assertThat(b.captions()).isEqualTo(a.captions());
    assertThat(b.tokens().ids()).isEqualTo(a.tokens().ids());
    assertThat(b.pixels().toFloats()).isEqualTo(a.pixels().toFloats());
  }

  @Test
  void workersAndCacheChangeNoBit() {
    SampleSource source = MadeSource.of(23);
    try (TrainFeed one = open(source, options(8), START);
        TrainFeed three = open(source, options(8).withWorkers(3).withCache(0), START)) {
      for (int i = 0; i < 9; i++) {
        assertSame(one.next(), three.next());
      }
    }
  }

  /** Batches as they have been since the first release: names, captions and pixels. */
  @Test
  void smallDataHasTheOrderItAlwaysHad() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    List<WeightedSource> sources =
        List.of(
            new WeightedSource(MadeSource.of(23), 1.5),
            new WeightedSource(
                new MadeSource(40, i -> List.of("name " + i % 12, "b " + i), Set.of(3)), 1));
    for (int group : new int[] {1, 2}) {
      try (TrainFeed pipeline =
          new TrainFeed(sources, options(8).withRules(group, true), TrainFeedTest::tokens, START)) {
        for (int i = 0; i < 30; i++) {
          TrainBatch batch = pipeline.next();
          digest.update(batch.keys().toString().getBytes(StandardCharsets.UTF_8));
          digest.update(batch.captions().toString().getBytes(StandardCharsets.UTF_8));
          for (float pixel : batch.pixels().toFloats()) {
            digest.update(ByteBuffer.allocate(4).putFloat(pixel).array());
          }
        }
      }
    }
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("ab929e2d83bba526c07111ef473f89c84a47e1e2f1bd79027db2ed5c78f7e705");
  }

  @Test
  void firstCaptionsOnlyChangesTheTextsAlone() {
    SampleSource all = MadeSource.of(24);
    try (TrainFeed drawn = open(all, options(8), START);
        TrainFeed first = open(new FirstCaptionSource(all), options(8), START)) {
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
    try (TrainFeed pipeline = open(MadeSource.of(24), options(8), START)) {
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
    try (TrainFeed pipeline = open(MadeSource.of(4), options(4), START)) {
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
    SampleSource source = new MadeSource(40, i -> List.of("name " + i % 12), Set.of(3));
    PipelineOptions options = options(8).withRules(1, true);
    List<TrainBatch> whole = new ArrayList<>();
    List<JsonNode> cursors = new ArrayList<>();
    try (TrainFeed pipeline = open(source, options, START)) {
      for (int i = 0; i < 12; i++) {
        whole.add(pipeline.next());
        cursors.add(pipeline.cursor());
      }
    }
    assertThat(cursors).anyMatch(c -> Cursor.of(c).waiting());
    for (int stop : new int[] {0, 3, 6, 10}) {
      JsonNode stored = Json.parse(cursors.get(stop).toString());
      assertThat(Cursor.of(stored)).isEqualTo(Cursor.of(cursors.get(stop)));
      try (TrainFeed resumed = open(source, options.withWorkers(2), stored)) {
        for (int i = stop + 1; i < 12; i++) {
          assertSame(whole.get(i), resumed.next());
        }
      }
    }
  }

  @Test
  void distinctBatchesShareNoCaptionAndLoseNoSample() {
    SampleSource source = new MadeSource(36, i -> List.of("Name " + i % 12, "x " + i), Set.of());
    List<String> keys = new ArrayList<>();
    try (TrainFeed pipeline = open(source, options(9).withRules(1, true), START)) {
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
    SampleSource source = new MadeSource(30, i -> List.of("same"), Set.of());
    try (TrainFeed pipeline = open(source, options(4).withRules(1, true), START)) {
      assertThatThrownBy(pipeline::next)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("data.distinct");
    }
  }

  @Test
  void groupsStayTogether() {
    try (TrainFeed pipeline = open(MadeSource.of(21), options(6).withRules(2, false), START)) {
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
    SampleSource source =
        new MadeSource(20, i -> i == 5 ? List.of() : List.of("t " + i), Set.of(2, 11));
    try (TrainFeed pipeline = open(source, options(5), START)) {
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
    SampleSource source = new MadeSource(3, i -> List.of("t"), Set.of(0, 1, 2));
    try (TrainFeed pipeline = open(source, options(2), START)) {
      assertThatThrownBy(pipeline::next)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("unknown kind=3");
    }
  }

  @Test
  void weightsSetTheSharesOfAnEpoch() {
    List<WeightedSource> sources =
        List.of(
            new WeightedSource(MadeSource.of(10), 2.5), new WeightedSource(MadeSource.of(15), 1));
    try (TrainFeed pipeline = new TrainFeed(sources, options(8), TrainFeedTest::tokens, START)) {
      assertThat(pipeline.samplesPerEpoch()).isEqualTo(40);
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        keys.addAll(pipeline.next().keys());
      }
      assertThat(keys.stream().filter(k -> k.startsWith("0:")).count()).isEqualTo(25);
      assertThat(keys.stream().filter("0:s4"::equals).count()).isBetween(2L, 3L);
    }
  }

  /** What a rank saw: its batches, its cursors, what it left out. */
  private record Seen(
      List<TrainBatch> batches, List<JsonNode> cursors, Map<String, Integer> skipped) {}

  private static Seen see(
      SampleSource source, PipelineOptions options, @Nullable JsonNode at, RowShare share) {
    try (TrainFeed pipeline =
        new TrainFeed(
            List.of(new WeightedSource(source, 1)), options, TrainFeedTest::tokens, at, share)) {
      List<TrainBatch> batches = new ArrayList<>();
      List<JsonNode> cursors = new ArrayList<>();
      for (int i = 0; i < 14; i++) {
        batches.add(pipeline.next());
        cursors.add(pipeline.cursor());
      }
      return new Seen(batches, cursors, pipeline.skipped().counts());
    }
  }

  private static List<Seen> seeAll(
      SampleSource source, PipelineOptions options, @Nullable JsonNode at, int world)
      throws Exception {
    BarrierRanks told = new BarrierRanks(world);
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
        new MadeSource(47, i -> i == 5 ? List.of() : List.of("name " + i % 19, "x " + i), bad);
    PipelineOptions options = options(batch).withRules(group, distinct);
    Seen whole = see(source, options, START, RowShare.WHOLE);
    List<Seen> ranks = seeAll(source, options, START, world);
    for (int r = 0; r < world; r++) {
      for (int i = 0; i < whole.batches.size(); i++) {
        assertRows(whole.batches.get(i), ranks.get(r).batches.get(i), r);
      }
      assertThat(ranks.get(r).cursors).isEqualTo(ranks.getFirst().cursors);
      assertThat(ranks.get(r).skipped.keySet()).isSubsetOf(whole.skipped.keySet());
    }
    // and one process goes on from the ranks' cursor
    JsonNode stored = ranks.getFirst().cursors.get(4);
    try (TrainFeed resumed = open(source, options, stored)) {
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
    try (TrainFeed whole = open(MadeSource.of(24), options(8), START)) {
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
    List<Long> found = new ArrayList<>();
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
          public long[][] gather(long[] own) {
            if (own[0] == 0) { // after a batch: no failure, and the places that are of no use
              Arrays.stream(own, 1, own.length).forEach(found::add);
            }
            return new long[][] {own};
          }
        };
    SampleSource source = new MadeSource(24, i -> List.of("t " + i), others);
    Set<String> seen = new HashSet<>();
    try (TrainFeed pipeline =
        new TrainFeed(
            List.of(new WeightedSource(source, 1)),
            options(8),
            TrainFeedTest::tokens,
            START,
            first)) {
      for (int i = 0; i < 3; i++) {
        seen.addAll(pipeline.next().keys());
      }
    }
    assertThat(seen).isEqualTo(own);
    assertThat(found).isEmpty();
  }
}
