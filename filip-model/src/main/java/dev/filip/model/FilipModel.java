package dev.filip.model;

import dev.filip.config.Finetune;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.folder.Layout;
import dev.filip.io.BadInput;
import dev.filip.nn.Blocks;
import dev.filip.nn.OpenTransformer;
import dev.filip.nn.PackedTransformer;
import dev.filip.nn.Transformer;
import dev.filip.tensor.Compute;
import dev.filip.tensor.CudaKernels;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The dual encoder: both towers, their projections and the log-scale.
 *
 * <p>{@link #images} and {@link #texts} record gradients unless the caller switched recording off;
 * their results belong to the calling thread's {@link StepScope}. One thread at a time while
 * weights change.
 */
public final class FilipModel implements AutoCloseable {
  private final ModelConfig config;
  private final ParameterMap parameters;
  private final Compute compute;
  private final boolean checkpointing;
  private final ImageTower imageTower;
  private final TextTower textTower;

  private FilipModel(
      ModelConfig config, ParameterMap parameters, Compute compute, boolean checkpointing) {
    this(config, parameters, compute, checkpointing, Transformer::new);
  }

  private FilipModel(
      ModelConfig config,
      ParameterMap parameters,
      Compute compute,
      boolean checkpointing,
      Blocks.Maker stack) {
    parameters.requireOpen();
    this.config = config;
    this.parameters = parameters;
    this.compute = compute;
    this.checkpointing = checkpointing;
    this.imageTower = ImageTower.of(parameters, config, stack);
    this.textTower = new TextTower(parameters, config, stack);
  }

  /** A new model with CLIP's initialisation; the same seed gives the same bits. */
  public static FilipModel create(ModelConfig config, long seed) {
    Initialiser initialiser = new Initialiser(config, seed);
    Map<String, float[]> values = new ConcurrentHashMap<>();
    Layout.of(config).entrySet().parallelStream()
        .forEach(e -> values.put(e.getKey(), initialiser.values(e.getKey(), e.getValue())));
    return of(config, (name, shape) -> Tensors.fromFloats(take(values, name), shape));
  }

  /** One parameter as {@link #create} draws it: fp32, owned by the calling thread's scope. */
  public static Tensor initial(ModelConfig config, long seed, String name, long[] shape) {
    return Tensors.fromFloats(new Initialiser(config, seed).values(name, shape), shape);
  }

  private static float[] take(Map<String, float[]> values, String name) {
    float[] taken = values.remove(name);
    if (taken == null) {
      throw new IllegalStateException("no values for " + name);
    }
    return taken;
  }

  /**
   * A model of given weights.
   *
   * @param source gives each parameter by name: an fp32 CPU tensor of the layout's shape, not
   *     shared
   */
  public static FilipModel of(ModelConfig config, BiFunction<String, long[], Tensor> source) {
    Natives.load();
    BadInput.require(
        config.text().vocabularySize() > 0,
        "text.vocabulary_size",
        config.text().vocabularySize(),
        "> 0 when a model is made");
    ParameterMap parameters = new ParameterMap();
    try {
      for (Map.Entry<String, long[]> entry : Layout.of(config).entrySet()) {
        try (var _ = new StepScope()) {
          Tensor tensor = source.apply(entry.getKey(), entry.getValue());
          Tensors.expect(tensor, entry.getKey(), entry.getValue());
          parameters.add(entry.getKey(), tensor);
        }
      }
      try (var _ = new StepScope()) {
        return new FilipModel(config, parameters, Compute.FP32, false);
      }
    } catch (RuntimeException | Error e) {
      parameters.close();
      throw e;
    }
  }

  /**
   * The same weights computed otherwise. On the same device they are shared, not copied: close only
   * one of the two. On another device they are a copy of its own.
   */
  public FilipModel with(Compute other, boolean gradientCheckpointing) {
    if (other.precision() == Precision.INT8) {
      throw new IllegalArgumentException("int8 is for packed weights only");
    }
    if (other.device() != compute.device()) {
      CudaKernels.settle(other);
      return owning(parameters.on(other.device()), other, gradientCheckpointing);
    }
    try (var _ = new StepScope()) {
      return new FilipModel(config, parameters, other, gradientCheckpointing);
    }
  }

  /** Of parameters that nobody else frees. */
  private FilipModel owning(ParameterMap own, Compute other, boolean gradientCheckpointing) {
    try (var _ = new StepScope()) {
      return new FilipModel(config, own, other, gradientCheckpointing);
    } catch (RuntimeException | Error e) {
      own.close();
      throw e;
    }
  }

  /** The same weights, scored otherwise; close only one of the two. */
  public FilipModel with(Interaction interaction) {
    try (var _ = new StepScope()) {
      return new FilipModel(
          config.withInteraction(interaction), parameters, compute, checkpointing);
    }
  }

  /**
   * The same weights, trained as {@code finetune} says: locked ones require no gradient, so that
   * their part of a pass records none, and adapters are in place. They are shared: use and close
   * only the model returned. For a model on the CPU.
   *
   * @param seed of the adapters
   */
  public FilipModel tuned(Finetune finetune, long seed) {
    try (var _ = new StepScope()) {
      new Tuning(finetune, parameters, config, seed).apply();
      return new FilipModel(config, parameters, compute, checkpointing);
    }
  }

  /** The same weights with leaves, and so gradients, of its own; close both. */
  public FilipModel replica() {
    return owning(parameters.sharing(), compute, checkpointing);
  }

  /**
   * The same model for encoding only, its products packed once for the arithmetic: faster, without
   * gradients, equal up to rounding. Borrows this model's weights for all else, so close it first;
   * it does not see later changes of the weights.
   */
  public FilipModel packed(Compute other) {
    if (other.device() != compute.device()) {
      throw new IllegalArgumentException("packed for " + other.device() + ", weights elsewhere");
    }
    ParameterMap view = parameters.view();
    try (var _ = new StepScope()) {
      return new FilipModel(
          config,
          view,
          other,
          false,
          (weights, name, layers, heads, causal, form) ->
              new PackedTransformer(weights, name, layers, heads, causal, form, other));
    } catch (RuntimeException | Error e) {
      view.close();
      throw e;
    }
  }

  /**
   * The same model with the attention maps of each tower's last block in the open: {@code
   * [b,h,n,n]} after the softmax, a row a query; what a function returns takes their place. Only
   * the last blocks record gradients. Borrows this model's weights, so close it first.
   */
  public FilipModel open(UnaryOperator<Tensor> imageMaps, UnaryOperator<Tensor> textMaps) {
    ParameterMap view = parameters.view();
    try (var _ = new StepScope()) {
      return new FilipModel(
          config,
          view,
          compute,
          false,
          (weights, name, layers, heads, causal, form) ->
              new OpenTransformer(
                  weights, name, layers, heads, causal, form, causal ? textMaps : imageMaps));
    } catch (RuntimeException | Error e) {
      view.close();
      throw e;
    }
  }

  /**
   * A copy for another image size: the position embeddings are interpolated bicubically, as
   * transformers does; all else stays. Close both.
   */
  public FilipModel resized(int imageSize) {
    ModelConfig other = config.withImageSize(imageSize);
    return of(
        other,
        (name, shape) -> {
          Tensor own = parameters.get(name).detach();
          return name.equals(Layout.IMAGE_POSITIONS)
              ? Positions.resize(own, other.vision().kind().classTokens(), other.vision().grid())
              : own.clone();
        });
  }

  public ModelConfig config() {
    return config;
  }

  public Compute compute() {
    return compute;
  }

  /** Whether blocks are computed again in the backward pass, from what the forward pass made. */
  public boolean checkpoints() {
    return checkpointing;
  }

  /** Ordered, by Hugging Face names. */
  public ParameterMap parameters() {
    return parameters;
  }

  /** The natural log of the scale that multiplies similarities. */
  public double logScale() {
    return parameters.get(Layout.LOGIT_SCALE).item_double();
  }

  /**
   * The image tower.
   *
   * @param pixels {@code [b,3,h,w]} normalised, fp32 or in the type of the model's products, from
   *     any device
   */
  public ImageFeatures images(Tensor pixels) {
    ProjectedImages all = imageTower.project(here(pixels), compute, checkpointing, null);
    long n = config.imageTokens();
    Tensor tokens = unit(all.rows().narrow(1, all.rows().size(1) - n, n));
    return new ImageFeatures(tokens, unit(all.pooled()));
  }

  /** The text tower; tokens are as long as the longest text of the batch. */
  public TextFeatures texts(TokenBatch batch) {
    return texts(batch, 1);
  }

  /**
   * The same; tokens are as long as the longest text, and {@code atLeast} as far as the context
   * goes: batches of few lengths have few shapes.
   */
  public TextFeatures texts(TokenBatch batch, int atLeast) {
    parameters.requireOpen();
    Tensor all = textTower.project(batch, atLeast, compute, checkpointing, null);
    long m = all.size(1);
    int[] pooled = pooled(batch);
    long[] at = new long[pooled.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = i * m + pooled[i];
    }
    Tensor index = compute.device().send(Tensors.fromLongs(at, at.length));
    Tensor rows = all.view(batch.rows() * m, all.size(2));
    return new TextFeatures(unit(all), unit(rows.index_select(0, index)), batch.length());
  }

  /** The position whose vector stands for each text of a batch as a whole. */
  int[] pooled(TokenBatch batch) {
    return textTower.pooled(batch);
  }

  /** What the image tower gives before L2; {@code watch} sees every block. */
  ProjectedImages rawImages(Tensor pixels, ObjIntConsumer<Tensor> watch) {
    return imageTower.project(here(pixels), compute, false, watch);
  }

  /** Text tokens {@code [t,longest,d]} before L2; {@code watch} sees every block. */
  Tensor rawTexts(TokenBatch batch, ObjIntConsumer<Tensor> watch) {
    parameters.requireOpen();
    return textTower.project(batch, 1, compute, false, watch);
  }

  /** On the model's device, which is still there. */
  private Tensor here(Tensor t) {
    parameters.requireOpen();
    return compute.device().isCpu() ? t : t.to(compute.device().device(), t.scalar_type());
  }

  /** Rows over their L2 norm, contiguous. */
  private static Tensor unit(Tensor x) {
    Tensor norm =
        torch.linalg_vector_norm(x, new Scalar(2), new long[] {-1}, true, new ScalarTypeOptional());
    return x.div(norm).contiguous();
  }

  /**
   * Frees the weights, or what was packed of them; what is asked of the model afterwards is an
   * {@link IllegalStateException}.
   */
  @Override
  public void close() {
    parameters.close();
  }
}
