package dev.filip.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NCCL's way, over one that is played in memory, against Gloo's; and how it ends. */
class NcclCollectivesTest {
  private static final String LOST = "another rank is lost: ";

  private final PlayedNccl nccl = new PlayedNccl();

  @BeforeAll
  static void load() {
    Natives.load();
  }

  private <T> List<T> run(int world, int timeoutSeconds, ThreadRanks.Body<T> body) {
    return ThreadRanks.runOverNccl(world, timeoutSeconds, nccl, body);
  }

  /** Two summands have one sum; of three, whole numbers do in every type. */
  private static Tensor values(int seed, int world, ScalarType type, int rows, int width) {
    Random random = new Random(seed);
    int made = Math.max(1, rows);
    float[] values = new float[made * Math.max(1, width)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          world > 2 || type == ScalarType.Long ? random.nextInt(9) - 4 : random.nextFloat() - 0.5f;
    }
    Tensor whole = Tensors.fromFloats(values, made, Math.max(1, width)).to(type);
    return whole.narrow(0, 0, rows).narrow(1, 0, width);
  }

  /** All results of all operations as bits; fp16 and bf16 are held in fp32 without loss. */
  private static List<String> results(Ranks ranks, ScalarType type) {
    Communicator c = ranks.communicator();
    List<String> all = new ArrayList<>();
    for (int rows : new int[] {0, 1, 7}) {
      for (int width : new int[] {1, 3, 129}) {
        int seed = 100 * c.rank() + rows + width;
        all.add(bits(c.gather(values(seed, c.world(), type, rows, width))));
        // columns of another are no contiguous tensor
        Tensor turned = values(seed, c.world(), type, width, rows * c.world()).t();
        all.add(bits(c.scatterSum(turned)));
        Tensor one = values(seed + 1, c.world(), type, rows, width);
        Tensor two = values(seed + 2, c.world(), type, width, 1);
        Communicator.Pending first = c.sum(one);
        Communicator.Pending second = c.sum(two);
        first.await();
        second.await();
        all.add(bits(one));
        all.add(bits(two));
        Tensor given = values(seed + 3, c.world(), type, rows, width);
        c.takeFirst(given);
        all.add(bits(given));
      }
    }
    return all;
  }

