package dev.filip.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.data.hub.Hub;
import dev.filip.data.hub.HubModel;
import dev.filip.data.hub.HubSettings;
import dev.filip.image.Preprocess;
import dev.filip.image.Resample;
import dev.filip.interop.Exported;
import dev.filip.interop.ImportOptions;
import dev.filip.interop.ImportReport;
import dev.filip.interop.ImportedFrom;
import dev.filip.interop.Importer;
import dev.filip.interop.PixelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Bring weights of another program into a model folder: Hugging Face CLIP folders, open_clip hub folders and"
          + " checkpoints, OpenAI's archives, DeCLIP's checkpoints, the image tower of SigLIP folders. Nothing in them is executed.",
      "hf:OWNER/NAME[@REVISION] is fetched from the Hugging Face hub, or from HF_ENDPOINT, into the cache that Python's tools use"
          + " (HF_HUB_CACHE, HF_HOME; HF_HUB_OFFLINE=1: the cache only; HF_TOKEN for private models).",
      "What the source does not say is asked for, never guessed; every tensor is accounted for."
    },
    footer = {
      "",
      "Example:",
      "  filip import ViT-B-32.pt --tokenizer bpe_simple_vocab_16e6.txt.gz --out models/openai-b32",
      "  filip import hf:openai/clip-vit-base-patch32 --out models/clip-b32"
    })
final class ImportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SOURCE",
      description =
          "Folder, file (.pt, .pth, .bin, .pth.tar, .safetensors), or hf:OWNER/NAME[@REVISION].")
  private String source;

  @Option(names = "--out", required = true, description = "Model folder to make.")
  private Path out;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|FILE",
      description =
          "Folder of tokenizer files, or CLIP's bpe_simple_vocab_16e6.txt.gz. Default: the source's own.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description =
          "quick_gelu, gelu or gelu_pytorch_tanh, for state dicts that do not say theirs.")
  private @Nullable Activation activation;

  @Option(
      names = "--vision-heads",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Heads of the image tower, where neither source nor width tells. Default: the source's.")
  private int visionHeads;

  @Option(
      names = "--text-heads",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Heads of the text tower, where neither source nor width tells. Default: the source's.")
  private int textHeads;

  @Option(
      names = "--interaction",
      paramLabel = "KIND",
      description = "late, global or both. Default: as the source was trained; late for SigLIP.")
  private @Nullable Interaction interaction;

  @Option(
      names = "--embed-dim",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "New projections of this width, to be trained. Default: the source's projections.")
  private int embedDim;

  @Option(
      names = "--text-from",
      paramLabel = "MODEL",
      description = "For SigLIP: the text tower of this CLIP model folder. Default: a new one.")
  private @Nullable Path textFrom;

  @Option(
      names = "--text-width",
      paramLabel = "N",
      defaultValue = "0",
      description = "For SigLIP: width of the new text tower. Default: 512.")
  private int textWidth;

  @Option(
      names = "--text-layers",
      paramLabel = "N",
      defaultValue = "0",
      description = "For SigLIP: blocks of the new text tower. Default: 12.")
  private int textLayers;

  @Option(
      names = "--text-context",
      paramLabel = "N",
      defaultValue = "0",
      description = "For SigLIP: positions of the new text tower. Default: 77.")
  private int textContext;

  @Option(
      names = "--pixels",
      paramLabel = "NAME|FILE",
      description =
          "clip, siglip or a preprocessor_config.json, for Hugging Face folders without one.")
  private @Nullable String pixels;

  @Option(names = "--seed", defaultValue = "1", description = "Draws what is new. Default: 1.")
  private long seed;

  @Option(
      names = "--ema",
      description = "The moving average of a training checkpoint instead of its weights.")
  private boolean average;

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  private final Map<String, String> environment;

  ImportCommand() {
    this(System.getenv());
  }

  /**
   * In another environment than the process has.
   *
   * @param environment says where the hub and its cache are
   */
  ImportCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    ImportOptions options =
        new ImportOptions(
            Optional.ofNullable(activation),
            visionHeads,
            textHeads,
            Optional.ofNullable(interaction),
            embedDim,
            seed,
            Optional.ofNullable(tokenizer),
            average,
            new ImportOptions.NewText(
                Optional.ofNullable(textFrom), textWidth, textLayers, textContext),
            Optional.ofNullable(pixels));
    ImportReport report = Importer.run(from(), out, options, ImportedPixels::file);
    answer.print(report.toJson(), report.toText());
    return 0;
  }

  /** Nothing is fetched for an output that would be refused. */
  private ImportedFrom from() throws IOException {
    if (!HubModel.isNamedBy(source)) {
      Path local = Path.of(source);
      Exported.requireFree(out, local, force.isOn());
      return ImportedFrom.of(local);
    }
    HubModel model = HubModel.of(source);
    HubSettings settings = HubSettings.of(environment, Path.of(System.getProperty("user.home")));
    Exported.requireFree(out, settings.cache(), force.isOn());
    Hub.Fetched fetched = Hub.fetch(model, settings);
    return new ImportedFrom(fetched.folder(), model.toString(), fetched.origin());
  }

  /** {@code preprocessor_config.json} of what the source of an import says about its pixels. */
  private static final class ImportedPixels {
    private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

    private ImportedPixels() {}

    /** The file; what our pixels cannot do, or what does not give the model's size, is refused. */
    static JsonNode file(PixelSource source, ModelConfig config) {
      PixelBehaviour behaviour = config.pixelBehaviour();
      Preprocess settings =
          switch (source) {
            case PixelSource.Carried(JsonNode json) -> Preprocess.of(json, behaviour);
            case PixelSource.OpenClip(JsonNode json, int size) -> Preprocess.ofOpenClip(json, size);
            case PixelSource.Clip(int size) -> Preprocess.clip(size, behaviour);
            case PixelSource.Siglip(int size) -> Preprocess.siglip(size);
            case PixelSource.ImageNet(int size) -> imageNet(size, behaviour);
          };
      settings.requireSize("preprocessor_config.json", config.vision().imageSize());
      return source instanceof PixelSource.Carried(JsonNode json) ? json : settings.toJson();
    }

    /** Shorter edge 8/7 of the size (256 for 224), bilinear, centre crop. */
    private static Preprocess imageNet(int size, PixelBehaviour behaviour) {
      return new Preprocess(
          behaviour,
          new Preprocess.ShortestEdge(size * 8 / 7),
          Resample.BILINEAR,
          new Preprocess.Exact(size, size),
          1 / 255.0,
          IMAGENET_MEAN,
          IMAGENET_STD,
          false);
    }
  }
}
