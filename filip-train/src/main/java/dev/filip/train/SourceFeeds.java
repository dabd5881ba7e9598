package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.DataConfig;
import dev.filip.config.LossConfig;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.data.BatchFeed;
import dev.filip.data.CaptionReader;
import dev.filip.data.FirstCaptionSource;
import dev.filip.data.PipelineOptions;
import dev.filip.data.RowShare;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.data.TrainFeed;
import dev.filip.data.WeightedSource;
import dev.filip.data.store.UnreachableShard;
import dev.filip.distributed.Communicator;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sources that a config names, through the prefetching pipeline. Owns the sources. */
final class SourceFeeds implements FeedFactory {
  /** Shards of a source whose captions are sampled. */
  private static final int LOOKED_AT = 4;

  private final List<WeightedSource> sources;
  private final DataConfig data;
  private final Consumer<String> log;
  private @Nullable ObjectNode shape;

  private SourceFeeds(List<WeightedSource> sources, DataConfig data, Consumer<String> log) {
    this.sources = sources;
    this.data = data;
    this.log = log;
  }

  /** Opens them and says what each is. */
  static FeedFactory open(RunConfig config, Consumer<String> log) {
    List<WeightedSource> sources = new ArrayList<>();
    SourceOptions options =
        SourceOptions.columns(config.data().imageKey(), config.data().captionKey()).forTraining();
    for (DataConfig.WeightedSource named : config.data().train()) {
      SampleSource source = Sources.open(named.source(), options);
      if (config.data().captions() == DataConfig.CaptionChoice.FIRST) {
        source = new FirstCaptionSource(source);
      }
      log.accept("data.train: " + source.describe());
      sources.add(new WeightedSource(source, named.weight(), named.share()));
    }
    return new SourceFeeds(sources, config.data(), log);
  }

  @Override
  public long samples() {
    return TrainFeed.samples(sources, data.group());
  }

  @Override
  public Iterable<String> captions() {
    CaptionReader reader = new CaptionReader();
    return () -> {
      var all = sources.stream().flatMap(source -> captions(reader, source)).iterator();
      if (!all.hasNext()) {
        throw reader.none(null);
      }
      return all;
    };
  }

  /** Shard by shard; only one is open at a time. */
  private static Stream<String> captions(CaptionReader reader, WeightedSource source) {
    return IntStream.range(0, source.source().shards())
        .boxed()
        .flatMap(shard -> captions(reader, source.source(), shard, Integer.MAX_VALUE).stream());
  }

  /** Of at most {@value #LOOKED_AT} shards of each source, so that no more are fetched for it. */
  @Override
  public List<String> someCaptions(int samples) {
    CaptionReader reader = new CaptionReader();
    List<String> captions = new ArrayList<>();
    int each = Math.max(1, samples / sources.size());
    for (WeightedSource weighted : sources) {
      SampleSource source = weighted.source();
      int looked = Math.min(LOOKED_AT, source.shards());
      for (int i = 0; i < looked; i++) {
        int shard = (int) ((long) i * source.shards() / looked);
        captions.addAll(captions(reader, source, shard, Math.ceilDiv(each, looked)));
      }
    }
    return captions;
  }

  /** What cannot be read is said by the feed when its turn comes. */
  private static List<String> captions(
      CaptionReader reader, SampleSource source, int number, int most) {
    try {
      return reader.shard(source, number, most);
    } catch (UnreachableShard unreachable) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ObjectNode describe() throws IOException {
    ObjectNode json = Json.object();
    ArrayNode train = json.putArray("train");
    ArrayNode shapes = (ArrayNode) shape().path("train");
    for (int i = 0; i < sources.size(); i++) {
      WeightedSource source = sources.get(i);
      ObjectNode one = train.addObject().put("source", source.source().describe());
      one.put("weight", source.weight());
      if (source.share() > 0) {
        one.put("share", source.share());
      }
      one.set("shape", shapes.get(i));
    }
    return json;
  }

  @Override
  public ObjectNode shape() throws IOException {
    ObjectNode known = shape;
    if (known == null) {
      known = Json.object();
      ArrayNode train = known.putArray("train");
      for (WeightedSource source : sources) {
        train.add(source.source().shape());
      }
      shape = known;
    }
    return known;
  }

  @Override
  public JsonNode preprocessor(ModelConfig model) {
    return Preprocess.plain(model.vision().imageSize())
        .withExifRotation(data.exifRotation())
        .toJson();
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
    TrainFeed feed =
        new TrainFeed(
            sources,
            PipelineOptions.of(config, preprocess),
            captions -> tokenizer.batch(captions, context),
            cursor,
            new RankShare(ranks));
    log.accept(feed.describe());
    sayLargeBatch(config, feed.samplesPerEpoch());
    return feed;
  }

  private void sayLargeBatch(RunConfig config, long samples) {
    int batch = config.batch();
    boolean own = config.loss().positives() == LossConfig.PositiveChoice.OWN;
    if (own && samples >= 0 && samples < batch) {
      log.accept(
          String.format(
              Locale.ROOT,
              "warning: batch %,d is larger than an epoch of the data, %,d samples: a pair that"
                  + " stands in its batch twice counts as its own wrong answer",
              batch,
              samples));
    }
  }

  @Override
  public void close() throws IOException {
    for (WeightedSource source : sources) {
      source.source().close();
    }
  }

  /** The ranks of a run for its data: numbers gathered by the communicator. */
  record RankShare(Communicator communicator) implements RowShare {
    /** Throws where a batch cannot be dealt out evenly. */
    static void requireDivides(int batch, int world) {
      BadInput.require(
          batch % world == 0,
          "batch",
          batch,
          "a multiple of the " + world + " processes of the run");
    }

    @Override
    public int rank() {
      return communicator.rank();
    }

    @Override
    public int world() {
      return communicator.world();
    }

    /** Two gathers: how many each has, and as many of each as the most. */
    @Override
    public long[][] gather(long[] own) {
      if (world() == 1) {
        return new long[][] {own};
      }
      long[][] counts = communicator.gather(new long[] {own.length});
      int most = (int) Arrays.stream(counts).mapToLong(count -> count[0]).max().orElse(0);
      long[][] all = communicator.gather(Arrays.copyOf(own, Math.max(1, most)));
      for (int r = 0; r < all.length; r++) {
        all[r] = Arrays.copyOf(all[r], (int) counts[r][0]);
      }
      return all;
    }
  }
}
