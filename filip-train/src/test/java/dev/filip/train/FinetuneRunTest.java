package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.Interaction;
import dev.filip.config.RunConfig;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs that go on from a model folder. */
class FinetuneRunTest {
  @TempDir static Path shared;
  @TempDir Path temp;
  private static Path base = Path.of("");

  @BeforeAll
  static void aGlobalModel() {
    RunConfig config = TinyData.config("global", 10);
    Trainer.run(config, shared.resolve("base"), TrainOptions.QUIET, new TinyData());
    base = shared.resolve("base/model");
  }

  @ParameterizedTest
  @CsvSource({
    "'{lock: image}', vision_model visual_projection",
    "'{lock: image, lock_projection: false}', vision_model",
    "'{lock: text, layer_decay: 0.5}', text_",
    "'{lock: text, lora: {rank: 2}}', text_",
  })
  void whatIsLockedStaysBitEqualAndTheRestLearns(String finetune, String locked)
      throws IOException {
    Path out = temp.resolve("run");
    RunConfig config =
        TinyData.config(base, 30, "finetune=" + finetune, "optimizer.weight_decay=0.5");
    Trainer.run(config, out, TrainOptions.QUIET, new TinyData());
    Map<String, float[]> before = tensors(base.resolve("model.safetensors"));
    Map<String, float[]> after = tensors(out.resolve("model/model.safetensors"));
    assertThat(after.keySet()).isEqualTo(before.keySet());
    List<String> prefixes = List.of(locked.split(" "));
    boolean lora = finetune.contains("lora");
    before.forEach((name, values) -> {
      boolean kept = prefixes.stream().anyMatch(name::startsWith);
      if (kept) {
        assertThat(after.get(name)).describedAs(name).isEqualTo(values);
      } else if (!lora || name.matches(".*(_proj|fc1|fc2)\\.weight")) {
        assertThat(after.get(name)).describedAs(name).isNotEqualTo(values);
      } else if (!name.equals("logit_scale")) {
        assertThat(after.get(name)).describedAs("not adapted: " + name).isEqualTo(values);
      }
    });
    assertThat(loss(out, false)).isLessThan(loss(out, true));
    assertThat(tensors(checkpoint(out).resolve("optimizer.safetensors")).keySet())
        .noneMatch(name -> prefixes.stream().anyMatch(p -> name.contains("." + p)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "finetune={lock: image, layer_decay: 0.7}",
        "finetune={lock: text, lock_projection: false, lora: {rank: 3, alpha: 4}}",
        "finetune={lora: {rank: 2, targets: [q, fc1]}}",
        "optimizer.name=lamb",
      })
  void aStoppedRunGoesOnBitEqual(String set) throws IOException {
    String[] sets = {set, "checkpoint.every=5", "interaction=both", "image_size=12"};
    RunConfig config = TinyData.config(base, 14, sets);
    Trainer.run(config, temp.resolve("whole"), TrainOptions.QUIET, new TinyData());
    Path broken = temp.resolve("broken");
    assertThatThrownBy(
            () -> Trainer.run(config, broken, TrainerTest.with(new Bomb(8)), new TinyData()))
        .isInstanceOf(IllegalStateException.class);
    Trainer.run(config, broken, TrainOptions.QUIET.with(Existing.RESUME), new TinyData());
    for (String file : List.of("model/model.safetensors", "model/config.json")) {
      assertThat(broken.resolve(file)).hasSameBinaryContentAs(temp.resolve("whole/" + file));
    }
    assertThat(tensors(checkpoint(broken).resolve("optimizer.safetensors")))
        .usingRecursiveComparison()
        .isEqualTo(tensors(checkpoint(temp.resolve("whole")).resolve("optimizer.safetensors")));
  }

  @Test
  void adaptersAreWrittenMergedAndByThemselves() throws IOException {
    Path out = temp.resolve("run");
    String finetune = "{lock_projection: false, lora: {rank: 3, alpha: 2, targets: [v, fc1]}}";
    RunConfig config = TinyData.config(base, 20, "finetune=" + finetune);
    Trainer.run(config, out, TrainOptions.QUIET, new TinyData());
    Map<String, float[]> before = tensors(base.resolve("model.safetensors"));
    Map<String, float[]> after = tensors(out.resolve("model/model.safetensors"));
    Map<String, float[]> peft = tensors(out.resolve("model/adapter/adapter_model.safetensors"));
    String module = "vision_model.encoder.layers.0.mlp.fc1.";
    float[] a = get(peft, "base_model.model." + module + "lora_A.weight");
    float[] b = get(peft, "base_model.model." + module + "lora_B.weight");
    float[] w = get(before, module + "weight");
    float[] merged = get(after, module + "weight");
    int in = w.length / (b.length / 3);
    for (int i = 0; i < w.length; i++) {
      double sum = w[i]; // W + alpha / rank B A
      for (int r = 0; r < 3; r++) {
        sum += 2.0 / 3 * b[i / in * 3 + r] * a[r * in + i % in];
      }
      assertThat((double) merged[i]).isEqualTo(sum, within(1e-6));
    }
    assertThat(merged).isNotEqualTo(w);
    assertThat(get(after, module + "bias")).isEqualTo(get(before, module + "bias"));
    assertThat(get(peft, "base_model.model.visual_projection.weight"))
        .isEqualTo(get(after, "visual_projection.weight"));
    assertThat(get(tensors(checkpoint(out).resolve("adapters.safetensors")), module + "weight"))
        .as("the matrix without its change")
        .isEqualTo(w);
    JsonNode json = Json.read(out.resolve("model/adapter/adapter_config.json"));
    assertThat(json.path("r").asInt()).isEqualTo(3);
    assertThat(json.path("lora_alpha").asDouble()).isEqualTo(2);
    assertThat(json.path("base_model_name_or_path").asText()).isEqualTo(base.toString());
    assertThat(json.path("modules_to_save")).hasSize(2);
    String targets = json.path("target_modules").asText();
    assertThat(module.substring(0, module.length() - 1)).matches(targets);
    assertThat("text_model.encoder.layers.11.self_attn.v_proj").matches(targets);
    assertThat("text_model.encoder.layers.11.self_attn.q_proj").doesNotMatch(targets);
  }

  @Test
  void aTowerTrainedWholeBesideAdaptersLeavesNoAdapterFolder() {
    List<String> log = new ArrayList<>();
    RunConfig config = TinyData.config(base, 2, "finetune.lora={rank: 2, towers: text}");
    run(config, log);
    assertThat(temp.resolve("run/model/model.safetensors")).exists();
    assertThat(temp.resolve("run/model/adapter")).doesNotExist();
    assertThat(log).anyMatch(line -> line.contains("no adapter folder is written"));
  }

  @Test
  void anotherSizeAndInteractionAreSaidAndWritten() throws IOException {
    List<String> log = new ArrayList<>();
    String[] sets = {
      "image_size=12", "interaction=late", "finetune={lock: image, layer_decay: 0.5}"
    };
    run(TinyData.config(base, 3, sets), log);
    assertThat(log)
        .anyMatch(line -> line.contains("trained globally") && line.contains("learnt anew"))
        .anyMatch(line -> line.contains("8 to 12: positions interpolated from 2x2 to 3x3"))
        .anyMatch(line ->
            line.matches(
                "finetune: image tower locked \\(0 trained, [\\d,]+ in all\\),"
                    + " text tower trained \\(([\\d,]+) trained, \\1 in all\\)"))
        .anyMatch(line -> line.contains("layer decay 0.5: rates x 0.25"));
    Path model = temp.resolve("run/model");
    try (var loaded = ModelFolder.load(model)) {
      assertThat(loaded.config().vision().imageSize()).isEqualTo(12);
      assertThat(loaded.config().interaction()).isEqualTo(Interaction.LATE);
      assertThat(loaded.preprocessor().path("size").path("shortest_edge").asInt()).isEqualTo(12);
      JsonNode from = loaded.trained().path("from");
      assertThat(from.path("model").asText()).isEqualTo(base.toString());
      assertThat(from.path("interaction").asText()).isEqualTo("global");
      assertThat(from.path("image_size").asInt()).isEqualTo(8);
      assertThat(from.path("trained").path("step").asInt()).isEqualTo(10);
    }
    assertThat(get(tensors(model.resolve("model.safetensors")), "visual_projection.weight"))
        .isEqualTo(get(tensors(base.resolve("model.safetensors")), "visual_projection.weight"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image_size=10 | image_size must be a multiple of the model's patch size 4, got 10",
        "finetune.lora={rank: 17} | finetune.lora.rank must be at most 16, the smaller side of",
      })
  void badInputEndsBeforeTheFirstStep(String set, String message) {
    assertThatThrownBy(() -> run(TinyData.config(base, 3, set), new ArrayList<>()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message);
  }

  private void run(RunConfig config, List<String> log) {
    TrainOptions options = new TrainOptions(Existing.REFUSE, 10, null, List.of(), log::add);
    Trainer.run(config, temp.resolve("run"), options, new TinyData());
  }

  private static Path checkpoint(Path run) throws IOException {
    try (var entries = Files.list(run.resolve("checkpoints"))) {
      return entries.sorted().toList().getLast();
    }
  }

  private static double loss(Path run, boolean first) throws IOException {
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    return Json.parse(first ? lines.getFirst() : lines.getLast()).path("loss").asDouble();
  }

  private static float[] get(Map<String, float[]> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static Map<String, float[]> tensors(Path file) {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (Safetensors tensors = Safetensors.open(file);
        var _ = new StepScope()) {
      tensors.tensors().keySet().stream()
          .sorted()
          .forEach(name -> values.put(name, Tensors.toFloats(tensors.tensor(name))));
    }
    return values;
  }

  private record Bomb(long at) implements TrainListener {
    @Override
    public void onStep(long step, double loss, double imagesPerSecond) {
      if (step == at) {
        throw new IllegalStateException("bomb");
      }
    }
  }
}
