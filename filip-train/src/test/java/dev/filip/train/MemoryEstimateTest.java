package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.io.BadInput;
import dev.filip.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryEstimateTest {
  private static final long GIB = 1L << 30;

  private static RunConfig config(String... sets) {
    return RunConfigReader.parse(
        "model: vit-b-32\ndata: {train: none}\n", "memory.yaml", List.of(sets));
  }

  private static MemoryEstimate estimate(RunConfig config) {
    return estimate(config, 1000); // more than the context
  }

  private static MemoryEstimate estimate(RunConfig config, int longest) {
    ModelConfig model = config.newModel().orElseThrow().withVocabulary(49408);
    return MemoryEstimate.of(
        config,
        model,
        Precision.FP32,
        new Parallelism(1, 2),
        150_000_000,
        150_000_000,
        config.batch(),
        longest);
  }

  @Test
  void aLargeBatchFitsEightGibibytesInMicroBatchesOnly() {
    MemoryEstimate parts = estimate(config("batch=4096", "micro_batch=16"));
    assertThat(parts.total()).isLessThan(8 * GIB);
    assertThat(parts.weights()).isEqualTo(4L * 150_000_000 * 5);
    assertThat(estimate(config("batch=256"), 20).activations())
        .isBetween(
            estimate(config("batch=256")).activations() / 2,
            estimate(config("batch=256"), 77).activations() * 2 / 3);
    assertThat(estimate(config("batch=256"), 77)).isEqualTo(estimate(config("batch=256")));
    assertThat(estimate(config("batch=4096")).total()).isGreaterThan(64 * GIB);
    assertThat(estimate(config("batch=256", "gradient_checkpointing=true")).activations())
        .isLessThan(estimate(config("batch=256")).activations() / 3);
  }

  /** Images that fill several rows are encoded once. */
  @Test
  void imagesOfSeveralRowsCountOnce() {
    MemoryEstimate each = estimate(config("batch=240", "micro_batch=48"), 20);
    MemoryEstimate five =
        estimate(
            config(
                "batch=240", "micro_batch=48", "data.captions_per_image=5", "loss.positives=all"),
            20);
    assertThat(five.activations()).isBetween(each.activations() / 5, each.activations() / 2);
    assertThat(five.images()).isEqualTo(each.images() / 5);
    assertThat(five.features()).isEqualTo(each.features());
    assertThat(five.similarities()).isEqualTo(each.similarities());
  }

  @Test
  void tooLittleMemoryIsOneLineThatSaysWhatToChange() {
    RunConfig config = config("batch=4096");
    MemoryEstimate.Available eight = new MemoryEstimate.Available(8 * GIB, "cgroup limit");
    assertThatThrownBy(() -> estimate(config).require(eight, config))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("too little memory for the batch: batch 4096 takes about ")
        .hasMessageContaining("8.0 GiB are available (cgroup limit): set micro_batch: 64, ")
        .hasMessageContaining("gradient_checkpointing: true");
    estimate(config("batch=4096", "micro_batch=16")).require(eight, config);
    RunConfig huge = config("batch=65536", "micro_batch=16"); // no smaller part would help
    assertThatThrownBy(() -> estimate(huge).require(eight, huge))
        .hasMessageContaining("(similarities 64.")
        .hasMessageEndingWith("(cgroup limit): take a smaller batch");
  }

  @Test
  void theSmallerOfMachineAndGroupCounts(@TempDir Path root) throws IOException {
    assertThat(MemoryEstimate.Available.read(root, 1)).isEmpty();
    write(root, "proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    4000 kB\n");
    write(root, "proc/self/status", "Name: x\nVmRSS:\t    96 kB\n");
    assertThat(MemoryEstimate.Available.read(root, 1))
        .contains(new MemoryEstimate.Available(4096L << 10, "MemAvailable"));
    write(root, "sys/fs/cgroup/memory.max", "max\n");
    assertThat(MemoryEstimate.Available.read(root, 1).orElseThrow().limit())
        .isEqualTo("MemAvailable");
    write(root, "sys/fs/cgroup/memory.max", "1048576\n");
    assertThat(MemoryEstimate.Available.read(root, 1))
        .contains(new MemoryEstimate.Available(1 << 20, "cgroup limit"));
  }

  @Test
  void ranksOfOneMachineShareIt(@TempDir Path root) throws IOException {
    write(root, "proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    4000 kB\n");
    write(root, "proc/self/status", "Name: x\nVmRSS:\t    96 kB\n");
    assertThat(MemoryEstimate.Available.read(root, 4)) // each holds its own already
        .contains(new MemoryEstimate.Available(1096L << 10, "MemAvailable shared by 4 ranks"));
    write(root, "sys/fs/cgroup/memory.max", "1048576\n");
    assertThat(MemoryEstimate.Available.read(root, 2))
        .contains(new MemoryEstimate.Available(1 << 19, "cgroup limit shared by 2 ranks"));
  }

  private static void write(Path root, String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
