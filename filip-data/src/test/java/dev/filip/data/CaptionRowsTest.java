package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.AugmentConfig;
import dev.filip.image.Augmentation;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import dev.filip.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samples that fill several rows, one for each of some captions. */
class CaptionRowsTest {
  private static TokenBatch tokens(List<String> captions) {
    int[] ids = captions.stream().mapToInt(String::hashCode).toArray();
    int[] length = new int[ids.length];
    Arrays.fill(length, 1);
    return new TokenBatch(ids.length, 1, ids, length);
  }

  private static PipelineOptions options(int batch, int captions) {
    Augmentation augmentation =
        new Augmentation(
            new AugmentConfig(
                new AugmentConfig.Crop(0.4, 1), true, AugmentConfig.Policy.NONE, 0.5));
    return PipelineOptions.of(batch, 7, 2, Preprocess.plain(8), augmentation)
        .withCaptions(captions);
  }

  private static TrainFeed open(
      SampleSource source, PipelineOptions options, @Nullable JsonNode start, RowShare share) {
    return new TrainFeed(
        List.of(new WeightedSource(source, 1)), options, CaptionRowsTest::tokens, start, share);
  }

  private static List<TrainBatch> batches(
      SampleSource source, PipelineOptions options, int count, RowShare share) {
    try (TrainFeed feed = open(source, options, null, share)) {
      return IntStream.range(0, count).mapToObj(_ -> feed.next()).toList();
    }
  }

  private static float[] image(TrainBatch batch, int row) {
    int each = batch.pixels().each();
    return Arrays.copyOfRange(batch.pixels().toFloats(), row * each, (row + 1) * each);
  }

  /** Rows of a sample lie side by side, have one image and its captions, each once. */
  @ParameterizedTest
  @CsvSource({"6, 2, 1", "12, 3, 2", "9, 3, 1"})
  void aSampleFillsItsRows(int batch, int captions, int group) {
    PipelineOptions options = options(batch, captions).withRules(group, false);
    Set<String> orders = new HashSet<>();
    for (TrainBatch given : batches(MadeSource.of(24), options, 9, RowShare.WHOLE)) {
      assertThat(given.size()).isEqualTo(batch);
      for (int row = 0; row < batch; row += captions) {
        List<String> texts = given.captions().subList(row, row + captions);
        String number = given.keys().get(row).substring("0:s".length());
        assertThat(texts).doesNotHaveDuplicates().allMatch(text -> text.endsWith(" " + number));
        assertThat(new HashSet<>(given.keys().subList(row, row + captions))).hasSize(1);
        assertThat(given.pixels().repeats(row)).isFalse();
        for (int r = row + 1; r < row + captions; r++) {
          assertThat(given.pixels().repeats(r)).isTrue();
          assertThat(image(given, r)).isEqualTo(image(given, row));
        }
        orders.add(String.join("", texts).replaceAll("[ 0-9]", ""));
      }
    }
    assertThat(orders).hasSizeGreaterThan(captions); // drawn, not in one order
  }

  /** An epoch holds each sample once, whatever the rows. */
  @Test
  void anEpochIsOfSamples() {
    PipelineOptions options = options(12, 3);
    List<TrainBatch> epoch = batches(MadeSource.of(24), options, 6, RowShare.WHOLE);
    List<String> keys = new ArrayList<>();
    epoch.forEach(batch -> keys.addAll(batch.keys()));
    assertThat(keys).hasSize(72);
    assertThat(new HashSet<>(keys)).hasSize(24);
    try (TrainFeed feed = open(MadeSource.of(24), options, null, RowShare.WHOLE)) {
      assertThat(feed.samplesPerEpoch()).isEqualTo(24);
    }
  }

  /** Samples come in the order that they come in with a row each. */
  @Test
  void theOrderOfSamplesIsThatOfOneRowEach() {
    List<String> one = new ArrayList<>();
    List<String> three = new ArrayList<>();
    batches(MadeSource.of(20), options(4, 1), 10, RowShare.WHOLE)
        .forEach(b -> one.addAll(b.keys()));
    for (TrainBatch batch : batches(MadeSource.of(20), options(12, 3), 10, RowShare.WHOLE)) {
      for (int row = 0; row < 12; row += 3) {
        three.add(batch.keys().get(row));
      }
    }
    assertThat(three).isEqualTo(one);
  }

  @Test
  void fewerCaptionsGiveSomeTwice() {
    SampleSource source =
        new MadeSource(
            10, i -> i % 2 == 0 ? List.of("only " + i) : List.of("x " + i, "y " + i), Set.of());
    for (TrainBatch batch : batches(source, options(9, 3), 8, RowShare.WHOLE)) {
      for (int row = 0; row < 9; row += 3) {
        List<String> texts = batch.captions().subList(row, row + 3);
        int number = Integer.parseInt(batch.keys().get(row).substring("0:s".length()));
        assertThat(new HashSet<>(texts)).hasSize(number % 2 == 0 ? 1 : 2);
        assertThat(texts.get(2)).isEqualTo(texts.get(0));
      }
    }
  }

