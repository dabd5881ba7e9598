package dev.filip.train;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.io.Outputs;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.TorchProfiler;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of some steps goes: stages as the loop laps them, images made into tensors, and,
 * where libtorch can be profiled, the operators of all threads and the work of a GPU. Leaves a
 * Chrome trace and a table in the run's folder. The first steps of a run are let pass, where there
 * are others: they make what later ones find made. Closing ends what a run that threw left on. Used
 * by the loop's thread; spans may come from any.
 */
final class StepProfile implements AutoCloseable {
  /** Steps before the first that is looked at. */
  private static final int WARM_UP = 2;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunFolder folder;
  private final ComputeDevice device;
  private final Consumer<String> log;
  private final long first;
  private final long last;
  private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();
  private @Nullable TorchProfiler operators;
  private boolean running;
  private long begun;

  /** Something that took from one moment to another, nanoseconds since 1970. */
  record Span(String name, String kind, long from, long to) {}

  /**
   * @param steps to look at
   * @param done steps that were done before this process
   * @param total steps of the run
   */
  StepProfile(
      RunFolder folder,
      ComputeDevice device,
      int steps,
      long done,
      long total,
      Consumer<String> log) {
    this.folder = folder;
    this.device = device;
    this.log = log;
    long left = total - done;
    this.first = done + 1 + Math.max(0, Math.min(WARM_UP, left - steps));
    this.last = Math.min(total, first + steps - 1);
  }

  /** Before a step. */
  void before(long now, Stage.Clock clock) {
    if (now != first) {
      return;
    }
    operators = TorchProfiler.start(device).orElse(null);
    if (operators == null) {
      log.accept("profile: libtorch's operators cannot be told here, the stages can");
    }
    running = true;
    clock.watch((part, from, to) -> spans.add(new Span(part, "stage", from, to)));
    begun = System.nanoTime();
  }

  /** Images that say when they are made into numbers; those on a device do it there. */
  TrainBatch watched(TrainBatch batch) {
    return running && !(batch.pixels() instanceof DevicePixels)
        ? batch.with(new Watched(batch.pixels()))
        : batch;
  }

  /** After a step: writes what was found behind the last. */
  void after(long now, Stage.Clock clock) throws IOException {
    if (running && now == last) {
      end(now, clock);
    }
  }

  /** Writes what there is, where a run ended before. */
  void end(long now, Stage.Clock clock) throws IOException {
    if (!running) {
      return;
    }
    running = false;
    if (!device.isCpu()) {
      try (var _ = new StepScope()) {
        torch.cuda_synchronize();
      }
    }
    long took = System.nanoTime() - begun; // by the clock of the stages
    clock.watch(null);
    ProfileTable table = new ProfileTable(now - first + 1, took);
    Outputs.file(folder.profileTrace(), fresh -> write(fresh, table));
    String text = "steps " + first + " to " + now + ": " + table.text();
    Outputs.file(folder.profile(), text.getBytes(StandardCharsets.UTF_8));
    log.accept("profile of " + text + "profile: trace in " + folder.profileTrace());
  }

  private void write(Path fresh, ProfileTable table) throws IOException {
    Path operatorsOnly = Files.createTempFile("filip-profile", ".json");
    try (JsonGenerator out = JSON.getFactory().createGenerator(fresh.toFile(), JsonEncoding.UTF8)) {
      out.writeStartObject();
      out.writeStringField("displayTimeUnit", "ms");
      out.writeArrayFieldStart("traceEvents");
      long base = 0;
      TorchProfiler profiler = operators;
      if (profiler != null) {
        operators = null; // from here on it is ended, whatever becomes of its trace
        profiler.stop(operatorsOnly);
        base = baseTime(operatorsOnly);
        copy(operatorsOnly, out, table);
      }
      own(out, table, base);
      out.writeEndArray();
      out.writeNumberField("baseTimeNanoseconds", base);
      out.writeEndObject();
    } finally {
      Files.deleteIfExists(operatorsOnly);
    }
  }

  /** Writes nothing. */
  @Override
  public void close() {
    running = false;
    TorchProfiler left = operators;
    operators = null;
    if (left != null) {
      left.drop();
    }
  }

  /** Stages and images, on a row of their own. */
  private void own(JsonGenerator out, ProfileTable table, long base) throws IOException {
    long process = ProcessHandle.current().pid();
    List<Span> all = List.copyOf(spans);
    for (Span span : all) {
      table.add(span);
      out.writeStartObject();
      out.writeStringField("ph", "X");
      out.writeStringField("cat", "filip_" + span.kind);
      out.writeStringField("name", span.name);
      out.writeNumberField("pid", process);
      out.writeStringField("tid", span.kind.equals("stage") ? "stages" : "images");
      out.writeNumberField("ts", (span.from - base) / 1e3);
      out.writeNumberField("dur", (span.to - span.from) / 1e3);
      out.writeEndObject();
    }
    spans.clear();
  }

  /** What times of libtorch's trace count from, nanoseconds since 1970. */
  private static long baseTime(Path trace) throws IOException {
    try (JsonParser in = JSON.createParser(trace.toFile())) {
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        if (token == JsonToken.FIELD_NAME && in.currentName().equals("baseTimeNanoseconds")) {
          in.nextToken();
          return in.getLongValue();
        }
        if (token == JsonToken.START_ARRAY) {
          in.skipChildren();
        }
      }
    }
    return 0;
  }

  private static void copy(Path trace, JsonGenerator out, ProfileTable table) throws IOException {
    try (JsonParser in = JSON.createParser(trace.toFile())) {
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        if (token == JsonToken.START_ARRAY
            && in.getParsingContext().getParent().getCurrentName() != null
            && in.getParsingContext().getParent().getCurrentName().equals("traceEvents")) {
          while (in.nextToken() != JsonToken.END_ARRAY) {
            JsonNode event = JSON.readTree(in);
            table.add(event);
            JSON.writeTree(out, event);
          }
        }
      }
    }
  }

  /** Nanoseconds since 1970. */
  static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** Tells when images are written. */
  private final class Watched implements Pixels {
    private final Pixels images;

    Watched(Pixels images) {
      this.images = images;
    }

    @Override
    public int size() {
      return images.size();
    }

    @Override
    public int each() {
      return images.each();
    }

    @Override
    public boolean repeats(int i) {
      return images.repeats(i);
    }

    @Override
    public void write(int from, int count, MemorySegment to) {
      long begin = now();
      images.write(from, count, to);
      spans.add(new Span("images", "images", begin, now()));
    }
  }
}
