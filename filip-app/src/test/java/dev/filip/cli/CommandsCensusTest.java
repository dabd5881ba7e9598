package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.tensor.Census;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command that opens a model, where it ends well and where it does not, again and again. */
class CommandsCensusTest {
  @Test
  void noCommandLeavesNativeObjectsBehind(@TempDir Path temp) throws Exception {
    assertThat(Census.left(Commands.class, temp))
        .hasSizeGreaterThan(20)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
  }

  private static final class Commands implements Census.Scenarios {
    private static final Path ROOT = Path.of(System.getProperty("filip.root", ".."));
    private static final Path MODEL = ROOT.resolve("models/collages-late");
    private static final int IMAGES = 8;
    private final Map<String, Census.Work> works = new LinkedHashMap<>();
    private Path folder = Path.of("");
    private Path source = Path.of("");

    @Override
    public Map<String, Census.Work> in(Path temp) throws IOException {
      folder = temp;
      source = pictures();
      encoding();
      judging();
      leaving();
      training();
      return works;
    }

    private Path pictures() throws IOException {
      Path pictures = Files.createDirectory(folder.resolve("source"));
      for (int i = 0; i < IMAGES; i++) {
        BufferedImage image = new BufferedImage(40, 50, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 2000; p++) {
          image.setRGB(p % 40, p / 40, Color.HSBtoRGB(i / 8f, p % 40 / 40f, p / 2000f));
        }
        byte[] png = AwtImages.png(image);
        String name = String.format(Locale.ROOT, "%03d", i);
        Files.write(pictures.resolve(name + ".png"), i == 5 ? Arrays.copyOf(png, 60) : png);
        Files.writeString(pictures.resolve(name + ".txt"), "a picture " + i + "\n");
      }
      return pictures;
    }

    /** Adds a command that ends with a code. */
    private void command(int code, Object... words) {
      String[] arguments = Arrays.stream(words).map(Object::toString).toArray(String[]::new);
      works.put(
          String.join(" ", arguments).replace(folder + "/", ""),
          () -> assertThat(Main.run(arguments)).isEqualTo(code));
    }

    private void similarity(int code, Path model, String image) {
      Path file = source.resolve(image);
      command(code, "similarity", model, "--image", file, "--text", "a picture of a ball");
    }

    private Path out(String name) {
      return folder.resolve(name);
    }

    /** The model with one file of another content. */
    private Path damaged(String file, String content) throws IOException {
      Path copy = Files.createDirectory(folder.resolve("damaged-" + file));
      try (var files = Files.list(MODEL)) {
        for (Path each : files.toList()) {
          Files.copy(each, copy.resolve(each.getFileName()));
        }
      }
      Files.writeString(copy.resolve(file), content);
      return copy;
    }

    private void encoding() throws IOException {
      Path store = out("store");
      for (String precision : List.of("fp32", "bf16", "int8")) {
        command(
            0,
            "encode",
            MODEL,
            source,
            "--out",
            store,
            "--texts",
            "--force",
            "--precision",
            precision,
            "--part",
            3);
      }
      similarity(0, MODEL, "000.png");
      similarity(2, MODEL, "005.png");
      for (int code : new int[] {0, 2}) {
        Path image = source.resolve(code == 0 ? "001.png" : "005.png");
        command(code, "explain", MODEL, image, "a {ball}", "--out", out("explained"), "--force");
        command(
            code, "explain", MODEL, image, "a {ball}", "--gradient", "--out", out("g"), "--force");
      }
      Path index = out("index");
      command(0, "index", "create", index, "--model", MODEL, "--force");
      command(0, "index", "add", index, source);
      command(0, "search", index, "a red ball -tree", "--explain");
      command(0, "search", index, "--image", source.resolve("000.png"));
      command(2, "search", index, "--image", source.resolve("005.png"));
      command(2, "search", index, "ball", "--model", ROOT.resolve("models/collages-global"));
      for (String file : List.of("preprocessor_config.json", "tokenizer.json", "config.json")) {
        Path damaged = damaged(file, "{");
        command(2, "encode", damaged, source, "--out", out("none"), "--precision", "int8");
        similarity(2, damaged, "000.png");
      }
      command(2, "encode", MODEL, out("nowhere"), "--out", out("none"));
    }

    private void judging() {
      command(0, "eval", "retrieval", MODEL, source);
      command(2, "eval", "pointing", MODEL, source);
      Path golden = ROOT.resolve("filip-model/src/test/resources/golden/model/quick");
      command(0, "parity", "model", golden, golden.resolve("golden.safetensors"));
      command(2, "parity", "model", MODEL, golden.resolve("golden.safetensors"));
      command(
          0,
          "parity",
          "loss",
          ROOT.resolve("filip-parity/src/test/resources/golden/loss/late-fp32.safetensors"));
      command(2, "parity", "loss", golden.resolve("golden.safetensors"));
    }

    private void leaving() {
      for (String form : List.of("huggingface", "open_clip", "onnx")) {
        command(0, "export", MODEL, "--to", form, "--out", out(form), "--force");
      }
      for (String form : List.of("open_clip", "onnx")) {
        Path damaged = out("damaged-preprocessor_config.json");
        command(2, "export", damaged, "--to", form, "--out", out("none"));
      }
      command(0, "import", out("open_clip"), "--out", out("imported"), "--force");
      command(0, "import", out("huggingface"), "--out", out("imported"), "--force");
      command(2, "import", out("open_clip"), "--out", out("none"), "--text-from", MODEL);
      command(2, "import", out("damaged-tokenizer.json"), "--out", out("none"));
    }

    private void training() throws IOException {
      Path config = folder.resolve("tiny.yaml");
      Files.writeString(
          config,
          """
          data: {train: [{source: %s}], validation: %s}
          batch: 4
          steps: 6
          evaluate: {every: 2}
          checkpoint: {every: 3}
          """
              .formatted(source, source));
      String sizes =
          "model={image_size: 28, patch_size: 14, vision: {width: 16, layers: 1, heads: 2},"
              + " text: {width: 16, layers: 1, heads: 2, context: 12}, embed_dim: 8}";
      String pieces = "tokenizer.train=530";
      Path run = out("run");
      train(0, config, run, sizes, pieces);
      train(
          0,
          config,
          run,
          sizes,
          pieces,
          "optimizer.name=lamb",
          "gradient_checkpointing=true",
          "micro_batch=2");
      train(0, config, run, "model=" + MODEL, "finetune.lora.rank=2");
      train(2, config, run, "model=" + MODEL, "finetune.lora.rank=500");
      train(2, config, run, sizes, pieces, "batch=100");
    }

    private void train(int code, Path config, Path run, String... sets) {
      Object[] words = {"train", config, "--out", run, "--force"};
      Stream<String> given = Arrays.stream(sets).flatMap(set -> Stream.of("--set", set));
      command(code, Stream.concat(Arrays.stream(words), given).toArray());
    }
  }
}
