package dev.filip.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Finetune;
import dev.filip.config.Finetune.Lock;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Target;
import dev.filip.config.Finetune.Tower;
import dev.filip.config.Interaction;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of a fine-tuning pass against those of a full one. */
class FinetuneTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  @ParameterizedTest
  @CsvSource({"IMAGE, true, 1", "IMAGE, false, 3", "TEXT, true, 3", "TEXT, false, 1"})
  void theOtherTowerGetsTheGradientsOfTheFullPass(Lock lock, boolean projection, int shards) {
    Map<String, float[]> full = gradients(Finetune.ALL, shards, false);
    Finetune lit = new Finetune(lock, projection, 1, Optional.empty());
    Map<String, float[]> locked = gradients(lit, shards, false);
    String tower = lock == Lock.IMAGE ? "vision_model." : "text_model.";
    String out = lock == Lock.IMAGE ? "visual_projection.weight" : "text_projection.weight";
    assertThat(full.keySet()).anyMatch(name -> name.startsWith(tower));
    full.keySet().removeIf(name -> name.startsWith(tower) || projection && name.equals(out));
    assertThat(locked.keySet()).isEqualTo(full.keySet());
    locked.forEach(
        (name, gradient) -> assertThat(gradient).describedAs(name).isEqualTo(full.get(name)));
  }

  @Test
  void aLockedTowerRecordsNoGraph() {
    try (FilipModel model = tuned(new Finetune(Lock.IMAGE, true, 1, Optional.empty()), false);
        var _ = new StepScope()) {
      var pixels =
          Tensors.fromFloats(TinyPairs.batch().pixels().toFloats(), TinyPairs.COUNT, 3, 8, 8);
      assertThat(model.images(pixels).tokens().requires_grad()).isFalse();
      assertThat(model.texts(TinyPairs.batch().tokens()).tokens().requires_grad()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"IMAGE, 1", "TEXT, 3", "NONE, 1"})
  void checkpointingChangesNoGradient(Lock lock, int shards) {
    EnumSet<Tower> towers = EnumSet.allOf(Tower.class);
    lock.tower().ifPresent(towers::remove);
    for (Optional<Lora> lora :
        java.util.List.of(
            Optional.<Lora>empty(),
            Optional.of(new Lora(3, 6, towers, EnumSet.allOf(Target.class))))) {
      Finetune finetune = new Finetune(lock, true, 1, lora);
      Map<String, float[]> plain = gradients(finetune, shards, false);
      Map<String, float[]> again = gradients(finetune, shards, true);
      assertThat(again.keySet()).isEqualTo(plain.keySet());
      again.forEach(
          (name, gradient) -> assertThat(gradient).describedAs(name).isEqualTo(plain.get(name)));
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "3"})
  void adaptersBeginAtNoChangeAndWithTheGradientThatTheChainRuleGives(int shards) {
    Lora lora = new Lora(3, 6, EnumSet.of(Tower.TEXT), EnumSet.of(Target.V, Target.FC2));
    Map<String, float[]> full = gradients(Finetune.ALL, shards, false);
    Map<String, float[]> low =
        gradients(new Finetune(Lock.IMAGE, true, 1, Optional.of(lora)), shards, false);
    String block = "text_model.encoder.layers.0.";
    assertThat(low.keySet())
        .containsExactlyInAnyOrder(
            "logit_scale",
            block + "self_attn.v_proj.lora_A.weight",
            block + "self_attn.v_proj.lora_B.weight",
            block + "mlp.fc2.lora_A.weight",
            block + "mlp.fc2.lora_B.weight");
    assertThat(low.get(block + "mlp.fc2.lora_A.weight")).as("B is 0").containsOnly(0);
    for (String module : new String[] {"self_attn.v_proj", "mlp.fc2"}) {
      float[] w = requireNonNull(full.get(block + module + ".weight"));
      float[] a = adapterA(lora, block + module);
      float[] b = requireNonNull(low.get(block + module + ".lora_B.weight"));
      int out = b.length / 3;
      int in = w.length / out;
      for (int o = 0; o < out; o++) {
        for (int r = 0; r < 3; r++) {
          double expected = 0; // dB = scale dW A^T
          for (int i = 0; i < in; i++) {
            expected += 2.0 * w[o * in + i] * a[r * in + i];
          }
          assertThat((double) b[o * 3 + r]).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  private static float[] adapterA(Lora lora, String module) {
    Finetune finetune = new Finetune(Lock.IMAGE, true, 1, Optional.of(lora));
    try (FilipModel model = tuned(finetune, false);
        var _ = new StepScope()) {
      return Tensors.toFloats(requireNonNull(model.parameters().adapter(module + ".weight")).a());
    }
  }

  private static FilipModel tuned(Finetune finetune, boolean checkpoint) {
    return FilipModel.create(TinyPairs.model(Interaction.BOTH), 1)
        .tuned(finetune, 7)
        .with(Compute.FP32, checkpoint);
  }

  /** Of one pass over the tiny pairs, by parameter. */
  private static Map<String, float[]> gradients(Finetune finetune, int shards, boolean checkpoint) {
    try (FilipModel model = tuned(finetune, checkpoint);
        FlatParameters flat =
            new FlatParameters(model.parameters().trained(), ParameterGroups.paper());
        Towers towers =
            new Towers(
                model,
                flat,
                new Parallelism(shards, 1),
                Towers.Activations.ALL,
                GradientSum.alone(flat));
        var _ = new StepScope()) {
      flat.zeroGradients();
      Encoded.Whole features = towers.forward(TinyPairs.batch());
      LossGradient found =
          new DenseLoss(1, 1, 0).compute(features.images(), features.texts(), Math.log(10));
      towers.backward(found, 1);
      Map<String, float[]> gradients = new LinkedHashMap<>();
      flat.slots()
          .forEach(slot ->
              gradients.put(
                  slot.name(),
                  Tensors.toFloats(FlatParameters.part(flat.gradients(), slot).clone())));
      return gradients;
    }
  }
}
