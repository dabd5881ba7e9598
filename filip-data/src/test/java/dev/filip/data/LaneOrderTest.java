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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training data that is larger than a window, from real shards. */
class LaneOrderTest {
  /** 24 shards of awkward sizes, 137 samples. */
  private static final int[] SIZES = {
    5, 7, 1, 6, 9, 3, 8, 2, 5, 5, 10, 4, 7, 6, 0, 11, 3, 5, 6, 8, 2, 9, 7, 8
  };

  private static final int SAMPLES = Arrays.stream(SIZES).sum();
  private static final int LANES = 4;

  @TempDir Path temp;

  private SampleSource tars() throws IOException {
    return tars(i -> "caption " + i);
  }

  private SampleSource tars(IntFunction<String> caption) throws IOException {
    return Tars.write(temp.resolve("tars"), caption, SIZES);
  }

  private static PipelineOptions options(int batch, int group) {
    Augmentation augmentation =
        new Augmentation(
            new AugmentConfig(
                new AugmentConfig.Crop(0.4, 1), true, AugmentConfig.Policy.IMAGENET, 0.5));
    return PipelineOptions.of(batch, 7, 2, Preprocess.plain(8), augmentation)
        .withRules(group, false)
        .withWindow(LANES, 40);
  }

  private static TokenBatch tokens(List<String> captions) {
    int[] length = new int[captions.size()];
    Arrays.fill(length, 1);
    int[] ids = captions.stream().mapToInt(String::hashCode).toArray();
    return new TokenBatch(ids.length, 1, ids, length);
  }

  private static TrainFeed open(
      SampleSource source, PipelineOptions options, @Nullable JsonNode start) {
    return open(List.of(new WeightedSource(source, 1)), options, start, RowShare.WHOLE);
  }

  private static TrainFeed open(
      List<WeightedSource> sources,
      PipelineOptions options,
      @Nullable JsonNode start,
      RowShare share) {
    return new TrainFeed(sources, options, LaneOrderTest::tokens, start, share);
  }

  private static void assertSame(TrainBatch a, TrainBatch b) {
    assertThat(b.keys()).isEqualTo(a.keys());
    assertThat(b.captions()).isEqualTo(a.captions());
    assertThat(b.pixels().toFloats()).isEqualTo(a.pixels().toFloats());
  }

