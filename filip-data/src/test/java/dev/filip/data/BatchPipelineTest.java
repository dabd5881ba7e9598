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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class BatchPipelineTest {
  /** Samples made on the fly; some can be broken. */
  private record Made(int size, IntFunction<List<String>> texts, Set<Integer> broken)
      implements SampleSource {
    static Made of(int size) {
      return new Made(size, i -> List.of("a " + i, "b " + i, "c " + i), Set.of());
    }

    @Override
    public String describe() {
      return "made";
    }

    @Override
    public Sample read(int index) {
      byte[] image = broken.contains(index) ? new byte[] {1, 2, 3} : png(index);
      return new Sample("s" + index, image, texts.apply(index), -1, null);
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
}
