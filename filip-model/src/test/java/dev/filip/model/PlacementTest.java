package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.filip.config.Activation;
import dev.filip.config.Finetune;
import dev.filip.config.Finetune.Lock;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Target;
import dev.filip.config.Finetune.Tower;
import dev.filip.config.ModelConfig;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.CopyQueue;
import dev.filip.tensor.DeviceWatch;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Natives;
import dev.filip.tensor.PixelTable;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The towers on a device without numbers, every operator of both passes looked at ({@link
 * DeviceWatch}): whatever they left in ordinary memory, or would wait for, a GPU would show.
 */
class PlacementTest {
  private static final Precision[] DEVICE = {Precision.FP32, Precision.BF16, Precision.FP16};

  @BeforeAll
  static void natives() {
    Natives.load();
    assumeTrue(DeviceWatch.works(), "libtorch's dispatcher cannot be looked into here");
  }

  private static ModelConfig config(VisionKind kind) {
    ModelConfig tiny = Models.tiny(Activation.QUICK_GELU);
    VisionConfig v = tiny.vision();
    return switch (kind) {
      case CLIP -> tiny;
      case SIGLIP -> Models.siglip();
      case DECLIP ->
          tiny.with(
              new VisionConfig(
                  kind, v.imageSize(), v.patchSize(), v.width(), v.layers(), v.heads(), v.blocks()),
              tiny.text());
    };
  }

  private static Compute meta(Precision precision) {
    return new Compute(precision, ComputeDevice.META);
  }

  private static ScalarType type(Precision precision) {
    return switch (precision) {
      case BF16 -> ScalarType.BFloat16;
      case FP16 -> ScalarType.Half;
      default -> ScalarType.Float;
    };
  }

  /** Images of bytes, made numbers there. */
  private static Tensor pixels(FilipModel model) {
    int side = model.config().vision().imageSize();
    try (StepScope scope = new StepScope();
        PixelTable table = new PixelTable(new float[768], model.compute());
        CopyQueue queue = new CopyQueue(ComputeDevice.META)) {
      Tensor host = queue.memory(ScalarType.Byte, 5, side, side, 3);
      assertThat(host.is_cpu()).isTrue();
      try (CopyQueue.Sent sent = queue.send(host)) {
        there("bytes", sent.arrived(), ScalarType.Byte);
        Tensor images = table.images(sent.arrived());
        there("images", images, type(model.compute().precision()));
        assertThat(Tensors.shape(images)).containsExactly(5, 3, side, side);
        return scope.up(images);
      }
    }
  }

  private static void there(String what, Tensor t, ScalarType type) {
    assertThat(t.is_meta()).as(what).isTrue();
    assertThat(t.scalar_type().intern()).as(what).isEqualTo(type);
  }

  /** Features, of which gradients go back. */
  private static void pass(FilipModel model, int textLength) {
    try (DeviceWatch watch = new DeviceWatch()) {
      TokenBatch batch = Models.texts(model.config(), 5, 9);
      ImageFeatures images = model.images(pixels(model));
      TextFeatures texts = model.texts(batch, textLength);
      TensorVector roots = new TensorVector();
      TensorVector gradients = new TensorVector();
      for (Tensor features :
          List.of(images.tokens(), images.embeds(), texts.tokens(), texts.embeds())) {
        there("features", features, ScalarType.Float);
        if (features.requires_grad()) {
          roots.push_back(features);
          gradients.push_back(torch.ones_like(features));
        }
      }
      torch.backward(roots, gradients, new BoolOptional(), false, new TensorVector());
      clean(watch, "aten::embedding", "aten::scaled_dot_product_attention");
    }
    gradientsAreThere(model);
  }

  private static void clean(DeviceWatch watch, String... called) {
    assertThat(watch.mistakes()).isEmpty();
    assertThat(watch.reads()).isEmpty();
    assertThat(watch.calls()).containsKeys(called);
  }