  /** No two samples of a batch share a caption: nor does one sample meet itself. */
  @Test
  void distinctKeepsAnImageFromMeetingItself() {
    SampleSource source = MadeSource.of(7);
    Set<Integer> met = new HashSet<>();
    for (boolean distinct : new boolean[] {false, true}) {
      for (TrainBatch batch :
          batches(source, options(5, 1).withRules(1, distinct), 40, RowShare.WHOLE)) {
        int same = 5 - new HashSet<>(batch.keys()).size();
        if (distinct) {
          assertThat(same).isZero();
        } else {
          met.add(same);
        }
      }
    }
    assertThat(met).contains(1); // where an epoch ends inside a batch, another caption drawn
    PipelineOptions two = options(10, 2).withRules(1, true);
    for (TrainBatch batch : batches(source, two, 40, RowShare.WHOLE)) {
      assertThat(new HashSet<>(batch.keys())).hasSize(5);
    }
  }

  @Test
  void resumingContinuesBitEqual() {
    SampleSource source = new MadeSource(30, i -> List.of("n " + i % 9, "x " + i), Set.of(3));
    PipelineOptions options = options(8, 2).withRules(1, true);
    List<TrainBatch> whole = new ArrayList<>();
    List<JsonNode> cursors = new ArrayList<>();
    try (TrainFeed feed = open(source, options, null, RowShare.WHOLE)) {
      for (int i = 0; i < 12; i++) {
        whole.add(feed.next());
        cursors.add(feed.cursor());
      }
    }
    try (TrainFeed feed = open(source, options.withWorkers(1), cursors.get(4), RowShare.WHOLE)) {
      for (int i = 5; i < 12; i++) {
        same(feed.next(), whole.get(i), 0);
      }
    }
  }

  /** Rows {@code first} on of the whole. */
  private static void same(TrainBatch part, TrainBatch whole, int first) {
    int rows = part.size();
    assertThat(part.keys()).isEqualTo(whole.keys().subList(first, first + rows));
    assertThat(part.captions()).isEqualTo(whole.captions().subList(first, first + rows));
    for (int row = 0; row < rows; row++) {
      assertThat(image(part, row)).isEqualTo(image(whole, first + row));
    }
  }

  /** In one window and over lanes; a rank's first row may be a sample's second. */
  @ParameterizedTest
  @CsvSource({
    "2, 12, 3, 1, false, 1000",
    "2, 6, 2, 1, true, 1000",
    "3, 6, 2, 3, false, 1000",
    "3, 9, 3, 1, true, 1000",
    "2, 12, 3, 1, true, 10",
    "2, 8, 2, 2, false, 10"
  })
  void ranksSeeTheirRows(
      int world, int batch, int captions, int group, boolean distinct, int window)
      throws Exception {
    SampleSource source =
        new MadeSource(47, i -> List.of("n " + i % 19, "x " + i, "y " + i), Set.of(3, 17));
    PipelineOptions options = options(batch, captions).withRules(group, distinct);
    if (window < 47) {
      options = options.withWindow(2, window);
    }
    PipelineOptions same = options;
    List<TrainBatch> whole = batches(source, options, 12, RowShare.WHOLE);
    BarrierRanks told = new BarrierRanks(world);
    try (ExecutorService threads = Executors.newFixedThreadPool(world)) {
      List<Future<List<TrainBatch>>> running = new ArrayList<>();
      for (int r = 0; r < world; r++) {
        RowShare share = told.of(r);
        running.add(threads.submit(() -> batches(source, same, 12, share)));
      }
      for (int r = 0; r < world; r++) {
        List<TrainBatch> mine = running.get(r).get();
        for (int i = 0; i < 12; i++) {
          same(mine.get(i), whole.get(i), r * batch / world);
        }
      }
    }
  }

  @Test
  void aBatchThatHoldsNoWholeNumberOfSamplesIsRefused() {
    assertThatThrownBy(() -> options(8, 3))
        .isInstanceOf(BadInput.class)
        .hasMessage("batch must be a multiple of data.group x data.captions_per_image 3, got 8");
    assertThatThrownBy(() -> options(8, 0))
        .isInstanceOf(BadInput.class)
        .hasMessage("data.captions_per_image must be >= 1, got 0");
    assertThatThrownBy(() -> options(12, 3).withWindow(3, 9))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            "data.lanes must be a divisor of batch / data.group / data.captions_per_image 4, got 3");
  }
}
