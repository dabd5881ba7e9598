package dev.filip.interop;

import dev.filip.io.BadInput;
import dev.filip.torchfile.TorchFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What lies at a path: the order of the questions is the order of the lines here. */
final class SourceDetection {
  private static final List<String> HUB_WEIGHTS =
      List.of(
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.safetensors",
          "open_clip_pytorch_model.bin");

  private SourceDetection() {}

  /** The model there; nothing that is known is {@link BadInput}. */
  static ForeignModel open(Path source, ImportOptions options) {
    ForeignModel found = find(source, options);
    if (!(found instanceof SiglipModel) && !options.text().equals(ImportOptions.NewText.UNSAID)) {
      found.weights().close();
      throw new BadInput(
          "--text-from, --text-width, --text-layers and --text-context are for image towers alone"
              + " (SigLIP): "
              + source
              + " has a text tower");
    }
    if (options.pixels().isPresent() && found.saysItsPixels()) {
      found.weights().close();
      throw new BadInput(
          "--pixels "
              + options.pixels().get()
              + ": "
              + source
              + " says how its pixels are made: the option is for Hugging Face folders without"
              + " preprocessor_config.json");
    }
    return found;
  }

  private static ForeignModel find(Path source, ImportOptions options) {
    if (Files.isDirectory(source)) {
      return folder(source, options);
    }
    if (!Files.exists(source)) {
      throw new BadInput("SOURCE " + source + ": there is no such file or folder");
    }
    return source.getFileName().toString().endsWith(".safetensors")
        ? tensors(source, "safetensors file", WeightSet.ofSafetensors(List.of(source)))
        : torch(source, options);
  }

  private static ForeignModel folder(Path folder, ImportOptions options) {
    if (Files.exists(folder.resolve(OpenClipModel.CONFIG))) {
      return hub(folder, options);
    }
    if (HuggingFaceModel.is(folder) && SiglipModel.is(folder)) {
      return SiglipModel.open(folder, options);
    }
    if (HuggingFaceModel.is(folder)) {
      return HuggingFaceModel.open(folder, options);
    }
    throw new BadInput(
        "SOURCE "
            + folder
            + " is neither a Hugging Face folder (config.json and its weights) nor open_clip's"
            + " (open_clip_config.json and its weights)");
  }

  private static ForeignModel hub(Path folder, ImportOptions options) {
    for (String name : HUB_WEIGHTS) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        WeightSet weights =
            name.endsWith(".bin")
                ? WeightSet.ofTorch(List.of(file), options.choice())
                : WeightSet.ofSafetensors(List.of(file));
        return new OpenClipModel(
            folder,
            "open_clip hub folder (" + name + ")",
            weights,
            Optional.of(folder),
            OpenClipModel.Origin.OPEN_CLIP);
      }
    }
    throw new BadInput(folder + " has no weights: none of " + String.join(", ", HUB_WEIGHTS));
  }

  private static ForeignModel torch(Path file, ImportOptions options) {
    String form;
    try (TorchFile torch = TorchFile.open(file)) {
      String what =
          torch.form() == TorchFile.Form.TORCHSCRIPT
              ? "TorchScript archive"
              : StateDicts.isCheckpoint(torch) ? "training checkpoint" : "state dict";
      String average = options.average() ? ", moving average" : "";
      form = what + average + (torch.form() == TorchFile.Form.LEGACY ? ", older form" : "");
    }
    return tensors(file, form, WeightSet.ofTorch(List.of(file), options.choice()));
  }

  /** By the names of the tensors. */
  private static ForeignModel tensors(Path file, String form, WeightSet weights) {
    try {
      if (DeclipModel.names(weights)) {
        return new DeclipModel(file, DeclipModel.said(weights) + " " + form, weights);
      }
      if (OpenClipModel.names(weights)) {
        OpenClipModel.Origin origin = OpenClipModel.origin(weights);
        String whose = origin == OpenClipModel.Origin.OPENAI ? "OpenAI " : "open_clip ";
        return new OpenClipModel(file, whose + form, weights, Optional.empty(), origin);
      }
      if (weights.has("vision_model.embeddings.patch_embedding.weight")) {
        throw new BadInput(
            file
                + " has Hugging Face's names: give its folder, with config.json beside the weights");
      }
      throw new BadInput(
          file
              + ": these are no CLIP's names: "
              + String.join(", ", weights.names().stream().limit(3).toList()));
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }
}
