package dev.filip.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.AugmentConfig.Crop;
import dev.filip.config.AugmentConfig.Policy;
import dev.filip.config.DataConfig.WeightedSource;
import dev.filip.config.Finetune.Lock;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Target;
import dev.filip.config.Finetune.Tower;
import dev.filip.config.OptimizerConfig.Betas;
import dev.filip.config.OptimizerConfig.Name;
import dev.filip.config.RunConfig.Length;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.config.RunConfig.TokenizerChoice;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunConfigReaderTest {
  private static final String SHORT = "model: vit-tiny-84\ndata: {train: shards}\n";
  private static final String WHOLE =
      """
      model: {image_size: 84, patch_size: 14, vision: {width: 64, layers: 3, heads: 2},
              text: {width: 64, layers: 2, heads: 2, context: 32}, embed_dim: 64}
      interaction: late
      data:
        train: [{source: data/emoji/google, weight: 1}, {source: data/emoji/twitter, weight: 2}]
        validation: data/emoji/openmoji
        group: 2
        distinct: true
        exif_rotation: true
        image_key: filepath
        caption_key: title
        captions: first
      tokenizer: {train: 2000}
      augment: {crop: [0.6, 1.0], flip: true, autoaugment: imagenet, style: 0.5}
      batch: 64
      micro_batch: 16
      steps: 2000
      optimizer: {name: lamb, lr: 2.0e-3, weight_decay: 0.05, betas: [0.9, 0.98], eps: 1e-4, clip: none, scale_lr: true}
      schedule: {warmup: 0.1, decay: cosine, floor: 0.0}
      loss: {late: 1.0, global: 0.0, late_warmup: 0.0, keep_tokens: 0.25, keep_after: 0.5, keep_at_least: 9,
             feature_precision: bf16, label_smoothing: 0.1, z_loss: 1.0e-4, max_logit_scale: 50.0}
      precision: auto
      device: auto
      gradient_checkpointing: true
      workers: 3
      seed: 1
      checkpoint: {every: 500, keep: 3}
      evaluate: {every: 500, tasks: [retrieval], keep_best: r1, samples: 500}
      distributed: {timeout: 120, overlap: never}
      """;

  private static RunConfig parse(String yaml, String... sets) {
    return RunConfigReader.parse(yaml, "run.yaml", List.of(sets));
  }

  @Test
  void aSplitIsAPartOfItsSource() {
    RunConfig run =
        parse(
            """
            model: vit-tiny-84
            data:
              train: [{source: "coco:/data/coco", split: train}, {source: a, weight: 2}]
              validation: {source: "food101:/data/food101", split: test}
            """);
    assertThat(run.data().train())
        .containsExactly(
            new WeightedSource("coco:/data/coco#train", 1), new WeightedSource("a", 2));
    assertThat(run.data().validation()).isEqualTo("food101:/data/food101#test");
    assertThat(parse(SHORT, "data.train={source: b, split: c}").data().train())
        .containsExactly(new WeightedSource("b#c", 1));
    assertThatThrownBy(() -> parse(SHORT, "data.train=[{source: a, splits: x}]"))
        .hasMessageContaining("data.train.0.splits is not a key; did you mean data.train.0.split?");
    assertThatThrownBy(() -> parse(SHORT, "data.validation={split: x}"))
        .hasMessageContaining("data.validation.source is missing");
  }

  @Test
  void everyKeyArrives() {
    RunConfig run =
        parse(
            WHOLE,
            "data.lanes=16",
            "data.window=5000",
            "data.failures={in_a_row: 20, share: 0.05}",
            "data.unreachable=skip",
            "data.text_multiple=4",
            "loss.positives=all");
    assertThat(run.newModel().orElseThrow().vision()).isEqualTo(new VisionConfig(84, 14, 64, 3, 2));
    assertThat(run.newModel().orElseThrow().text()).isEqualTo(new TextConfig(64, 2, 2, 32, 0));
    assertThat(run.data())
        .isEqualTo(
            new DataConfig(
                List.of(
                    new WeightedSource("data/emoji/google", 1),
                    new WeightedSource("data/emoji/twitter", 2)),
                "data/emoji/openmoji",
                2,
                true,
                "filepath",
                "title",
                true,
                DataConfig.CaptionChoice.FIRST,
                1,
                16,
                5000,
                new DataConfig.Failures(20, 0.05),
                DataConfig.Unreachable.SKIP,
                4));
    assertThat(run.augment())
        .isEqualTo(new AugmentConfig(new Crop(0.6, 1), true, Policy.IMAGENET, 0.5));
    assertThat(run.optimizer())
        .isEqualTo(new OptimizerConfig(Name.LAMB, 2e-3, 0.05, new Betas(0.9, 0.98), 1e-4, 0, true));
    assertThat(run.schedule()).isEqualTo(new ScheduleConfig(0.1, ScheduleConfig.Decay.COSINE, 0));
    assertThat(run.loss())
        .isEqualTo(
            new LossConfig(
                1,
                0,
                0,
                new KeepTokens(0.25, 0.5, 9),
                PrecisionChoice.BF16,
                0.1,
                1e-4,
                50,
                LossConfig.PositiveChoice.ALL,
                LossTiles.USUAL));
    assertThat(run.microBatch()).isEqualTo(16);
    assertThat(run.gradientCheckpointing()).isTrue();
    assertThat(run.workers()).isEqualTo(3);
    assertThat(run.evaluate().samples()).isEqualTo(500);
    assertThat(run.distributed())
        .isEqualTo(new RunConfig.Distributed(120, RunConfig.Distributed.Overlap.NEVER));
  }

  @Test
  void allButModelAndTrainHaveDefaults() {
    RunConfig run = parse(SHORT);
    assertThat(run.model()).isEqualTo(new ModelChoice.Preset("vit-tiny-84"));
    assertThat(run.interaction()).isEqualTo(Interaction.LATE);
    assertThat(run.data().train()).containsExactly(new WeightedSource("shards", 1));
    assertThat(run.data().validation()).isNull();
    assertThat(run.tokenizer()).isEqualTo(new TokenizerChoice.Train(2000));
    assertThat(run.augment()).isEqualTo(AugmentConfig.NONE);
    assertThat(run.batch()).isEqualTo(64);
    assertThat(run.length()).isEqualTo(new Length.Steps(2000));
    assertThat(run.optimizer().name()).isEqualTo(Name.ADAMW);
    assertThat(run.loss().late()).isEqualTo(1);
    assertThat(run.loss().global()).isEqualTo(0);
    assertThat(run.loss().keepTokens()).isEqualTo(KeepTokens.ALL);
    assertThat(run.loss().featurePrecision()).isEqualTo(PrecisionChoice.AUTO);
    assertThat(run.loss().maxLogitScale()).isEqualTo(100);
    assertThat(run.microBatch()).isEqualTo(0);
    assertThat(run.evaluate().every()).as("no validation").isEqualTo(0);
    assertThat(run.seed()).isEqualTo(1);
  }

  @Test
  void defaultsFollowTheInteractionAndTheOptimizer() {
    RunConfig global = parse("model: clip-vit-b-32\ndata: {train: a}\n");
    assertThat(global.interaction()).isEqualTo(Interaction.GLOBAL);
    assertThat(global.loss().late()).isEqualTo(0);
    assertThat(global.loss().global()).isEqualTo(1);
    String weights = "model: vit-tiny-84\ndata: {train: a}\nloss: {late: 1.0, global: 0.0}\n";
    RunConfig turned = RunConfigReader.parse(weights, "c.yaml", List.of("interaction=global"));
    assertThat(turned.interaction()).isEqualTo(Interaction.GLOBAL);
    assertThat(turned.loss()).isEqualTo(global.loss());
    RunConfig named = parse(SHORT, "data.validation=b", "evaluate.tasks=[zero-shot]");
    assertThat(named.evaluate().keepBest()).isEqualTo("top1");
    RunConfig both = parse(SHORT, "interaction=both", "optimizer={name: lamb}");
    assertThat(both.loss().late()).isEqualTo(0.5);
    assertThat(both.loss().global()).isEqualTo(0.5);
    assertThat(both.newModel().orElseThrow().interaction()).isEqualTo(Interaction.BOTH);
    assertThat(both.optimizer().eps()).isEqualTo(1e-4);
    assertThat(both.optimizer().clip()).isEqualTo(0);
  }

  @Test
  void otherFormsOfTheSameKeys() {
    RunConfig run =
        parse(
            """
            model: vit-tiny-84
            data: {train: [a, {source: b}], validation: c}
            tokenizer: some/folder
            augment: none
            epochs: 2.5
            optimizer: {clip: 0.5}
            schedule: {warmup: 100}
            evaluate: {tasks: retrieval}
            """);
    assertThat(run.data().train())
        .containsExactly(new WeightedSource("a", 1), new WeightedSource("b", 1));
    assertThat(run.tokenizer()).isEqualTo(new TokenizerChoice.Folder("some/folder"));
    assertThat(run.length().toSteps(() -> 1000, 64)).isEqualTo(39);
    assertThat(run.optimizer().clip()).isEqualTo(0.5);
    assertThat(run.schedule().warmupSteps(2000)).isEqualTo(100);
    assertThat(run.evaluate().every()).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "bacth: 3 | run.yaml: bacth is not a key; did you mean batch?",
        "optimizer: {lrr: 3} | run.yaml: optimizer.lrr is not a key; did you mean optimizer.lr?",
        "optimizer: {lr: -1.0} | run.yaml: optimizer.lr must be a finite number > 0, got -1.0",
        "optimizer: {lr: fast} | run.yaml: optimizer.lr must be a number, got \"fast\"",
        "optimizer: {lr: \"0.1\"} | run.yaml: optimizer.lr must be a number, got \"0.1\"",
        "optimizer: {name: lam} | optimizer.name must be one of adamw, lamb; did you mean lamb?",
        "optimizer: {betas: [0.9]} | optimizer.betas must be two numbers in [0, 1), got [0.9]",
        "optimizer: {betas: [0.9, 1.0]} | optimizer.betas must be two numbers in [0, 1), got 1.0",
        "optimizer: {clip: 0} | optimizer.clip must be > 0, or none, got 0",
        "batch: 3.5 | run.yaml: batch must be a whole number, got 3.5",
        "batch: 1 | run.yaml: batch must be >= 2",
        "batch: | run.yaml: batch must be given a value",
        "steps: 0 | run.yaml: steps must be >= 1, got 0",
        "{steps: 3, epochs: 2} | run.yaml: epochs must be left out where steps is given, got 2",
        "augment: {crop: [0.9, 0.6]} | augment.crop must be [min, max] with 0 < min <= max <= 1",
        "augment: {autoaugment: imagenett} | did you mean imagenet?",
        "augment: some | augment must be a map with keys crop, flip, autoaugment, style",
        "seed: 99999999999999999999 | seed must be a whole number",
        "precision: fp8 | precision must be one of auto, fp32, bf16, fp16",
        "tokenizer: {train: 100} | tokenizer.train must be >= 514",
        "tokenizer: {size: 1000} | tokenizer.size is not a key",
        "loss: {global: 0.2} | loss.global must be 0 with interaction late",
        "loss: {late: 0.0} | loss.late must be > 0 with interaction late, got 0.0",
        "micro_batch: 0 | run.yaml: micro_batch must be >= 1, or none, got 0",
        "loss: {keep_tokens: 0.0} | loss.keep_tokens must be in (0, 1], 1 = all, got 0.0",
        "loss: {keep_after: 1.5} | loss.keep_after must be a share of the steps in [0, 1) or a"
            + " whole number of steps, got 1.5",
        "loss: {keep_at_least: 0} | loss.keep_at_least must be >= 1, got 0",
        "loss: {late_warmup: 0.1} | loss.late_warmup must be 0 with interaction late",
        "loss: {z_loss: -1} | loss.z_loss must be finite and >= 0, got -1.0",
        "loss: {max_logit_scale: 0.5} | loss.max_logit_scale must be finite and >= 1, got 0.5",
        "loss: {label_smoothing: 1.0} | loss.label_smoothing must be in [0, 1), got 1.0",
        "evaluate: {every: 5} | evaluate.every must be 0 without data.validation, got 5",
        "distributed: {timeout: 0} | distributed.timeout must be in [1, 86400] (seconds), got 0",
        "evaluate: {tasks: [retrievel]} | did you mean retrieval?",
        "evaluate: {tasks: []} | evaluate.tasks must be at least one task, got []",
        "evaluate: {keep_best: top1} | evaluate.keep_best must be one of r1, r5, r10, t2i_r1,"
            + " i2t_r1, got top1",
        "schedule: {warmup: 1.5} | schedule.warmup must be a share",
        "workers: 0 | workers must be >= 1, got 0",
      })
  void aBadValueIsOneLine(String yaml, String message) {
    String flow = yaml.startsWith("{") ? yaml.substring(1, yaml.length() - 1) : null;
    String lines = flow == null ? yaml : flow.replace(", ", "\n");
    assertThatThrownBy(() -> parse(SHORT + lines))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "model: vit-tiny-48 | did you mean vit-tiny-84?",
        "model: 7 | model must be a text, got 7",
        "model: {image_size: 84} | model.patch_size is missing",
        "model: {image_size: 84, patch_size: 14} | model.vision is missing",
        "model: {image_size: 85, patch_size: 14, vision: {width: 64, layers: 3}, text: {width: 64,"
            + " layers: 2}, embed_dim: 64} | model.patch_size must be a divisor of"
            + " model.image_size 85, got 14",
        "model: {image_size: 84, patch_size: 14, vision: {width: 65, layers: 3, heads: 2}, text:"
            + " {width: 64, layers: 2}, embed_dim: 64} | model.vision.width must be a multiple of"
            + " heads 2, got 65",
        "model: {image_size: 84, patch_size: 14, vision: {width: 64, layer: 3}, text: {width: 64,"
            + " layers: 2}, embed_dim: 64} | did you mean model.vision.layers?",
        "model: {image_size: 84, patch_size: 14, vision: {width: 64, layers: 0}, text: {width: 64,"
            + " layers: 2}, embed_dim: 64} | model.vision.layers must be >= 1, got 0",
      })
  void aBadModelIsOneLine(String model, String message) {
    assertThatThrownBy(() -> parse("data: {train: a}\n" + model))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message);
  }

  @Test
  void captionsAreAllOrTheFirst() {
    assertThat(parse(SHORT).data().captions()).isEqualTo(DataConfig.CaptionChoice.ALL);
    assertThat(parse(SHORT, "data.captions=first").data().captions())
        .isEqualTo(DataConfig.CaptionChoice.FIRST);
    assertThatThrownBy(() -> parse(SHORT, "data.captions=some"))
        .hasMessageContaining("data.captions must be one of all, first, got some");
  }

  @Test
  void severalCaptionsOfAnImageNeedAllPositives() {
    RunConfig run = parse(SHORT, "data.captions_per_image=4", "loss.positives=all", "data.group=2");
    assertThat(run.data().captionsPerImage()).isEqualTo(4);
    assertThat(run.data().unitRows()).isEqualTo(8);
    assertThat(run.loss().positives()).isEqualTo(LossConfig.PositiveChoice.ALL);
    assertThat(parse(SHORT, "loss.positives=all").data().captionsPerImage()).isEqualTo(1);
    assertThat(parse(SHORT, "loss.positives=all", "interaction=global").loss().positives())
        .isEqualTo(LossConfig.PositiveChoice.ALL);
    refused(
        "data.captions_per_image must be 1 unless loss.positives is all (an image's captions would"
            + " be each other's wrong answers), got 4",
        "data.captions_per_image=4");
    refused(
        "batch must be a multiple of data.group x data.captions_per_image, 3, of two images at"
            + " least, got 64",
        "data.captions_per_image=3",
        "loss.positives=all");
    refused(
        "batch must be a multiple of data.group x data.captions_per_image, 64, of two images at"
            + " least, got 64",
        "data.captions_per_image=64",
        "loss.positives=all");
    refused(
        "data.captions_per_image must be 1 with data.captions first, got 2",
        "data.captions_per_image=2",
        "data.captions=first",
        "loss.positives=all");
    refused("loss.positives must be one of own, all, got some", "loss.positives=some");
  }

  private static void refused(String message, String... sets) {
    assertThatThrownBy(() -> parse(SHORT, sets)).hasMessageContaining(message);
  }

  @Test
  void sizesHaveDefaults() {
    RunConfig run =
        parse(
            """
            model: {image_size: 64, patch_size: 16, vision: {width: 192, layers: 3},
                    text: {width: 32, layers: 2}, embed_dim: 64, activation: gelu, cls: true,
                    text_behaviour: open_clip, pixel_behaviour: open_clip}
            data: {train: a}
            """);
    ModelConfig model = run.newModel().orElseThrow();
    assertThat(model.vision().heads()).isEqualTo(3);
    assertThat(model.text())
        .isEqualTo(new TextConfig(32, 2, 1, 77, 0, BlockForm.clip(32, Activation.GELU)));
    assertThat(model.vision().blocks()).isEqualTo(new BlockForm(768, Activation.GELU, 1e-5));
    assertThat(model.imageTokens()).isEqualTo(17);
    assertThat(model.textBehaviour()).isEqualTo(TextBehaviour.OPEN_CLIP);
    assertThat(model.pixelBehaviour()).isEqualTo(PixelBehaviour.OPEN_CLIP);
  }

  @Test
  void towersMayDifferInForm() {
    RunConfig run =
        parse(
            """
            model: {image_size: 64, patch_size: 16,
                    vision: {width: 64, layers: 3, intermediate_size: 100, layer_norm_eps: 1e-6},
                    text: {width: 32, layers: 2, activation: gelu_pytorch_tanh},
                    embed_dim: 64, activation: gelu}
            data: {train: a}
            """);
    ModelConfig model = run.newModel().orElseThrow();
    assertThat(model.vision().blocks()).isEqualTo(new BlockForm(100, Activation.GELU, 1e-6));
    assertThat(model.text().blocks())
        .isEqualTo(new BlockForm(128, Activation.GELU_PYTORCH_TANH, 1e-5));
    String canonical = RunConfigWriter.yaml(run);
    assertThat(RunConfigWriter.yaml(parse(canonical))).isEqualTo(canonical);
    assertThat(parse(canonical).newModel()).contains(model);
  }

  @Test
  void aSiglipTowerIsAKindAndHasNoCls() {
    String yaml =
        """
        model: {image_size: 30, patch_size: 14,
                vision: {kind: siglip, width: 64, layers: 3}, text: {width: 32, layers: 2},
                embed_dim: 64%s}
        data: {train: a}
        """;
    RunConfig run = parse(String.format(yaml, ""));
    ModelConfig model = run.newModel().orElseThrow();
    assertThat(model.vision().kind()).isEqualTo(VisionKind.SIGLIP);
    assertThat(model.vision().blocks())
        .isEqualTo(new BlockForm(256, Activation.GELU_PYTORCH_TANH, 1e-6));
    assertThat(model.text().blocks()).isEqualTo(BlockForm.clip(32, Activation.QUICK_GELU));
    assertThat(model.imageTokens()).isEqualTo(4);
    assertThat(parse(RunConfigWriter.yaml(run)).newModel()).contains(model);
    assertThatThrownBy(() -> parse(String.format(yaml, ", cls: true")))
        .hasMessageContaining("model.cls must be false: a tower of kind siglip has no [CLS]");
    assertThatThrownBy(() -> parse(String.format(yaml, "").replace("siglip", "clip")))
        .hasMessageContaining("model.patch_size must be a divisor of model.image_size 30");
  }

  @Test
  void missingModelOrTrainIsSaid() {
    assertThatThrownBy(() -> parse("data: {train: a}")).hasMessageContaining("model is missing");
    assertThatThrownBy(() -> parse("model: vit-b-32")).hasMessageContaining("data is missing");
    assertThatThrownBy(() -> parse("model: vit-b-32\ndata: {validation: a}"))
        .hasMessageContaining("data.train is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed: 1\nseed: 2\n",
        "optimizer: {lr: 1.0, lr: 2.0}\n",
        "optimizer: {lr: 1.0\n",
        "---\nseed: 1\n",
      })
  void doubleKeysAndBrokenYamlAreRefusedInOneLine(String more) {
    assertThatThrownBy(() -> parse(SHORT + more))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("run.yaml is not valid YAML")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void setsAreCheckedTheSameWay() {
    RunConfig run =
        parse(
            WHOLE,
            "optimizer.lr=1e-3",
            "augment=none",
            "augment.flip=true",
            "epochs=3",
            "data.train.1.weight=5",
            "evaluate.tasks=[retrieval, pointing]");
    assertThat(run.optimizer().lr()).isEqualTo(1e-3);
    assertThat(run.augment()).isEqualTo(new AugmentConfig(new Crop(1, 1), true, Policy.NONE, 0));
    assertThat(run.length()).isEqualTo(new Length.Epochs(3));
    assertThat(run.data().train().get(1).weight()).isEqualTo(5);
    assertThat(run.evaluate().tasks()).containsExactly("retrieval", "pointing");
    assertThatThrownBy(() -> parse(SHORT, "optimizer.lrr=1"))
        .hasMessageContaining("--set optimizer.lrr=1")
        .hasMessageContaining("did you mean optimizer.lr?");
    assertThatThrownBy(() -> parse(SHORT, "batch")).hasMessageContaining("--set must be key=value");
    assertThatThrownBy(() -> parse(WHOLE, "data.train.2.weight=5"))
        .hasMessageContaining("a position in a list of 2");
  }

  @Test
  void aFolderBringsItsInteractionAndTokenizer(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"filip\": {\"interaction\": \"both\"}}");
    RunConfig run = parse("model: " + folder + "\ndata: {train: a}\n");
    assertThat(run.interaction()).isEqualTo(Interaction.BOTH);
    assertThat(run.tokenizer()).isEqualTo(new TokenizerChoice.Folder(folder.toString()));
    assertThat(run.newModel()).isEmpty();
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"clip\"}");
    assertThat(parse("model: " + folder + "\ndata: {train: a}\n").interaction())
        .isEqualTo(Interaction.GLOBAL);
  }

  private static String folder(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"clip\"}");
    return "model: " + folder + "\ndata: {train: a}\n";
  }

  @Test
  void fineTuningArrives(@TempDir Path folder) throws IOException {
    String yaml = folder(folder);
    assertThat(parse(yaml).finetune()).isEqualTo(Finetune.ALL);
    assertThat(parse(yaml + "image_size: 112\n").model())
        .isEqualTo(new ModelChoice.Folder(folder.toString(), OptionalInt.of(112)));
    Finetune lit = parse(yaml, "finetune={lock: image, lock_projection: false}").finetune();
    assertThat(lit).isEqualTo(new Finetune(Lock.IMAGE, false, 1, Optional.empty()));
    assertThat(lit.isLocked(Tower.IMAGE)).isTrue();
    assertThat(lit.keepsProjection(Tower.IMAGE)).isFalse();
    Finetune lora = parse(yaml, "finetune={lock: image, layer_decay: 0.5, lora: {}}").finetune();
    assertThat(lora.lora())
        .contains(new Lora(8, 16, EnumSet.of(Tower.TEXT), EnumSet.allOf(Target.class)));
    assertThat(lora.keepsProjection(Tower.TEXT)).isTrue();
    Finetune some =
        parse(yaml, "finetune.lora={rank: 4, alpha: 2, towers: image, targets: [v, q]}").finetune();
    assertThat(some.lora())
        .contains(new Lora(4, 2, EnumSet.of(Tower.IMAGE), EnumSet.of(Target.Q, Target.V)));
    assertThat(some.lora().orElseThrow().scale()).isEqualTo(0.5);
    assertThat(parse(yaml, "finetune.lora=none").finetune()).isEqualTo(Finetune.ALL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "finetune={lock: both} | finetune.lock must be none, image or text (with both locked"
            + " nothing is left to train), got \"both\"",
        "finetune={lock: [image, text]} | with both locked nothing is left to train",
        "finetune={lock: imag} | did you mean image?",
        "finetune={locks: image} | did you mean finetune.lock?",
        "finetune={layer_decay: 0} | finetune.layer_decay must be in (0, 1], got 0.0",
        "finetune={layer_decay: 1.5} | finetune.layer_decay must be in (0, 1], got 1.5",
        "finetune={lock_projection: false} | finetune.lock_projection must be left out",
        "finetune={lock: text, lora: {towers: [image, text]}} | finetune.lora.towers must be"
            + " without text, which finetune.lock keeps as it is, got [image, text]",
        "finetune={lora: {rank: 0}} | finetune.lora.rank must be >= 1, got 0",
        "finetune={lora: {alpha: 0}} | finetune.lora.alpha must be a finite number > 0",
        "finetune={lora: {targets: [q, w]}} | finetune.lora.targets.1 must be one of q, k, v, out",
        "finetune={lora: {targets: []}} | finetune.lora.targets must be one or more of",
        "image_size=0 | image_size must be >= 1, got 0",
        "tokenizer={train: 1000} | tokenizer must be left out, or the model folder",
      })
  void badFineTuningIsOneLine(String set, String message, @TempDir Path folder) throws IOException {
    String yaml = folder(folder);
    assertThatThrownBy(() -> parse(yaml, set))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void fineTuningNeedsAFolder() {
    assertThatThrownBy(() -> parse(SHORT, "finetune={lock: image}"))
        .hasMessageContaining("finetune must be left out unless model is a model folder");
    assertThatThrownBy(() -> parse(SHORT, "image_size=112"))
        .hasMessageContaining("image_size must be left out unless model is a model folder");
  }

  @Test
  void theCanonicalFormOfAFolderReadsBackEqual(@TempDir Path folder) throws IOException {
    String yaml = folder(folder);
    for (RunConfig run :
        List.of(
            parse(yaml),
            parse(yaml, "image_size=112", "finetune={lock: text, layer_decay: 0.75}"),
            parse(yaml, "finetune.lora={rank: 4, towers: image, targets: [v, fc1]}"))) {
      assertThat(parse(RunConfigWriter.yaml(run))).isEqualTo(run);
      assertThat(parse(RunConfigWriter.json(run).toString())).isEqualTo(run);
    }
  }

  @Test
  void theCanonicalFormReadsBackEqual() {
    for (RunConfig run :
        List.of(parse(SHORT), parse(WHOLE), parse(WHOLE, "epochs=2.5", "tokenizer=a/b"))) {
      RunConfig again = parse(RunConfigWriter.yaml(run));
      assertThat(again).isEqualTo(run);
      assertThat(RunConfigWriter.sha256(again)).isEqualTo(RunConfigWriter.sha256(run));
      assertThat(parse(RunConfigWriter.json(run).toString())).isEqualTo(run);
    }
    assertThat(RunConfigWriter.sha256(parse(SHORT)))
        .hasSize(64)
        .isEqualTo(RunConfigWriter.sha256(parse(SHORT + "batch: 64\n")))
        .isNotEqualTo(RunConfigWriter.sha256(parse(SHORT, "seed=2")));
  }

  @Test
  void sharesAreGivenToAllSourcesOrNone() {
    RunConfig run = parse(SHORT, "data.train=[{source: a, share: 3}, {source: b, share: 1}]");
    assertThat(run.data().train())
        .containsExactly(new WeightedSource("a", 1, 3), new WeightedSource("b", 1, 1));
    assertThat(parse(RunConfigWriter.yaml(run))).isEqualTo(run);
    assertThatThrownBy(() -> parse(SHORT, "data.train=[{source: a, share: 3}, {source: b}]"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(
            "data.train.share must be given to every source or to none, got 1 of 2 sources");
  }

  @Test
  void aGpusTilesAreGivenInMib() {
    assertThat(parse(SHORT).loss().tiles()).isEqualTo(LossTiles.USUAL);
    assertThat(LossTiles.USUAL).isEqualTo(new LossTiles(64, LossTiles.Kernel.TILES));
    RunConfig run = parse(SHORT, "loss={tile_mib: 65536, kernel: fused}");
    assertThat(run.loss().tiles()).isEqualTo(new LossTiles(65_536, LossTiles.Kernel.FUSED));
    assertThat(run.loss().tiles().bytes()).isEqualTo(1L << 36);
    assertThat(parse(RunConfigWriter.yaml(run))).isEqualTo(run);
    for (String wrong : List.of("0", "-16", "65537", "1.5", "64MiB", "99999999999999999999")) {
      assertThatThrownBy(() -> parse(SHORT, "loss.tile_mib=" + wrong))
          .isInstanceOf(BadInput.class)
          .hasMessageMatching("[^\\n]*loss\\.tile_mib[^\\n]*"); // one line
    }
    assertThatThrownBy(() -> parse(SHORT, "loss.tile_mib=0")).hasMessageContaining("in [1, 65536]");
    assertThatThrownBy(() -> parse(SHORT, "loss.kernel=cuda"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("loss.kernel")
        .hasMessageContaining("tiles, fused");
    assertThatThrownBy(() -> parse(SHORT, "loss.tiles_mib=16"))
        .hasMessageContaining("did you mean loss.tile_mib?");
  }

  /** A new key is left out of the canonical form at its default, or runs begun before it stop. */
  @Test
  void fingerprintsOfEarlierRunsStay() {
    assertThat(RunConfigWriter.sha256(parse(SHORT)))
        .isEqualTo("68182f3ec9a3b059fef05fac18d3777b55c2a8143090854ef985333687b1f06c");
    assertThat(RunConfigWriter.sha256(parse(WHOLE)))
        .isEqualTo("8da75e5c44fed43963d8cd2fc8707df813662c5626837a186093965be2cdd445");
  }

  @Test
  void everyPresetIsValid() {
    for (String name : ModelPresets.names()) {
      RunConfig run = parse("model: " + name + "\ndata: {train: a}\n");
      assertThat(run.newModel()).contains(ModelPresets.get(name));
    }
    assertThat(ModelPresets.get("vit-b-32").vision().patches()).isEqualTo(49);
    assertThat(ModelPresets.get("vit-l-14").vision().heads()).isEqualTo(16);
    assertThat(ModelPresets.get("vit-l-14").text().heads()).isEqualTo(12);
    assertThat(ModelPresets.get("vit-tiny-84").vision().patches()).isEqualTo(36);
    assertThat(ModelPresets.get("vit-emoji-72").vision().patches()).isEqualTo(16);
  }

  @Test
  void editsCountSwapsAsOne() {
    assertThat(Choices.edits("batch", "bacth")).isEqualTo(1);
    assertThat(Choices.edits("", "abc")).isEqualTo(3);
    assertThat(Choices.edits("kitten", "sitting")).isEqualTo(3);
    assertThat(Choices.nearest(List.of("width", "layers"), "zzz")).isEmpty();
  }

  @Test
  void lateWeightRisesAndSelectionBeginsAtTheirSteps() {
    RunConfig both = parse(SHORT, "interaction=both", "loss={late_warmup: 0.25, keep_tokens: 0.5}");
    assertThat(both.loss().late(1, 40)).isEqualTo(0.05);
    assertThat(both.loss().late(10, 40)).isEqualTo(0.5);
    assertThat(both.loss().late(40, 40)).isEqualTo(0.5);
    assertThat(parse(SHORT, "interaction=global").loss().lateWarmup()).isZero();
    KeepTokens keep = new KeepTokens(0.25, 10, 6);
    assertThat(keep.selects(10, 40)).isFalse();
    assertThat(keep.selects(11, 40)).isTrue();
    assertThat(keep.of(4)).isEqualTo(4);
    assertThat(keep.of(20)).isEqualTo(6);
    assertThat(keep.of(49)).isEqualTo(12);
    assertThat(KeepTokens.ALL.selects(1, 40)).isFalse();
  }
}
