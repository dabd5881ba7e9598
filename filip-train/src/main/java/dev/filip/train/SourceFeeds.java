package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfig.WeightedSource;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.image.Preprocess;
import dev.filip.image.Preprocessor;
import dev.filip.image.UndecodableImage;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Interim: batches of sources without augmentation and weights. */
final class SourceFeeds implements FeedFactory {
  private final List<SampleSource> sources;

  private SourceFeeds(List<SampleSource> sources) {
    this.sources = sources;
  }

  static FeedFactory open(RunConfig config, Consumer<String> log) throws IOException {
    List<SampleSource> sources = new ArrayList<>();
    SourceOptions options =
        SourceOptions.columns(config.data().imageKey(), config.data().captionKey());
    for (WeightedSource source : config.data().train()) {
      SampleSource opened = Sources.open(source.source(), options);
      log.accept("data.train: " + opened.describe());
      sources.add(opened);
    }
    return new SourceFeeds(sources);
  }

  @Override
  public long samples() {
    return sources.stream().mapToLong(SampleSource::size).sum();
  }

  private Sample read(int index) throws IOException {
    int rest = index;
    for (SampleSource source : sources) {
      if (rest < source.size()) {
        return source.read(rest);
      }
      rest -= source.size();
    }
    throw new IndexOutOfBoundsException(index);
  }

  @Override
  public Iterable<String> captions() {
    List<String> all = new ArrayList<>();
    try {
      for (int i = 0; i < samples(); i++) {
        all.addAll(read(i).captions());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  @Override
  public ObjectNode describe() throws IOException {
    ObjectNode json = Json.object();
    for (SampleSource source : sources) {
      json.put(source.describe(), source.fingerprint());
    }
    return json;
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
      @Nullable JsonNode cursor) {
    Preprocess settings = Preprocess.of(preprocessor, model.pixelBehaviour());
    long given = cursor == null ? 0 : cursor.path("given").asLong();
    return new Feed(config, model, tokenizer, new Preprocessor(settings), given);
  }

  @Override
  public void close() throws IOException {
    for (SampleSource source : sources) {
      source.close();
    }
  }

  private final class Feed implements BatchFeed {
    private static final int AHEAD = 4;
    private final RunConfig config;
    private final ModelConfig model;
    private final BpeTokenizer tokenizer;
    private final Preprocessor preprocessor;
    private final ExecutorService workers;
    private final Deque<Future<Batch>> ahead = new ArrayDeque<>();
    private long given;
    private long ordered;
    private long epoch = -1;
    private List<Integer> order = List.of();

    Feed(
        RunConfig config,
        ModelConfig model,
        BpeTokenizer tokenizer,
        Preprocessor preprocessor,
        long given) {
      this.config = config;
      this.model = model;
      this.tokenizer = tokenizer;
      this.preprocessor = preprocessor;
      this.given = given;
      this.ordered = given;
      this.workers =
          Executors.newFixedThreadPool(
              config.workers(), Thread.ofPlatform().daemon().name("filip-feed-", 0).factory());
    }

    @Override
    public Batch next() throws IOException {
      while (ahead.size() < AHEAD) {
        long batch = ordered++;
        List<Integer> indices = indices(batch);
        ahead.add(workers.submit(() -> make(indices, batch)));
      }
      try {
        given++;
        return ahead.removeFirst().get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }

    private List<Integer> indices(long batch) {
      List<Integer> indices = new ArrayList<>();
      int group = config.data().group();
      int groups = (int) (samples() / group);
      for (int i = 0; i < config.batch() / group; i++) {
        long position = batch * (config.batch() / group) + i;
        if (position / groups != epoch) {
          epoch = position / groups;
          order = new ArrayList<>();
          for (int k = 0; k < groups; k++) {
            order.add(k);
          }
          Collections.shuffle(order, new Random(config.seed() * 31 + epoch));
        }
        for (int k = 0; k < group; k++) {
          indices.add(order.get((int) (position % groups)) * group + k);
        }
      }
      return indices;
    }

    private Batch make(List<Integer> indices, long batch) throws IOException, UndecodableImage {
      int size = 3 * model.vision().imageSize() * model.vision().imageSize();
      float[] pixels = new float[indices.size() * size];
      List<String> texts = new ArrayList<>();
      Random random = new Random(config.seed() * 77 + batch);
      for (int i = 0; i < indices.size(); i++) {
        Sample sample = read(indices.get(i));
        System.arraycopy(preprocessor.apply(sample.image()), 0, pixels, i * size, size);
        texts.add(sample.captions().get(random.nextInt(sample.captions().size())));
      }
      return new Batch(pixels, tokenizer.batch(texts, model.text().context()));
    }

    @Override
    public JsonNode cursor() {
      return Json.object().put("given", given);
    }

    @Override
    public String skipped() {
      return "";
    }

    @Override
    public void close() {
      workers.shutdownNow();
    }
  }
}