  private static String bits(Tensor t) {
    StringBuilder text = new StringBuilder(Arrays.toString(Tensors.shape(t)));
    if (t.numel() == 0) {
      return text.toString();
    }
    for (double value : Tensors.toDoubles(t.to(ScalarType.Double))) {
      text.append(' ').append(Long.toHexString(Double.doubleToRawLongBits(value)));
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({"2, Float", "3, Float", "2, Double", "2, BFloat16", "3, Half", "2, Half", "3, Long"})
  void everyOperationHasGloosBits(int world, ScalarType type) {
    List<List<String>> gloo = ThreadRanks.run(world, ranks -> results(ranks, type));
    List<List<String>> found = run(world, 60, ranks -> results(ranks, type));
    for (int r = 0; r < world; r++) {
      assertThat(found.get(r)).as("rank " + r).isEqualTo(gloo.get(r));
    }
    for (String call :
        List.of("ncclAllGather", "ncclReduceScatter", "ncclAllReduce", "ncclBroadcast")) {
      assertThat(nccl.calls).contains(call + "@0", call + "@" + (world - 1));
    }
    assertThat(nccl.calls).contains("ncclCommDestroy@0", "ncclCommDestroy@1");
    assertThat(nccl.calls).doesNotContain("ncclCommAbort@0", "ncclCommAbort@1");
  }

  @Test
  void notesAndNumbersGoTheSameWay() {
    run(
        2,
        60,
        ranks -> {
          Communicator c = ranks.communicator();
          assertThat(c.prepare(ComputeDevice.CPU))
              .isEqualTo("ranks: NCCL 2.32.3 between GPUs; unproven on several GPUs (docs/GPU.md)");
          assertThat(c.gather(new double[] {c.rank(), 0.5})[1]).containsExactly(1, 0.5);
          assertThat(c.any(c.rank() == 1)).isTrue();
          return "";
        });
    assertThat(nccl.calls).contains("ncclAllGather@0", "ncclAllGather@1");
  }

  @Test
  void tensorsInMemoryNeedNoNccl() {
    var none =
        new ProcessGroups.OverNccl(
            () -> {
              throw new AssertionError("NCCL was looked for");
            },
            false);
    List<String> said =
        ThreadRanks.run(
            2,
            60,
            rank -> none,
            ranks -> {
              assertThat(ranks.communicator().any(true)).isTrue();
              return ranks.communicator().prepare(ComputeDevice.CPU);
            });
    assertThat(said).containsExactly("", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ncclAllGather", "ncclReduceScatter", "ncclAllReduce", "ncclBroadcast"})
  void aCallThatFailsNamesRankAndCall(String call) {
    nccl.refuse(call, 1, PlayedNccl.INVALID_USAGE);
    assertThatThrownBy(() ->
            run(
                2,
                60,
                ranks -> {
                  try {
                    return results(ranks, ScalarType.Float);
                  } catch (LostPeer e) {
                    return List.of(
                        String.valueOf(ranks.explained(e).getMessage())); // rank 0 hears of it
                  } catch (RuntimeException e) {
                    ranks.fail(String.valueOf(e.getMessage()));
                    throw e;
                  }
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("rank 1: " + call + " fails: invalid usage: played\\nerror while ");
    assertThat(nccl.calls).contains("ncclCommAbort@1");
  }

  /** The one that waits learns it from the store, long before its time is over. */
  @Test
  void aRankThatFailsFreesThoseThatWaitForIt() {
    List<String> said =
        run(
            2,
            60,
            ranks -> {
              ranks.communicator().prepare(ComputeDevice.CPU);
              if (ranks.rank() == 1) {
                ranks.fail("cannot read shard 7");
                return "";
              }
              return lost(() -> ranks.communicator().any(true));
            });
    assertThat(said.getFirst()).isEqualTo(LOST + "rank 1 failed: cannot read shard 7");
    assertThat(nccl.calls).contains("ncclCommAbort@0");
  }

  private static String lost(Runnable waiting) {
    long start = System.nanoTime();
    try {
      waiting.run();
    } catch (LostPeer e) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("nobody was missed");
  }

  @Test
  void aRankThatHangsIsGivenUp() {
    List<String> said =
        run(
            2,
            1,
            ranks -> {
              Communicator c = ranks.communicator();
              c.prepare(ComputeDevice.CPU);
              if (ranks.rank() == 1) {
                await(() -> nccl.calls.contains("ncclCommAbort@0"));
                return "";
              }
              Tensor x = Tensors.fromFloats(new float[] {1}, 1);
              String first = lost(() -> c.sum(x).await());
              assertThat(lost(() -> c.any(true))).isEqualTo(first); // dead for good
              return first;
            });
    assertThat(said.getFirst())
        .isEqualTo(LOST + "no answer within 1 s (distributed.timeout) while summing gradients");
  }

  @ParameterizedTest
  @ValueSource(ints = {PlayedNccl.REMOTE_ERROR, PlayedNccl.INVALID_USAGE})
  void anErrorInTheBackgroundEndsTheStep(int code) {
    List<String> said =
        run(
            2,
            60,
            ranks -> {
              Communicator c = ranks.communicator();
              c.prepare(ComputeDevice.CPU);
              if (ranks.rank() == 1) {
                await(() -> nccl.waits(0));
                nccl.goesWrong(0, code);
                await(() -> nccl.calls.contains("ncclCommAbort@0"));
                return "";
              }
              try {
                c.takeFirst(Tensors.fromFloats(new float[] {1}, 1));
                return "";
              } catch (LostPeer | IllegalStateException e) {
                return String.valueOf(e.getMessage());
              }
            });
    String remote = "remote process exited or there was a network error";
    boolean peer = code == PlayedNccl.REMOTE_ERROR;
    assertThat(said.getFirst())
        .isEqualTo(
            (peer ? LOST : "")
                + "rank 0: NCCL in the background fails: "
                + (peer ? remote : "invalid usage")
                + ": played\\nerror while sharing weights");
  }

  /** Idle ranks are watched, too. */
  @Test
  void whatGoesWrongBetweenStepsIsSaidByTheNext() {
    run(
        2,
        60,
        ranks -> {
          Communicator c = ranks.communicator();
          c.prepare(ComputeDevice.CPU);
          if (ranks.rank() == 1) {
            await(() -> nccl.calls.contains("ncclCommAbort@0"));
            return "";
          }
          nccl.goesWrong(0, PlayedNccl.REMOTE_ERROR);
          await(() -> nccl.calls.contains("ncclCommAbort@0"));
          assertThat(lost(() -> c.any(true))).contains("rank 0: NCCL in the background fails");
          assertThat(nccl.calls).doesNotContain("ncclAllGather@0");
          return "";
        });
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(5);
    }
  }

  @Test
  void aRankThatDoesNotMeetIsMissed() {
    assertThatThrownBy(() ->
            run(
                2,
                1,
                ranks -> {
                  if (ranks.isFirst()) {
                    ranks.communicator().prepare(ComputeDevice.CPU);
                  }
                  return "";
                }))
        .isInstanceOf(LostPeer.class)
        .hasMessage(LOST + "no answer within 1 s (distributed.timeout) while meeting over NCCL");
  }

  @Test
  void aMeetingThatNcclRefusesIsOneLine() {
    nccl.refuse("ncclCommInitRank", 0, PlayedNccl.INVALID_USAGE);
    assertThatThrownBy(() ->
            run(
                2,
                2,
                ranks -> {
                  if (ranks.isFirst()) {
                    ranks.communicator().prepare(ComputeDevice.CPU);
                  }
                  return "";
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "rank 0: ncclCommInitRank fails: invalid usage: played\\nerror while meeting over"
                + " NCCL");
  }

  @Test
  void ranksWithOtherVersionsDoNotMeet() {
    assertThatThrownBy(() ->
            ThreadRanks.run(
                2,
                2,
                rank ->
                    new ProcessGroups.OverNccl(
                        () -> new Nccl("played", new PlayedNccl(rank == 0 ? 22_706 : 23_203)),
                        true),
                ranks -> {
                  if (!ranks.isFirst()) {
                    return ranks.communicator().prepare(ComputeDevice.CPU);
                  }
                  return lost(() -> ranks.communicator().prepare(ComputeDevice.CPU));
                }))
        .isInstanceOf(BadInput.class)
        .hasMessage("NCCL must be the same on all ranks: rank 0 has 2.27.6, rank 1 has 2.32.3");
  }

  @Test
  void aLibraryThatIsMissingOrTooOldIsOneLine() {
    assertThatThrownBy(() -> Nccl.find(Map.of("FILIP_NCCL", "/nowhere/libnccl.so.2")))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            "several GPUs need NCCL, which cannot be loaded as /nowhere/libnccl.so.2: install NCCL"
                + " 2 for CUDA 13, or name its file by FILIP_NCCL");
    assertThatThrownBy(() -> new Nccl("old.so", new PlayedNccl().without("ncclCommAbort")))
        .isInstanceOf(BadInput.class)
        .hasMessage("old.so is no NCCL 2.4 or newer: it has no ncclCommAbort");
    PlayedNccl silent = new PlayedNccl().without("ncclGetLastError");
    silent.refuse("ncclGetUniqueId", 0, PlayedNccl.INVALID_USAGE);
    assertThatThrownBy(() -> new Nccl("2.12", silent).uniqueId())
        .hasMessage("ncclGetUniqueId fails: invalid usage");
  }

  /** Every type that is sent has NCCL's number; others are refused before they are. */
  @Test
  void types() {
    assertThat(Nccl.type(ScalarType.Float)).isEqualTo(7);
    assertThat(Nccl.type(ScalarType.Bool)).isEqualTo(1);
    assertThatThrownBy(() -> Nccl.type(ScalarType.ComplexFloat))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
