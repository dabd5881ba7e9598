package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.data.BatchFeed;
import dev.filip.data.TrainBatch;
import dev.filip.distributed.Communicator;
import dev.filip.image.Preprocess;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Training data made on the spot: noise pictures of 8 pixels with captions, shuffled by epoch. */
class TinyData implements FeedFactory {
  private static final String[] THINGS = {"cat", "dog", "tree", "house", "moon", "star"};
  private static final int SAMPLES = 36;

  /** A config for this data; {@code sets} are {@code key=value}. */
  static RunConfig config(String interaction, int steps, String... sets) {
    String yaml =
        """
        model: {image_size: 8, patch_size: 4, vision: {width: 16, layers: 1, heads: 2},
                text: {width: 16, layers: 1, heads: 2, context: 12}, embed_dim: 8}
        interaction: %s
        data: {train: [{source: generated}], validation: generated}
        tokenizer: {train: 530}
        batch: 8
        steps: %d
        optimizer: {name: adamw, lr: 3.0e-3, weight_decay: 0.05, betas: [0.9, 0.98], eps: 1.0e-6, clip: 1.0}
        precision: fp32
        seed: 3
        """;
    return RunConfigReader.parse(yaml.formatted(interaction, steps), "tiny.yaml", List.of(sets));
  }

  /** A config that goes on from a model folder. */
  static RunConfig config(Path model, int steps, String... sets) {
    String yaml =
        """
        model: %s
        data: {train: [{source: generated}]}
        batch: 8
        steps: %d
        optimizer: {lr: 3.0e-3}
        precision: fp32
        seed: 5
        """;
    return RunConfigReader.parse(yaml.formatted(model, steps), "tiny.yaml", List.of(sets));
  }

  @Override
  public long samples() {
    return SAMPLES;
  }

  @Override
  public Iterable<String> captions() {
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      captions.add(caption(i));
    }
    return captions;
  }

  private static String caption(int i) {
    return "a " + THINGS[i % 6] + " by a " + THINGS[i / 6];
  }

  @Override
  public List<String> someCaptions(int samples) {
    List<String> all = new ArrayList<>();
    captions().forEach(all::add);
    return all.subList(0, Math.min(samples, all.size()));
  }

  @Override
  public ObjectNode describe() {
    return Json.object().put("source", "generated");
  }

  @Override
  public ObjectNode shape() {
    return describe();
  }

  @Override
  public JsonNode preprocessor(ModelConfig model) {
    return Preprocess.plain(model.vision().imageSize()).toJson();
  }

  @Override
  public BatchFeed open(
      RunConfig config,
      ModelConfig model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      @Nullable JsonNode cursor,
      Communicator ranks) {
    int size = Preprocess.of(preprocessor, model.pixelBehaviour()).width();
    long given = cursor == null ? 0 : cursor.path("given").asLong();
    BatchFeed whole = new Feed(config, tokenizer, 3 * size * size, given);
    return ranks.world() == 1 ? whole : new RankFeed(whole, ranks.rank(), ranks.world());
  }

  @Override
  public void close() {}

  /** Batches in the order of a permutation keyed by (seed, epoch). */
  private static final class Feed implements BatchFeed {
    private final RunConfig config;
    private final BpeTokenizer tokenizer;
    private final int floats;
    private long given;

    Feed(RunConfig config, BpeTokenizer tokenizer, int floats, long given) {
      this.config = config;
      this.tokenizer = tokenizer;
      this.floats = floats;
      this.given = given;
    }

    @Override
    public TrainBatch next() {
      float[] pixels = new float[config.batch() * floats];
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < config.batch(); i++) {
        int sample = sample(given * config.batch() + i);
        Random random = new Random(sample);
        for (int k = 0; k < floats; k++) {
          pixels[i * floats + k] = (float) random.nextGaussian();
        }
        texts.add(caption(sample));
      }
      given++;
      return TrainBatch.of(new FloatPixels(pixels, config.batch()), tokenizer.batch(texts, 12));
    }

    private int sample(long position) {
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < SAMPLES; i++) {
        order.add(i);
      }
      Collections.shuffle(order, new Random(config.seed() * 31 + position / SAMPLES));
      return order.get((int) (position % SAMPLES));
    }

    @Override
    public JsonNode cursor() {
      return Json.object().put("given", given);
    }

    @Override
    public String leftOut() {
      return "";
    }

    @Override
    public void close() {}
  }
}
