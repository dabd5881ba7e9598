package dev.filip.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFingerprint;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.image.PackedImage;
import dev.filip.image.Preprocess;
import dev.filip.image.Preprocessor;
import dev.filip.image.UndecodableImage;
import dev.filip.io.Json;
import dev.filip.model.AttentionMaps;
import dev.filip.model.AttentionProbe;
import dev.filip.model.Encoder;
import dev.filip.model.FilipModel;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.TokenSpans;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A trained model with its tokenizer and preprocessing. Borrows the model. Thread-safe. */
public final class ModelEmbedder implements Embedder, Gradients {
  private static final String PREPROCESSOR = "preprocessor_config.json";

  private final FilipModel model;
  private final ModelConfig config;
  private final Encoder encoder;
  private final BpeTokenizer tokenizer;
  private final Preprocessor preprocessor;

  /**
   * @param preprocessing content of {@code preprocessor_config.json}; where it is empty CLIP's is
   *     taken
   */
  public ModelEmbedder(FilipModel model, BpeTokenizer tokenizer, JsonNode preprocessing) {
    this(model, new Encoder(model), tokenizer, preprocessing, PREPROCESSOR);
  }

  /**
   * Of a model folder, computing in the encoder's way.
   *
   * @param encoder of the folder's model or of one packed from it
   */
  public ModelEmbedder(LoadedModel loaded, Encoder encoder) {
    this(
        loaded.model(),
        encoder,
        loaded.tokenizer(),
        loaded.preprocessor(),
        loaded.folder().resolve(PREPROCESSOR).toString());
  }

  private ModelEmbedder(
      FilipModel model,
      Encoder encoder,
      BpeTokenizer tokenizer,
      JsonNode preprocessing,
      String said) {
    this.model = model;
    this.config = model.config();
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    int side = config.vision().imageSize();
    Preprocess pixels =
        preprocessing.isEmpty()
            ? Preprocess.clip(side, config.pixelBehaviour())
            : Preprocess.of(preprocessing, config.pixelBehaviour());
    pixels.requireSize(said, side);
    this.preprocessor = new Preprocessor(pixels);
  }

  private ModelEmbedder(ModelEmbedder other, Encoder encoder) {
    this.model = other.model;
    this.config = other.config;
    this.encoder = encoder;
    this.tokenizer = other.tokenizer;
    this.preprocessor = other.preprocessor;
  }

  /** Of a model folder. */
  public ModelEmbedder(LoadedModel loaded) {
    this(loaded, new Encoder(loaded.model()));
  }

  @Override
  public Interaction interaction() {
    return config.interaction();
  }

  @Override
  public PatchLayout layout() {
    int side = config.vision().grid();
    return new PatchLayout(side, side, config.vision().patchSize(), config.cls() ? 1 : 0);
  }

  @Override
  public int width() {
    return config.embedDim();
  }

  @Override
  public ModelEmbedder as(Tokens.Type type) {
    return new ModelEmbedder(this, encoder.as(type));
  }

  @Override
  public String fingerprint() {
    return ModelFingerprint.of(model, tokenizer, encoder.precision());
  }

  @Override
  public double logitScale() {
    return Math.exp(model.logScale());
  }

  @Override
  public Picture prepare(byte[] image) throws Unreadable {
    try {
      return prepare(preprocessor.decode(image));
    } catch (UndecodableImage e) {
      throw new Unreadable(e.reason(), e);
    }
  }

  /** Resizes and crops a decoded image. */
  public Picture prepare(PackedImage decoded) {
    return new Picture(
        preprocessor.pixels(decoded),
        preprocessor.placement(decoded),
        decoded.width(),
        decoded.height());
  }

  @Override
  public Encoded images(List<Picture> pictures) {
    if (encoder.takesBytes()) {
      return encoder.images(
          pictures.size(),
          (image, to, at) -> {
            byte[] rgb = pictures.get(image).pixels().toRgb().rgb();
            MemorySegment.copy(rgb, 0, to, ValueLayout.JAVA_BYTE, at, rgb.length);
          },
          preprocessor.values());
    }
    return encoder.images(
        pictures.size(),
        (image, to, at) -> preprocessor.normalise(pictures.get(image).pixels(), to, at));
  }

  @Override
  public Encoded texts(List<String> texts) {
    return encoder.texts(tokenizer.batch(texts, config.text().context()));
  }

  @Override
  public AttentionMaps image(Picture picture, AttentionProbe.Toward toward) {
    try (AttentionProbe probe = new AttentionProbe(model)) {
      return probe.image(preprocessor.normalised(picture.pixels()), toward);
    }
  }

  @Override
  public AttentionMaps text(String text, AttentionProbe.Toward toward) {
    try (AttentionProbe probe = new AttentionProbe(model)) {
      return probe.text(tokenizer.batch(List.of(text), config.text().context()), toward);
    }
  }

  @Override
  public Words words(String text) {
    TokenSpans spans = tokenizer.encodeWithSpans(text).cut(config.text().context());
    return new Words(tokenizer.words(spans.ids()), spans.from(), spans.to());
  }

  @Override
  public ObjectNode preprocessing() {
    ObjectNode json = Json.object().put("pixels", config.pixelBehaviour().name());
    json.setAll(preprocessor.settings().toJson());
    return json;
  }
}
