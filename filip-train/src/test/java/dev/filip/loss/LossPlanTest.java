package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Interaction;
import dev.filip.config.LossTiles;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.distributed.Communicator;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of the config reaches the losses of a device; nothing of it is touched before a batch. */
class LossPlanTest {
  private static LossPlan plan(ComputeDevice device, String... sets) {
    String yaml = "model: vit-tiny-84\ndata: {train: shards}\n";
    RunConfig run = RunConfigReader.parse(yaml, "run.yaml", List.of(sets));
    return new LossPlan(
        run.loss(),
        Interaction.LATE,
        1,
        new Compute(Precision.FP32, device),
        64,
        1,
        Communicator.Alone.INSTANCE,
        true);
  }

  @Test
  void tilesAreOfTheSizeThatIsAskedFor() {
    try (LossPlan usual = plan(ComputeDevice.CUDA);
        LossPlan large = plan(ComputeDevice.CUDA, "loss.tile_mib=4096")) {
      assertThat(((TiledLateLoss) usual.at(1)).tileBytes()).isEqualTo(LossTiles.USUAL.bytes());
      assertThat(LossTiles.USUAL.bytes()).isEqualTo(64L << 20);
      assertThat(((TiledLateLoss) large.at(1)).tileBytes()).isEqualTo(4L << 30);
    }
  }

  @Test
  void kernelsOfOurOwnAreTriedOnAGpuAlone() {
    try (LossPlan usual = plan(ComputeDevice.CUDA);
        LossPlan fused = plan(ComputeDevice.CUDA, "loss.kernel=fused");
        LossPlan cpu = plan(ComputeDevice.CPU, "loss.kernel=fused")) {
      assertThat(((TiledLateLoss) usual.at(1)).fused()).isFalse();
      assertThat(((TiledLateLoss) fused.at(1)).fused()).isTrue();
      assertThat(((TiledLateLoss) cpu.at(1)).fused()).isFalse();
      assertThat(usual.passedOver()).isEmpty();
      assertThat(fused.passedOver()).isEmpty();
      assertThat(cpu.passedOver())
          .isEqualTo("loss.kernel fused is for GPUs, on a CPU it is passed over");
    }
  }
}