  private static void gradientsAreThere(FilipModel model) {
    for (Map.Entry<String, Tensor> one : model.parameters().trained().entrySet()) {
      if (!one.getKey().equals("logit_scale")) {
        Tensor gradient = one.getValue().grad();
        assertThat(gradient.defined()).as(one.getKey()).isTrue();
        there(one.getKey(), gradient, ScalarType.Float);
        assertThat(Tensors.shape(gradient)).isEqualTo(Tensors.shape(one.getValue()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CLIP,FP32,false",
    "CLIP,BF16,false",
    "CLIP,FP16,true",
    "SIGLIP,FP32,true",
    "SIGLIP,BF16,false",
    "DECLIP,BF16,true",
  })
  void bothPassesStayOnTheDevice(VisionKind kind, Precision precision, boolean checkpointing) {
    try (var _ = new StepScope();
        FilipModel plain = FilipModel.create(config(kind), 3);
        FilipModel model = plain.with(meta(precision), checkpointing)) {
      pass(model, 1);
      pass(model, 8);
    }
  }

  /** Patches as a product of rows, from a width of 256 on. */
  @Test
  void aWideTowerDoes() {
    ModelConfig tiny = config(VisionKind.CLIP);
    ModelConfig wide = tiny.with(new VisionConfig(12, 4, 256, 1, 4), tiny.text());
    try (var _ = new StepScope();
        FilipModel plain = FilipModel.create(wide, 3);
        FilipModel model = plain.with(meta(Precision.BF16), false)) {
      pass(model, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void everyActivationDoes(Activation activation) {
    try (var _ = new StepScope();
        FilipModel plain = FilipModel.create(Models.tiny(activation), 3);
        FilipModel model = plain.with(meta(Precision.BF16), false)) {
      pass(model, 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Lock.class)
  void adaptersAndLockedTowersDo(Lock lock) {
    Set<Tower> towers = EnumSet.allOf(Tower.class);
    lock.tower().ifPresent(towers::remove);
    Lora lora = new Lora(2, 4, towers, EnumSet.allOf(Target.class));
    Finetune how = new Finetune(lock, true, 1, Optional.of(lora));
    try (var _ = new StepScope();
        FilipModel plain = FilipModel.create(config(VisionKind.CLIP), 3);
        FilipModel model = plain.tuned(how, 5).with(meta(Precision.BF16), false)) {
      pass(model, 1);
    }
  }

  @Test
  void encodingDoes() {
    for (Precision precision : DEVICE) {
      for (boolean packed : new boolean[] {false, true}) {
        try (var _ = new StepScope();
            var _ = GradMode.off();
            FilipModel plain = FilipModel.create(config(VisionKind.CLIP), 3);
            FilipModel full = plain.with(meta(precision), false);
            FilipModel model = packed ? full.packed(full.compute()) : full;
            DeviceWatch watch = new DeviceWatch()) {
          there("images", model.images(pixels(model)).tokens(), ScalarType.Float);
          TokenBatch texts = Models.texts(model.config(), 3, 4);
          there("texts", model.texts(texts).embeds(), ScalarType.Float);
          clean(watch, "aten::embedding");
        }
      }
    }
  }

  /** The maps of both towers, and a score's gradient by them: read where they are whole. */
  @Test
  void openAttentionDoes() {
    try (FilipModel plain = FilipModel.create(config(VisionKind.CLIP), 3);
        FilipModel model = plain.with(meta(Precision.FP32), false);
        AttentionProbe probe = new AttentionProbe(model);
        DeviceWatch watch = new DeviceWatch()) {
      AttentionProbe.Toward toward = new AttentionProbe.Toward(new float[5], true);
      probe.image(Models.pixels(model.config(), 1, 2), toward);
      probe.text(Models.texts(model.config(), 1, 2), toward);
      assertThat(watch.mistakes()).isEmpty();
      assertThat(watch.reads()).containsOnly("aten::_to_copy").hasSize(4);
    }
  }

  /** What the proofs rest on: each of these mistakes is found, libtorch itself passes over some. */
  @Test
  void mistakesAreFound() {
    try (var _ = new StepScope()) {
      Tensor there = ComputeDevice.META.send(torch.ones(4, 5));
      Tensor here = torch.ones(4, 5);
      Tensor index = Tensors.fromLongs(new long[] {0, 2}, 2);
      Tensor wide = index.view(2, 1).expand(2, 5);
      Tensor mask = here.to(ScalarType.Bool);
      Map<String, Supplier<Tensor>> mistakes =
          Map.ofEntries(
              Map.entry("add", () -> there.add(here)),
              Map.entry("masked_fill", () -> there.masked_fill(mask, new Scalar(0))),
              Map.entry("where", () -> torch.where(mask, there, there)),
              Map.entry("index_select", () -> there.index_select(0, index)),
              Map.entry("gather", () -> there.gather(0, wide)),
              Map.entry("index_copy", () -> there.index_copy(0, index, there.narrow(0, 0, 2))),
              Map.entry("scatter_add", () -> there.scatter_add(0, wide, there)),
              Map.entry("take", () -> there.take(index)),
              Map.entry("embedding", () -> torch.embedding(there, index)),
              Map.entry("linear", () -> torch.linear(there, here)),
              Map.entry("matmul", () -> there.matmul(here.t())),
              Map.entry("cat", () -> torch.cat(new TensorVector(there, here), 0)),
              Map.entry("copy_", () -> there.copy_(here)),
              Map.entry("arange", () -> torch.arange(new Scalar(3))));
      mistakes.forEach((name, mistake) -> {
        try (DeviceWatch watch = new DeviceWatch()) {
          try {
            Tensor _ = mistake.get();
          } catch (RuntimeException e) {
            // libtorch refuses it as well
          }
          assertThat(watch.mistakes()).as(name).isNotEmpty();
          assertThat(watch.mistakes().getFirst()).startsWith("aten::" + name);
        }
      });
    }
  }

  @Test
  void readsAreFound() {
    try (var _ = new StepScope()) {
      Tensor there = ComputeDevice.META.send(torch.ones(4, 5));
      try (DeviceWatch watch = new DeviceWatch()) {
        assertThat(there.sum().item_double()).isZero();
        assertThat(Tensors.toFloats(there)).hasSize(20).containsOnly(0);
        Tensor other = ComputeDevice.META.send(Tensors.fromLongs(new long[] {1, 2}, 2));
        there.index_select(0, other).mul(new Scalar(2));
        assertThat(watch.reads()).containsExactly("aten::_local_scalar_dense", "aten::_to_copy");
        assertThat(watch.mistakes()).isEmpty();
      }
    }
  }
}
