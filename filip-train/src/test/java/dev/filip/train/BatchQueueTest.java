package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.BatchFeed;
import dev.filip.data.DataStopped;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.io.Json;
import dev.filip.tensor.Census;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One batch ahead, on its way to a device: what is given, where the cursor stands, what is left.
 */
class BatchQueueTest {
  private static final int SIDE = 4;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  /** Bytes in so many rows each. */
  private record Bytes(byte[][] images, int rows) implements Pixels, Pixels.Bytes {
    @Override
    public int size() {
      return images.length * rows;
    }

    @Override
    public int each() {
      return 3 * SIDE * SIDE;
    }

    @Override
    public boolean repeats(int i) {
      return i % rows != 0;
    }

    @Override
    public Optional<Pixels.Bytes> bytes() {
      return Optional.of(this);
    }

    @Override
    public float[] table() {
      float[] table = new float[768];
      for (int i = 0; i < 768; i++) {
        table[i] = 0.01f * (i % 256) - 0.3f * (i >> 8);
      }
      return table;
    }

    /** Both forms by the same name: floats of three planes, or bytes as they are. */
    @Override
    public void write(int from, int count, MemorySegment to) {
      int each = each();
      boolean floats = to.byteSize() == 4L * count * each;
      for (int i = 0; i < count; i++) {
        byte[] image = images[(from + i) / rows];
        for (int k = 0; k < each; k++) {
          if (floats) {
            int v = image[k % (SIDE * SIDE) * 3 + k / (SIDE * SIDE)] & 0xFF;
            to.setAtIndex(
                ValueLayout.JAVA_FLOAT_UNALIGNED,
                (long) i * each + k,
                table()[k / (SIDE * SIDE) * 256 + v]);
          } else {
            to.set(ValueLayout.JAVA_BYTE, (long) i * each + k, image[k]);
          }
        }
      }
    }
  }

  /** Batch i is drawn from seed i; the third cannot be had where it is said so. */
  private static final class Feed implements BatchFeed {
    private final int rows;
    private final int fails;
    private int given;

    Feed(int rows, int fails) {
      this.rows = rows;
      this.fails = fails;
    }

    @Override
    public TrainBatch next() {
      if (given + 1 == fails) {
        throw new DataStopped("shard 7 is gone");
      }
      given++;
      byte[][] images = new byte[5][3 * SIDE * SIDE];
      for (byte[] image : images) {
        new Random(given).nextBytes(image);
        image[0] += (byte) given;
      }
      int n = images.length * rows;
      return TrainBatch.of(new Bytes(images, rows), new TokenBatch(n, 1, new int[n], ones(n)));
    }

    private static int[] ones(int n) {
      int[] ones = new int[n];
      java.util.Arrays.fill(ones, 1);
      return ones;
    }

    @Override
    public JsonNode cursor() {
      return Json.object().put("given", given);
    }

    @Override
    public String leftOut() {
      return "";
    }

    @Override
    public void close() {}
  }

  /** Any part of a batch, whether it begins with an image's first row or not. */
  @Test
  void anyPartIsWhatTheImagesSayOfIt() throws IOException {
    for (int rows : new int[] {1, 3}) {
      try (BatchQueue queue = BatchQueue.ahead(new Feed(rows, 0), Compute.FP32, SIDE)) {
        for (int step = 0; step < 3; step++) {
          TrainBatch batch = queue.take();
          queue.fetch();
          DevicePixels there = (DevicePixels) batch.pixels();
          for (int row = 0; row < batch.size(); row += 2) {
            int most = (batch.size() - 1) / rows - row / rows + 1;
            for (int count = 1; count <= most; count++) {
              try (var _ = new StepScope()) {
                float[] found = Tensors.toFloats(there.images(row, count));
                for (int i = 0; i < count; i++) {
                  float[] one = new float[there.each()];
                  there.write(row / rows * rows + i * rows, 1, MemorySegment.ofArray(one));
                  assertThat(
                          java.util.Arrays.copyOfRange(found, i * one.length, (i + 1) * one.length))
                      .as("rows %d row %d image %d", rows, row, i)
                      .isEqualTo(one);
                }
              }
            }
          }
        }
      }
    }
  }

  @Test
  void theCursorStandsBehindTheLastBatchTaken() throws IOException {
    try (BatchQueue queue = BatchQueue.ahead(new Feed(1, 0), Compute.FP32, SIDE)) {
      assertThat(queue.cursor().path("given").asInt()).isZero();
      for (int step = 1; step <= 3; step++) {
        queue.take();
        queue.fetch();
        queue.fetch(); // one waits already
        assertThat(queue.cursor().path("given").asInt()).isEqualTo(step);
      }
    }
    try (BatchQueue plain = BatchQueue.plain(new Feed(1, 0))) {
      plain.take();
      plain.fetch();
      assertThat(plain.cursor().path("given").asInt()).isEqualTo(1);
    }
  }

  @Test
  void dataThatFailsIsSaidWhenItsStepBegins() throws IOException {
    try (BatchQueue queue = BatchQueue.ahead(new Feed(1, 3), Compute.FP32, SIDE)) {
      queue.take();
      queue.fetch();
      queue.take();
      queue.fetch();
      assertThat(queue.cursor().path("given").asInt()).isEqualTo(2);
      assertThatThrownBy(queue::take).isInstanceOf(DataStopped.class);
      assertThat(queue.cursor().path("given").asInt()).isEqualTo(2);
    }
  }

  @Test
  void batchesLeaveNothingBehind(@TempDir Path temp) throws Exception {
    assertThat(Census.left(Batches.class, temp))
        .hasSize(1)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
  }

  private static final class Batches implements Census.Scenarios {
    @Override
    public Map<String, Census.Work> in(Path folder) {
      return Map.of(
          "batches",
          () -> {
            try (BatchQueue queue = BatchQueue.ahead(new Feed(2, 0), Compute.FP32, SIDE)) {
              for (int step = 0; step < 5; step++) {
                TrainBatch batch = queue.take();
                queue.fetch();
                try (var _ = new StepScope()) {
                  ((DevicePixels) batch.pixels()).images(1, 3);
                }
              }
            }
          });
    }
  }
}
