package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.DataConfig;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.data.BatchPipeline;
import dev.filip.data.Cursor;
import dev.filip.data.FirstCaptionSource;
import dev.filip.data.PipelineOptions;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.data.TrainBatch;
import dev.filip.data.UnreadableSample;
import dev.filip.data.WeightedSource;
import dev.filip.distributed.Alone;
import dev.filip.distributed.Communicator;
import dev.filip.image.Preprocess;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sources that a config names, through the prefetching pipeline. Owns the sources. */
final class SourceFeeds implements FeedFactory {
  private final List<WeightedSource> sources;
  private final DataConfig data;

  private SourceFeeds(List<WeightedSource> sources, DataConfig data) {
    this.sources = sources;
    this.data = data;
  }

  /** Opens them and says what each is. */
  static FeedFactory open(RunConfig config, Consumer<String> log) {
    List<WeightedSource> sources = new ArrayList<>();
    SourceOptions options =
        SourceOptions.columns(config.data().imageKey(), config.data().captionKey());
    for (DataConfig.WeightedSource named : config.data().train()) {
      SampleSource source = Sources.open(named.source(), options);
      if (config.data().captions() == DataConfig.CaptionChoice.FIRST) {
        source = new FirstCaptionSource(source);
      }
      log.accept("data.train: " + source.describe());
      sources.add(new WeightedSource(source, named.weight()));
    }
    return new SourceFeeds(sources, config.data());
  }

  @Override
  public long samples() {
    long units = 0;
    for (WeightedSource source : sources) {
      units += Math.round(source.weight() * Math.floorDiv(source.source().size(), data.group()));
    }
    return units * data.group();
  }

  @Override
  public Iterable<String> captions() {
    List<String> captions = new ArrayList<>();
    for (WeightedSource source : sources) {
      for (long i = 0; i < source.source().size(); i++) {
        captions.addAll(captions(source.source(), i));
      }
    }
    return captions;
  }

  @Override
  public List<String> someCaptions(int samples) {
    List<String> captions = new ArrayList<>();
    int each = Math.max(1, samples / sources.size());
    for (WeightedSource weighted : sources) {
      SampleSource source = weighted.source();
      long taken = Math.min(each, source.size());
      for (long i = 0; i < taken; i++) {
        captions.addAll(captions(source, i * source.size() / taken));
      }
    }
    return captions;
  }

  private static List<String> captions(SampleSource source, long index) {
    try {
      return source.text(index).captions();
    } catch (UnreadableSample unreadable) {
      return List.of(); // the pipeline counts it when its turn comes
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ObjectNode describe() throws IOException {
    ObjectNode json = Json.object();
    ArrayNode train = json.putArray("train");
    for (WeightedSource source : sources) {
      train
          .addObject()
          .put("source", source.source().describe())
          .put("weight", source.weight())
          .put("fingerprint", source.source().fingerprint());
    }
    return json;
  }

  @Override
  public JsonNode preprocessor(ModelConfig model) {
    return Preprocess.plain(model.vision().imageSize())
        .withExifRotation(data.exifRotation())
        .toJson();
  }

  @Override
  public BatchFeed open(
      RunConfig config,
      ModelConfig model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      @Nullable JsonNode cursor) {
    return open(config, model, tokenizer, preprocessor, cursor, Alone.INSTANCE);
  }

  /** Each rank decodes its own rows only. */
  @Override
  public BatchFeed open(
      RunConfig config,
      ModelConfig model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      @Nullable JsonNode cursor,
      Communicator ranks) {
    Preprocess preprocess = Preprocess.of(preprocessor, model.pixelBehaviour());
    int context = model.text().context();
    return new Feed(
        new BatchPipeline(
            sources,
            PipelineOptions.of(config, preprocess),
            captions -> tokenizer.batch(captions, context),
            cursor == null ? Cursor.START : Cursor.of(cursor),
            new RankShare(ranks)));
  }

  @Override
  public void close() throws IOException {
    for (WeightedSource source : sources) {
      source.source().close();
    }
  }

  private record Feed(BatchPipeline pipeline) implements BatchFeed {
    @Override
    public Batch next() {
      TrainBatch batch = pipeline.next();
      return new Batch(batch.pixels(), batch.tokens());
    }

    @Override
    public JsonNode cursor() {
      return pipeline.cursor().toJson();
    }

    @Override
    public String skipped() {
      return pipeline.skipped().total() == 0
          ? ""
          : pipeline.skipped().counts() + ", such as " + pipeline.skipped().example();
    }

    @Override
    public void close() {
      pipeline.close();
    }
  }
}
