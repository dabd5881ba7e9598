package dev.filip.train;

import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.data.TrainBatch;
import dev.filip.io.Tasks;
import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.optim.FlatParameters;
import dev.filip.tensor.ComputeDevice;
import dev.filip.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Both towers over a batch, split over {@link Shard}s. Every shard sums gradients into a buffer of
 * its own, and the buffers are added in order: the result depends on the number of shards, never on
 * their timing. Shards share the weights. Used by one thread.
 */
final class Towers implements AutoCloseable {
  private final ModelConfig config;
  private final ComputeDevice device;
  private final GradientSum sum;
  private final Activations activations;
  private final List<Shard> shards = new ArrayList<>();
  private final Opened owned = new Opened();

  /**
   * {@code model} is borrowed; what is trained of it lies in {@code parameters}.
   *
   * @param sum of their gradients over shards and ranks; owned
   */
  Towers(
      FilipModel model,
      FlatParameters parameters,
      Parallelism parallelism,
      Activations activations,
      GradientSum sum) {
    this.activations = activations;
    this.config = model.config();
    this.device = model.compute().device();
    this.sum = owned.add(sum);
    try {
      for (int i = 0; i < parallelism.shards(); i++) {
        FilipModel own = i == 0 ? model : owned.add(model.replica());
        Map<String, Tensor> leaves = own.parameters().trained();
        if (i > 0) {
          parameters.addReplica(leaves);
        }
        shards.add(owned.add(new Shard(own, i, parallelism.threads(), sum.shard(leaves))));
      }
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** Features of the batch, in the caller's scope. */
  Encoded.Whole forward(TrainBatch batch) {
    TokenBatch tokens = batch.tokens();
    int b = tokens.rows();
    int d = config.embedDim();
    int longest = Math.max(1, Arrays.stream(tokens.length()).max().orElse(1));
    int padded = activations.padded(longest, config.text().context());
    Encoded.Whole features =
        new Encoded.Whole(
            new ImageFeatures(zeros(b, config.imageTokens(), d), zeros(b, d)),
            new TextFeatures(zeros(b, padded, d), zeros(b, d), tokens.length()));
    int each = Math.ceilDiv(b, shards.size());
    int together = activations.rows(each, shards.size());
    List<Future<?>> tasks = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      int from = Math.min(b, i * each);
      Encoded.Rows rows = new Encoded.Rows(from, Math.min(b, from + each) - from);
      if (rows.count() > 0) {
        tasks.add(
            shards.get(i).forward(batch, rows, together, activations.partLength(padded), features));
      }
    }
    try {
      Tasks.await(tasks); // all write into the features, so none is left to itself
    } catch (RuntimeException | Error e) {
      drop();
      throw e;
    }
    return features;
  }

  /** fp32 on the device, which features never leave. */
  private Tensor zeros(long... shape) {
    TensorOptions options = new TensorOptions(ScalarType.Float);
    return torch.zeros(
        shape, device.isCpu() ? options : options.device(new DeviceOptional(device.device())));
  }

  /** Adds the gradients of all parameters and ranks, times {@code scale}, to the flat gradient. */
  void backward(LossGradient found, double scale) {
    sum.begin();
    each(shard -> shard.backward(found, scale));
    sum.finish();
  }

  /** Frees the graphs of a forward pass that gets no backward pass. */
  void drop() {
    each(Shard::drop);
  }

  private void each(Function<Shard, Future<?>> task) {
    List<Future<?>> tasks = shards.stream().<Future<?>>map(task).toList();
    Tasks.await(tasks);
  }

  @Override
  public void close() {
    owned.close();
  }

  /**
   * What the towers hold for the backward pass, and how long its texts are.
   *
   * @param microBatch pairs whose activations are held at a time, 0 for the whole batch
   * @param checkpoint whether a block keeps its input only and is computed again
   * @param textMultiple of which the length of a batch's texts is one, so that few shapes come
   *     again and again; 1: every part of a batch is as long as its own longest text
   */
  record Activations(int microBatch, boolean checkpoint, int textMultiple) {
    /** Everything, of the whole batch. */
    static final Activations ALL = new Activations(0, false);

    /** Texts of a batch on a device have lengths of this multiple where the config says nothing. */
    private static final int DEVICE_MULTIPLE = 8;

    /** Without padding. */
    Activations(int microBatch, boolean checkpoint) {
      this(microBatch, checkpoint, 1);
    }

    static Activations of(RunConfig config, ComputeDevice device) {
      Integer multiple = config.data().textMultiple();
      int usual = device.isCpu() ? 1 : DEVICE_MULTIPLE;
      return new Activations(
          config.microBatch(), config.gradientCheckpointing(), multiple == null ? usual : multiple);
    }

    /** What texts of a batch are padded to, of which the longest has {@code longest} tokens. */
    int padded(int longest, int context) {
      return Math.max(
          longest, Math.min(context, Math.ceilDiv(longest, textMultiple) * textMultiple));
    }

    /** What each part pads its texts to at least. */
    int partLength(int padded) {
      return textMultiple == 1 ? 1 : padded;
    }

    /** Rows that each of so many shards holds of its {@code rows}. */
    int rows(int rows, int shards) {
      return microBatch == 0 ? rows : Math.min(rows, Math.max(1, microBatch / shards));
    }
  }
}
