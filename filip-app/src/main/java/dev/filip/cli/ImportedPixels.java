package dev.filip.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.image.Preprocess;
import dev.filip.image.Resample;
import dev.filip.interop.PixelSource;
import dev.filip.io.BadInput;
import java.util.List;

/** {@code preprocessor_config.json} of what the source of an import says about its pixels. */
final class ImportedPixels {
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
    int size = config.vision().imageSize();
    BadInput.require(
        settings.width() == size && settings.height() == size,
        "preprocessor_config.json's pictures",
        settings.width() + " x " + settings.height(),
        "as large as the model's image_size " + size);
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