  private static List<String> keys(TrainFeed feed, int batches) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      keys.addAll(feed.next().keys());
    }
    return keys;
  }

  private static Map<String, Integer> counts(List<String> keys) {
    Map<String, Integer> counts = new HashMap<>();
    keys.forEach(key -> counts.merge(key, 1, Integer::sum));
    return counts;
  }

  /** 137 samples in batches of 4 end inside a batch: the 35th holds three of the next epoch. */
  @Test
  void anEpochHoldsEverySampleOnceAcrossWindowsAndLanes() throws IOException {
    try (SampleSource source = tars();
        TrainFeed feed = open(source, options(4, 1), null)) {
      assertThat(feed.samplesPerEpoch()).isEqualTo(SAMPLES);
      List<String> keys = keys(feed, 3 * 35);
      for (int e = 0; e < 3; e++) {
        List<String> epoch = keys.subList(e * SAMPLES, (e + 1) * SAMPLES);
        assertThat(new HashSet<>(epoch)).as("epoch " + e).hasSize(SAMPLES);
      }
      assertThat(keys.subList(0, SAMPLES)).isNotEqualTo(keys.subList(SAMPLES, 2 * SAMPLES));
    }
  }

  /** In a window's time only its shards are read, and each is read once. */
  @Test
  void aShardIsOpenedOnceInAnEpochAndFetchedAhead() throws IOException {
    try (SampleSource tars = tars()) {
      WatchedSource source = new WatchedSource(tars, false);
      try (TrainFeed feed = open(source, options(4, 1).withWorkers(1), null)) {
        keys(feed, 34);
      }
      // ten units a window and lane: a cut between lanes goes through three shards at most, and
      // what is read ahead is of the next epoch
      int openings = source.openings();
      assertThat(openings).isBetween(SIZES.length - 1, 2 * SIZES.length);
      assertThat(source.fetched).hasSize(SIZES.length - 1);
    }
  }

  @Test
  void atFirstOnlyTheWindowsAreRead() throws IOException {
    try (SampleSource tars = tars()) {
      WatchedSource source = new WatchedSource(tars, false);
      try (TrainFeed feed = open(source, options(4, 1).withWorkers(1).withWindow(LANES, 4), null)) {
        feed.next();
        assertThat(source.opened.keySet()).hasSizeLessThan(SIZES.length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resumingAtEveryStepIsBitEqual(boolean hidden) throws IOException {
    try (SampleSource source = tars(i -> "name " + i % 9)) {
      WatchedSource watched = new WatchedSource(source, hidden);
      PipelineOptions options = options(8, 1).withRules(1, true).withWindow(LANES, 40);
      List<TrainBatch> whole = new ArrayList<>();
      List<JsonNode> cursors = new ArrayList<>();
      try (TrainFeed feed = open(watched, options, null)) {
        for (int i = 0; i < 44; i++) {
          whole.add(feed.next());
          cursors.add(feed.cursor());
        }
      }
      assertThat(cursors).anyMatch(c -> Cursor.of(c).waiting());
      for (int i = 0; i < 43; i++) {
        JsonNode stored = Json.parse(cursors.get(i).toString());
        try (TrainFeed resumed = open(watched, options.withWorkers(1), stored)) {
          assertSame(whole.get(i + 1), resumed.next());
          if (i % 11 == 0 && i < 40) {
            assertSame(whole.get(i + 2), resumed.next());
            assertSame(whole.get(i + 3), resumed.next());
          }
        }
      }
    }
  }

  /** Lanes of ten units a window; the shard of 30 goes through three of them. */
  @Test
  void aShardLargerThanAWindowIsReadInStretches() throws IOException {
    try (SampleSource source = Tars.write(temp.resolve("large"), i -> "c " + i, 30, 2, 30, 3);
        TrainFeed feed = open(source, options(4, 1), null)) {
      List<String> keys = keys(feed, 65);
      for (int e = 0; e < 4; e++) {
        assertThat(new HashSet<>(keys.subList(e * 65, (e + 1) * 65))).hasSize(65);
      }
    }
  }

  @Test
  void workersChangeNoBit() throws IOException {
    try (SampleSource source = tars()) {
      List<TrainBatch> one = batches(source, options(8, 1).withWorkers(1));
      for (int workers : new int[] {2, 4}) {
        List<TrainBatch> many = batches(source, options(8, 1).withWorkers(workers));
        for (int i = 0; i < one.size(); i++) {
          assertSame(one.get(i), many.get(i));
        }
      }
    }
  }

  private static List<TrainBatch> batches(SampleSource source, PipelineOptions options) {
    try (TrainFeed feed = open(source, options, null)) {
      return IntStream.range(0, 30).mapToObj(i -> feed.next()).toList();
    }
  }

  /** What a rank saw. */
  private record Seen(List<TrainBatch> batches, List<JsonNode> cursors, Set<Integer> opened) {}

  private static Seen see(
      SampleSource tars, PipelineOptions options, boolean hidden, RowShare share) {
    WatchedSource source = new WatchedSource(tars, hidden);
    try (TrainFeed feed = open(List.of(new WeightedSource(source, 1)), options, null, share)) {
      List<TrainBatch> batches = new ArrayList<>();
      List<JsonNode> cursors = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        batches.add(feed.next());
        cursors.add(feed.cursor());
      }
      return new Seen(batches, cursors, Set.copyOf(source.opened.keySet()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1, false, false",
    "4, 1, false, false",
    "2, 2, false, true",
    "4, 1, true, false",
    "2, 1, true, true",
    "4, 2, true, false"
  })
  void ranksThatHaveWholeLanesSeeTheirRowsOfTheSameBatches(
      int world, int group, boolean distinct, boolean hidden) throws Exception {
    try (SampleSource source = tars(i -> i == 40 ? "" : "name " + i % 31)) {
      PipelineOptions options =
          options(16, group)
              .withRules(group, distinct)
              .withWindow(LANES, 40)
              .withFailures(FailureRules.COUNT);
      Seen whole = see(source, options, hidden, RowShare.WHOLE);
      BarrierRanks told = new BarrierRanks(world);
      try (ExecutorService threads = Executors.newFixedThreadPool(world)) {
        List<Future<Seen>> running = new ArrayList<>();
        for (int r = 0; r < world; r++) {
          RowShare share = told.of(r);
          running.add(threads.submit(() -> see(source, options, hidden, share)));
        }
        for (int r = 0; r < world; r++) {
          Seen rank = running.get(r).get();
          assertThat(rank.cursors).isEqualTo(whole.cursors);
          for (int i = 0; i < whole.batches.size(); i++) {
            assertRows(whole.batches.get(i), rank.batches.get(i), r);
          }
        }
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

  /** Of N ranks none reads what the others read, but where a cut goes through a shard. */
  @Test
  void aRankReadsItsOwnShardsOnly() throws Exception {
    try (SampleSource source = tars()) {
      PipelineOptions options = options(4, 1).withWorkers(1);
      BarrierRanks told = new BarrierRanks(2);
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        RowShare second = told.of(1);
        Future<Seen> other = threads.submit(() -> see(source, options, false, second));
        Set<Integer> both = new HashSet<>(see(source, options, false, told.of(0)).opened);
        both.retainAll(other.get().opened);
        assertThat(both).hasSizeLessThanOrEqualTo(3);
      }
    }
  }

  @Test
  void distinctBatchesShareNoCaptionAndLoseNoSample() throws IOException {
    try (SampleSource source = tars(i -> "Name " + i % 23);
        TrainFeed feed =
            open(source, options(16, 1).withRules(1, true).withWindow(LANES, 40), null)) {
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        TrainBatch batch = feed.next();
        assertThat(new HashSet<>(batch.captions())).hasSize(16);
        keys.addAll(batch.keys());
      }
      Map<String, Integer> counts = counts(keys); // 960 of 137 samples: seven times
      assertThat(counts).hasSize(SAMPLES);
      assertThat(counts.values()).allMatch(n -> n >= 4 && n <= 8);
    }
  }

  @Test
  void impossibleDistinctnessIsSaid() throws IOException {
    try (SampleSource source = tars(i -> "same");
        TrainFeed feed =
            open(source, options(8, 1).withRules(1, true).withWindow(LANES, 40), null)) {
      assertThatThrownBy(feed::next)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("data.distinct");
    }
  }

  @Test
  void groupsAreNeighboursOfOneShard() throws IOException {
    try (SampleSource source = tars();
        TrainFeed feed = open(source, options(12, 3).withWindow(LANES, 40), null)) {
      for (int i = 0; i < 12; i++) {
        List<String> keys = feed.next().keys();
        for (int k = 0; k < 12; k += 3) {
          assertThat(number(keys.get(k + 1))).isEqualTo(number(keys.get(k)) + 1);
          assertThat(number(keys.get(k + 2))).isEqualTo(number(keys.get(k)) + 2);
        }
      }
    }
  }

  private static int number(String key) {
    return Integer.parseInt(key.substring(key.lastIndexOf('k') + 1));
  }

  /**
   * Sizes that nobody knows: whole shards are dealt, and all samples are in 24 x 4 / 4 dealings.
   */
  @Test
  void unknownSizesNeedNoCount() throws IOException {
    try (SampleSource tars = tars()) {
      WatchedSource source = new WatchedSource(tars, true);
      try (TrainFeed feed = open(source, options(4, 1), null)) {
        assertThat(feed.samplesPerEpoch()).isEqualTo(-1);
        Map<String, Integer> counts = counts(keys(feed, 300)); // lanes of 24 shards: 6 an epoch
        assertThat(counts).hasSize(SAMPLES);
        // eight and a half epochs in the mean; a lane with small shards is ahead of the others
        assertThat(counts.values()).allMatch(n -> n >= 5 && n <= 14);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sharesHoldExactlyAndEverySourceHasItsOwnEpochs(boolean hidden) throws IOException {
    try (SampleSource tars = tars();
        SampleSource few = Tars.write(temp.resolve("few"), i -> "few " + i, 4, 3, 5, 2, 6, 1)) {
      List<WeightedSource> sources =
          List.of(
              new WeightedSource(new WatchedSource(tars, hidden), 1, 0.7),
              new WeightedSource(new WatchedSource(few, hidden), 1, 0.3));
      PipelineOptions options = options(8, 1);
      try (TrainFeed feed = open(sources, options, null, RowShare.WHOLE)) {
        List<String> keys = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
          keys.addAll(feed.next().keys());
          long first = keys.stream().filter(key -> key.startsWith("0:")).count();
          assertThat((double) first).isBetween(0.7 * 8 * i - 2 * LANES, 0.7 * 8 * i + 2 * LANES);
        }
        Map<String, Integer> counts = counts(keys);
        assertThat(counts).hasSize(SAMPLES + 21);
        if (!hidden) {
          // 240 of 21 samples, eleven epochs and 9 more; 560 of 137, four and 12 more
          counts.forEach((key, n) ->
              assertThat(n)
                  .isBetween(key.startsWith("1:") ? 11 : 4, key.startsWith("1:") ? 12 : 5));
        }
      }
    }
  }

  /** Of 137 x 0.5 + 21 x 2 = 110 or 111 samples an epoch 42 are of the second source. */
  @Test
  void weightsAreSharesBySize() throws IOException {
    try (SampleSource tars = tars();
        SampleSource few = Tars.write(temp.resolve("few"), i -> "few " + i, 4, 3, 5, 2, 6, 1)) {
      List<WeightedSource> sources =
          List.of(new WeightedSource(tars, 0.5), new WeightedSource(few, 2));
      try (TrainFeed feed = open(sources, options(4, 1), null, RowShare.WHOLE)) {
        assertThat(feed.samplesPerEpoch()).isEqualTo(111);
        Map<String, Integer> counts = counts(keys(feed, 111)); // four epochs
        counts.forEach((key, n) ->
            assertThat(n)
                .as(key)
                .isBetween(key.startsWith("1:") ? 7 : 1, key.startsWith("1:") ? 9 : 3));
        int first = 0;
        for (Map.Entry<String, Integer> count : counts.entrySet()) {
          first += count.getKey().startsWith("0:") ? count.getValue() : 0;
        }
        assertThat(first).isBetween(4 * 69 - LANES, 4 * 69 + LANES);
      }
    }
  }

  @Test
  void oneWeightWithOneSourceChangesNothing() throws IOException {
    try (SampleSource source = tars();
        TrainFeed plain = open(source, options(4, 1), null);
        TrainFeed twice =
            open(List.of(new WeightedSource(source, 2)), options(4, 1), null, RowShare.WHOLE)) {
      assertThat(keys(twice, 70)).isEqualTo(keys(plain, 70));
      assertThat(twice.samplesPerEpoch()).isEqualTo(2L * SAMPLES);
    }
  }

  @Test
  void aShardOutOfReachEndsTheRunByName() throws IOException {
    try (SampleSource tars = tars()) {
      WatchedSource source = new WatchedSource(tars, false, 10);
      try (TrainFeed feed = open(source, options(4, 1), null)) {
        assertThatThrownBy(() -> keys(feed, 40))
            .isInstanceOf(DataStopped.class)
            .hasMessage(
                "shard s10.tar: no answer (3 tries) (data.unreachable: skip goes on without it)");
        JsonNode cursor = feed.cursor();
        try (TrainFeed whole = open(tars, options(4, 1), null);
            TrainFeed resumed = open(tars, options(4, 1), cursor)) {
          // the feed stands where it stood before the batch that failed
          List<String> all = keys(whole, 40);
          List<String> rest = keys(resumed, 5);
          int at = java.util.Collections.indexOfSubList(all, rest);
          assertThat(at).isNotNegative().matches(n -> n % 4 == 0);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void orTheRunGoesOnWithoutItAndAsksNoMore(boolean hidden) throws IOException {
    try (SampleSource tars = tars()) {
      WatchedSource source = new WatchedSource(tars, hidden, 10);
      PipelineOptions options = options(4, 1).withFailures(new FailureRules(5, 0.01, true));
      try (TrainFeed feed = open(source, options, null)) {
        Map<String, Integer> counts = counts(keys(feed, 120));
        assertThat(counts).hasSize(SAMPLES - SIZES[10]);
        assertThat(feed.skipped().counts()).containsExactly(Map.entry("unreachable shard", 1));
        assertThat(source.asked.get(10)).hasValueLessThanOrEqualTo(2); // two workers at once
      }
    }
  }

  @Test
  void manyInARowEndTheRun() {
    Set<Integer> broken = new HashSet<>(IntStream.range(0, 300).boxed().toList());
    SampleSource source = new MadeSource(300, i -> List.of("c " + i), broken);
    PipelineOptions options = options(4, 1).withFailures(new FailureRules(50, 0.5, false));
    try (TrainFeed feed = open(source, options, null)) {
      assertThatThrownBy(feed::next)
          .isInstanceOf(DataStopped.class)
          .hasMessageStartingWith(
              "50 samples in a row cannot be used (data.failures.in_a_row), the last: ");
    }
  }

  @Test
  void aShareOfFailuresEndsTheRun() {
    Set<Integer> broken = new HashSet<>();
    for (int i = 0; i < 400; i += 20) {
      broken.add(i);
    }
    SampleSource source = new MadeSource(400, i -> List.of("c " + i), broken);
    PipelineOptions options = options(4, 1).withFailures(new FailureRules(50, 0.04, false));
    try (TrainFeed feed = open(source, options, null)) {
      assertThatThrownBy(() -> keys(feed, 1000))
          .isInstanceOf(DataStopped.class)
          .hasMessageContaining("samples cannot be used, more than data.failures.share 0.04");
    }
    try (TrainFeed feed =
        open(source, options.withFailures(new FailureRules(50, 0.06, false)), null)) {
      assertThat(keys(feed, 500)).hasSize(2000);
      assertThat(feed.skipped().total()).isEqualTo(20);
    }
  }

  /** One rank's disk fails: both stop before the same batch. */
  @Test
  void allRanksStopTogether() throws Exception {
    try (SampleSource tars = tars()) {
      BarrierRanks told = new BarrierRanks(2);
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        List<Future<String>> running = new ArrayList<>();
        for (int r = 0; r < 2; r++) {
          SampleSource source = r == 0 ? tars : new WatchedSource(tars, false, 3);
          RowShare share = told.of(r);
          running.add(threads.submit(() -> untilStopped(source, share)));
        }
        String first = running.get(0).get();
        String second = running.get(1).get();
        assertThat(first.split(" ", 2)[0]).isEqualTo(second.split(" ", 2)[0]);
        assertThat(second).contains("shard s3.tar");
        assertThat(first).endsWith(" " + DataStopped.ELSEWHERE);
      }
    }
  }

  private static String untilStopped(SampleSource source, RowShare share) {
    try (TrainFeed feed =
        open(List.of(new WeightedSource(source, 1)), options(8, 1), null, share)) {
      for (int i = 0; i < 100; i++) {
        try {
          feed.next();
        } catch (DataStopped e) {
          return i + " " + e.getMessage();
        }
      }
      return "never";
    }
  }

  @Test
  void lanesMustFit() throws IOException {
    assertThatThrownBy(() -> options(6, 1))
        .isInstanceOf(BadInput.class)
        .hasMessage("data.lanes must be a divisor of batch / data.group 6, got 4");
    try (SampleSource source = tars()) {
      RowShare third = new BarrierRanks(3).of(0);
      List<WeightedSource> sources = List.of(new WeightedSource(source, 1));
      assertThat(third.world()).isEqualTo(3);
      RowShare said =
          new RowShare() {
            @Override
            public int rank() {
              return 0;
            }

            @Override
            public int world() {
              return 3;
            }

            @Override
            public long[][] gather(long[] own) {
              return new long[][] {own, own, own};
            }
          };
      assertThatThrownBy(() -> open(sources, options(12, 1), null, said))
          .isInstanceOf(BadInput.class)
          .hasMessage("data.lanes must be a multiple of the 3 processes of the run, got 4");
    }
  }
}
