package dev.filip.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.data.FailureRules;
import dev.filip.data.Loader;
import dev.filip.data.PipelineOptions;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.data.TrainBatch;
import dev.filip.data.TrainFeed;
import dev.filip.data.WeightedSource;
import dev.filip.image.Preprocess;
import dev.filip.io.Json;
import dev.filip.text.TokenBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The data plane by itself, one JSON line each:
 *
 * <pre>
 * simulated CONFIG SHARDS EACH   first batch, heap, and resuming in the middle of an epoch
 * make FOLDER SAMPLES SHARDS BYTES   tars of small samples
 * captions FOLDER WINDOW SECONDS     samples a second without their images
 * samples FOLDER WINDOW SECONDS      whole ones, not decoded
 * </pre>
 *
 * {@code bench/data.sh} runs them beside Python's webdataset.
 */
public final class DataBench {
  private DataBench() {}

  public static void main(String[] args) throws IOException {
    switch (args[0]) {
      case "simulated" ->
          simulated(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      case "make" ->
          make(
              Path.of(args[1]),
              Integer.parseInt(args[2]),
              Integer.parseInt(args[3]),
              Integer.parseInt(args[4]));
      case "captions" -> read(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), false);
      case "samples" -> read(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]), true);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void simulated(Path config, int shards, int each) throws IOException {
    RunConfig run = RunConfigReader.read(config, List.of("batch=4096", "workers=2"));
    PipelineOptions options = PipelineOptions.of(run, Preprocess.plain(32));
    SimulatedSource source = new SimulatedSource(shards, each);
    List<WeightedSource> sources = List.of(new WeightedSource(source, 1));
    long started = System.nanoTime();
    JsonNode cursor;
    double first;
    double next;
    long heap;
    try (TrainFeed feed = new TrainFeed(sources, options, DataBench::tokens, null)) {
      TrainBatch batch = feed.next();
      first = since(started);
      started = System.nanoTime();
      for (int i = 0; i < 5; i++) {
        batch = feed.next();
      }
      next = since(started) / 5;
      if (batch.size() != 4096) {
        throw new IllegalStateException("a batch of " + batch.size());
      }
      System.gc();
      heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      cursor = Json.parse(middle(feed.cursor(), source.size(), options.lanes()));
    }
    long opened = source.opened();
    started = System.nanoTime();
    try (TrainFeed feed = new TrainFeed(sources, options, DataBench::tokens, cursor)) {
      feed.next();
    }
    System.out.println(
        Json.line(
            Json.object()
                .put("samples", source.size())
                .put("shards", shards)
                .put("first_batch_s", first)
                .put("later_batch_s", next)
                .put("heap_MiB", heap / 0x1p20)
                .put("shards_opened", opened)
                .put("resume_s", since(started))
                .put("shards_opened_by_resume", source.opened() - opened)));
  }

  /** The same cursor moved half an epoch ahead: where a run of weeks would stand. */
  private static String middle(JsonNode cursor, long samples, int lanes) {
    long half = samples / lanes / 2;
    String text = cursor.toString();
    for (JsonNode lane : cursor.path("lanes")) {
      JsonNode place = lane.path("sources").path(0);
      String then = "[" + half + "," + place.path(1) + "," + half + "]";
      text = text.replace(place.toString(), then);
    }
    return text;
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static TokenBatch tokens(List<String> captions) {
    int[] length = new int[captions.size()];
    Arrays.fill(length, 1);
    return new TokenBatch(length.length, 1, new int[length.length], length);
  }

  private static void make(Path folder, int samples, int shards, int bytes) throws IOException {
    Random random = new Random(1);
    byte[] image = new byte[bytes];
    try (ShardWriter writer = new ShardWriter(folder, Math.ceilDiv(samples, shards))) {
      for (int i = 0; i < samples; i++) {
        random.nextBytes(image);
        byte[] text = ("a picture, number " + i).getBytes(StandardCharsets.UTF_8);
        writer.add("%09d".formatted(i), Map.of("jpg", image, "txt", text));
      }
    }
  }

  /** Opening (with the index, where there is none yet), then shuffled samples for some seconds. */
  private static void read(String folder, int window, int seconds, boolean whole)
      throws IOException {
    long started = System.nanoTime();
    try (SampleSource source = Sources.open(folder, SourceOptions.DEFAULT)) {
      long size = source.size();
      double opening = since(started);
      List<Integer> order = new ArrayList<>(IntStream.range(0, source.shards()).boxed().toList());
      Collections.shuffle(order, new Random(1));
      long[] counted = new long[2];
      started = System.nanoTime();
      long deadline = started + seconds * 1_000_000_000L;
      long cpu = cpu();
      try (Loader loader = new Loader(2, FailureRules.COUNT)) {
        for (int at = 0; at < order.size() && System.nanoTime() < deadline; at += window) {
          read(
              source,
              order.subList(at, Math.min(order.size(), at + window)),
              loader,
              whole,
              deadline,
              counted);
        }
      }
      double wall = since(started);
      System.out.println(
          Json.line(
              Json.object()
                  .put("what", whole ? "samples" : "captions")
                  .put("size", size)
                  .put("open_s", opening)
                  .put("per_second", counted[0] / wall)
                  .put("per_cpu_second", counted[0] / ((cpu() - cpu) / 1e9))
                  .put("bytes", counted[1])));
    }
  }

  private static void read(
      SampleSource source,
      List<Integer> numbers,
      Loader loader,
      boolean whole,
      long deadline,
      long[] counted)
      throws IOException {
    List<SampleSource.Shard> open = new ArrayList<>();
    List<long[]> units = new ArrayList<>();
    try {
      for (int number : numbers) {
        SampleSource.Shard shard = source.open(number);
        for (int i = 0; i < shard.size(); i++) {
          units.add(new long[] {open.size(), i});
        }
        open.add(shard);
      }
      Collections.shuffle(units, new Random(numbers.getFirst()));
      Iterator<long[]> left = units.iterator();
      Iterator<long[]> timed =
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              return left.hasNext() && System.nanoTime() < deadline;
            }

            @Override
            public long[] next() {
              return left.next();
            }
          };
      loader.<long[], Integer>each(
          timed,
          256,
          at -> {
            SampleSource.Shard shard = open.get((int) at[0]);
            int i = (int) at[1];
            return whole
                ? shard.read(i).image().length
                : shard.text(i).captions().getFirst().length();
          },
          (_, length) -> {
            counted[0]++;
            counted[1] += length == null ? 0 : length;
          });
    } finally {
      for (SampleSource.Shard shard : open) {
        shard.close();
      }
    }
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
