package dev.filip.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Tensors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that meet, sum, gather, wait for one another and lose one another. */
class RanksTest {
  @BeforeAll
  static void load() {
    Natives.load();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void gatherAndItsGradientAndSums(int world) {
    ThreadRanks.run(
        world,
        ranks -> {
          Communicator c = ranks.communicator();
          float r = c.rank();
          float[] all =
              Tensors.toFloats(c.gather(Tensors.fromFloats(new float[] {r, 10 + r}, 1, 2)));
          assertThat(all).hasSize(2 * world);
          for (int i = 0; i < world; i++) {
            assertThat(all[2 * i]).isEqualTo(i);
            assertThat(all[2 * i + 1]).isEqualTo(10 + i);
          }
          // rank r contributes r + 1 to every row: each gets 1 + ... + world
          float[] whole = new float[3 * world];
          java.util.Arrays.fill(whole, r + 1);
          Tensor own = c.scatterSum(Tensors.fromFloats(whole, world, 3));
          assertThat(Tensors.shape(own)).containsExactly(1, 3);
          float sum = world * (world + 1) / 2f;
          assertThat(Tensors.toFloats(own)).containsExactly(sum, sum, sum);
          Tensor x = Tensors.fromFloats(new float[] {r + 1, 2 * r}, 2);
          Tensor y = Tensors.fromFloats(new float[] {1}, 1);
          Communicator.Pending first = c.sum(x);
          Communicator.Pending second = c.sum(y);
          first.await();
          second.await();
          assertThat(Tensors.toFloats(x)).containsExactly(sum, 2 * sum - 2 * world);
          assertThat(Tensors.toFloats(y)).containsExactly(world);
          Tensor given = Tensors.fromFloats(new float[] {r + 5}, 1);
          c.takeFirst(given);
          assertThat(Tensors.toFloats(given)).containsExactly(5);
          assertThat(c.any(c.rank() == world - 1)).isTrue();
          assertThat(c.any(false)).isFalse();
          assertThat(c.gather(new double[] {r, 0.5})[world - 1]).containsExactly(world - 1, 0.5);
          return "";
        });
  }

  @Test
  void notesReachEveryRankWhateverTheyHold() {
    List<String[]> notes =
        ThreadRanks.run(2, ranks -> ranks.notes("n", "ö " + ranks.rank(), Duration.ofSeconds(5)));
    assertThat(notes.get(0)).containsExactly("ö 0", "ö 1");
    assertThat(notes.get(1)).containsExactly("ö 0", "ö 1");
  }

  @Test
  void theOthersWaitForTheFirstLongerThanTheTimeout() {
    long[] ended = new long[2];
    ThreadRanks.run(
        2,
        1,
        ranks -> {
          for (int turn = 0; turn < 2; turn++) {
            ranks.first(() -> sleep(1300));
          }
          ended[ranks.rank()] = System.nanoTime();
          return "";
        });
    assertThat(Math.abs(ended[0] - ended[1])).isLessThan(Duration.ofMillis(500).toNanos());
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRankThatFailsTellsTheOthersWhy() {
    assertThatThrownBy(() ->
            ThreadRanks.run(
                2,
                ranks -> {
                  if (ranks.rank() == 1) {
                    ranks.fail("cannot read shard 7");
                    return ""; // closes its connections
                  }
                  try {
                    return ranks.communicator().any(true) ? "any" : "none";
                  } catch (LostPeer e) {
                    throw ranks.explained(e);
                  }
                }))
        .isInstanceOf(LostPeer.class)
        .hasMessage("another rank is lost: rank 1 failed: cannot read shard 7");
  }

  @Test
  void aWaitForTheFirstEndsWhenItFails() {
    assertThatThrownBy(() ->
            ThreadRanks.run(
                2,
                ranks -> {
                  if (ranks.isFirst()) {
                    ranks.fail("disk full");
                  } else {
                    ranks.first(() -> {});
                  }
                  return "";
                }))
        .hasMessage("another rank is lost: rank 0 failed: disk full");
  }

  @Test
  void nobodyAnswers() {
    int port = ThreadRanks.freePort();
    RankEnvironment second = RankEnvironment.local(1, 2, port);
    long start = System.nanoTime();
    assertThatThrownBy(() -> Ranks.join(second, 2))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            "nobody answers at MASTER_ADDR:MASTER_PORT 127.0.0.1:"
                + port
                + " within 2 s (distributed.timeout): rank 0 is not running there, or cannot be"
                + " reached");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
  }

  @Test
  void aRankDoesNotCome() {
    RankEnvironment first = RankEnvironment.local(0, 3, ThreadRanks.freePort());
    assertThatThrownBy(() -> Ranks.join(first, 1))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith(
            "ranks 1, 2 of 3 did not come to MASTER_ADDR:MASTER_PORT 127.0.0.1:");
  }

  @Test
  void thePortIsInUse() throws Exception {
    try (var taken = new java.net.ServerSocket(0)) {
      RankEnvironment first = RankEnvironment.local(0, 2, taken.getLocalPort());
      assertThatThrownBy(() -> Ranks.join(first, 1))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("the port is in use on this machine");
    }
  }

  @Test
  void worldsThatDiffer() {
    int port = ThreadRanks.freePort();
    var first =
        CompletableFuture.runAsync(() ->
            assertThatThrownBy(() -> Ranks.join(RankEnvironment.local(0, 2, port), 2))
                .isInstanceOf(BadInput.class));
    assertThatThrownBy(() -> Ranks.join(RankEnvironment.local(2, 3, port), 2))
        .isInstanceOf(BadInput.class)
        .hasMessage("WORLD_SIZE must be the same on all ranks: rank 0 has 2, rank 2 has 3");
    first.join();
  }
}
