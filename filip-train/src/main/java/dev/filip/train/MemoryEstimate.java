package dev.filip.train;

import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.io.BadInput;
import dev.filip.kernel.LateKernel;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a run will take at most on a CPU, in bytes, counted from sizes before the first step.
 * Measured peaks of {@code vit-b-32} are 0.7 to 1.0 of it ({@code bench/large_batch.sh}).
 *
 * @param weights parameters, gradients of every shard, moments, a copy while norms are logged, and
 *     the 16-bit copies that the towers multiply by
 * @param activations of the towers for the rows whose graph is held, and their pixels
 * @param images as bytes, the batch at hand and those ahead
 * @param features of the batch and their gradients
 * @param similarities scores, their derivatives, and the winners of the late loss
 * @param process Java with what its heap grows to, libtorch, their code
 */
record MemoryEstimate(
    long weights, long activations, long images, long features, long similarities, long process) {
  private static final long PROCESS = 1150L << 20;
  private static final long MOST_AHEAD = 512L << 20;

  /** Tensors of a block kept for the backward pass, in widths of the tower. */
  private static final double KEPT = 20;

  /**
   * Of a run.
   *
   * @param all parameters; {@code trained} those with gradient and moments
   * @param batch pairs of this process; its images meet the texts of the whole batch
   * @param longest tokens of the longest text that is expected
   */
  static MemoryEstimate of(
      RunConfig config,
      ModelConfig model,
      Precision precision,
      Parallelism parallelism,
      long all,
      long trained,
      int batch,
      int longest) {
    Towers.Activations activations = Towers.Activations.of(config, ComputeDevice.CPU);
    int each = Math.ceilDiv(batch, parallelism.shards());
    int rows = parallelism.shards() * activations.rows(each, parallelism.shards());
    rows = Math.min(rows, batch);
    int whole = Math.max(batch, config.batch());
    int captions = config.data().captionsPerImage();
    int images = captions == 1 ? rows : Math.min(rows, rows / captions + 2 * parallelism.shards());
    int n = model.imageTokens();
    int m = activations.padded(Math.min(model.text().context(), longest), model.text().context());
    long image = 3L * model.vision().imageSize() * model.vision().imageSize();
    boolean late = config.interaction() != Interaction.GLOBAL;
    long winners =
        late ? Math.min(LateKernel.MOST_WINNERS, LateKernel.winners(batch, whole, n, m)) : 0;
    long pairs = (long) batch * whole;
    return new MemoryEstimate(
        4 * (all + trained * (parallelism.shards() + 3L))
            + (precision == Precision.FP32 ? 0 : 2 * all),
        tower(
                model.vision().width(),
                model.vision().layers(),
                n + 1,
                images,
                precision,
                activations)
            + tower(model.text().width(), model.text().layers(), m, rows, precision, activations)
            + 8L * images * image,
        whole / captions * image + Math.min(2L * whole / captions * image, MOST_AHEAD),
        2L * 4 * (batch * (n + 1L) + whole * (m + 1L)) * model.embedDim(),
        16L * pairs * (config.interaction() == Interaction.BOTH ? 2 : 1) + winners,
        PROCESS);
  }

  private static long tower(
      int width,
      int layers,
      int tokens,
      int rows,
      Precision precision,
      Towers.Activations activations) {
    double bytes = precision == Precision.FP32 ? 4 : 3; // residuals stay fp32
    double block = KEPT * bytes * rows * tokens * width;
    double blocks = activations.checkpoint() ? 2 : layers + 1;
    double inputs = activations.checkpoint() ? 4.0 * rows * tokens * width * layers : 0;
    return Math.round(block * blocks + inputs);
  }

  /** In all. */
  long total() {
    return weights + activations + images + features + similarities + process;
  }

  /** One line for the log. */
  String line() {
    return String.format(
        Locale.ROOT,
        "memory: at most about %s: weights, gradients and moments %s, activations %s, images %s,"
            + " features %s, similarities %s, process %s",
        size(total()),
        size(weights),
        size(activations),
        size(images),
        size(features),
        size(similarities),
        size(process));
  }

  /**
   * Refuses what cannot fit.
   *
   * @throws BadInput where it is more than there is
   */
  void require(Available available, RunConfig config) {
    if (total() <= available.bytes()) {
      return;
    }
    throw new BadInput(
        "too little memory for the batch: batch "
            + config.batch()
            + " takes about "
            + size(total())
            + " ("
            + (encodingDecides(available)
                ? "activations " + size(activations)
                : "similarities " + size(similarities) + ", images " + size(images))
            + "), and "
            + size(available.bytes())
            + " are available ("
            + available.limit()
            + "): "
            + (encodingDecides(available) ? advice(config) : "take a smaller batch"));
  }

  /** Whether all else fits, so that a part of the batch at a time would do. */
  private boolean encodingDecides(Available available) {
    return total() - activations <= available.bytes();
  }

  private static String advice(RunConfig config) {
    int half = (config.microBatch() == 0 ? Math.min(config.batch(), 128) : config.microBatch()) / 2;
    return (half >= 1 ? "set micro_batch: " + half + ", " : "")
        + (config.gradientCheckpointing() ? "" : "gradient_checkpointing: true, ")
        + "or a smaller batch or model";
  }

  private static String size(long bytes) {
    return bytes >= 1L << 30
        ? String.format(Locale.ROOT, "%.1f GiB", bytes / 0x1p30)
        : String.format(Locale.ROOT, "%.0f MiB", bytes / 0x1p20);
  }

  /**
   * Memory this process may still come to: its share of what the system has free and of the limit
   * of its control group, the smaller of both. Unknown where there is no {@code /proc}.
   *
   * @param bytes in all, with what the process holds already
   * @param limit what sets it: {@code MemAvailable} or {@code cgroup limit}, and who shares it
   */
  record Available(long bytes, String limit) {
    private static final List<String> LIMITS =
        List.of("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes");

    /**
     * Of this machine, or nothing where it cannot be told.
     *
     * @param sharers ranks on this machine, which get equal parts
     */
    static java.util.Optional<Available> read(int sharers) {
      return read(Path.of("/"), sharers);
    }

    static java.util.Optional<Available> read(Path root, int sharers) {
      OptionalLong free = kilobytes(root.resolve("proc/meminfo"), "MemAvailable:");
      OptionalLong held = kilobytes(root.resolve("proc/self/status"), "VmRSS:");
      if (free.isEmpty() || held.isEmpty()) {
        return java.util.Optional.empty();
      }
      long machine = free.getAsLong() / sharers + held.getAsLong();
      long group = group(root) / sharers;
      String ranks = sharers == 1 ? "" : " shared by " + sharers + " ranks";
      return java.util.Optional.of(
          group < machine
              ? new Available(group, "cgroup limit" + ranks)
              : new Available(machine, "MemAvailable" + ranks));
    }

    private static OptionalLong kilobytes(Path file, String key) {
      return lines(file).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst();
    }

    private static long group(Path root) {
      long least = Long.MAX_VALUE;
      for (String file : LIMITS) {
        for (String line : lines(root.resolve(file))) {
          if (line.matches("[0-9]{1,18}")) { // not "max"
            least = Math.min(least, Long.parseLong(line));
          }
        }
      }
      return least;
    }

    private static List<String> lines(Path file) {
      try {
        return Files.readAllLines(file);
      } catch (IOException e) {
        return List.of(); // another system, or no such limit
      }
    }
  }
}
