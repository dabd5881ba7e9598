package dev.filip.download;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.UrlTable;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.io.ResumableFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Downloads a table of URLs to shards as img2dataset lays them. A shard appears when it is whole,
 * and the folder when all are, so that a run goes on where it was stopped or killed. Used by one
 * thread.
 */
public final class Download {
  static final String ANSWER = "download.json";
  static final String SHARDS = "shards";
  static final String WORK = "work";
  private static final String FORMAT = "filip-download/1";
  private static final String PLAN = "plan";
  private static final String COMMAND = "filip data download";
  private final UrlTable table;
  private final DownloadOptions options;
  private final ShardLayout layout;
  private final Net net;
  private final Consumer<String> say;

  /** What is said of the table on the way goes to {@code say}. */
  public Download(UrlTable table, DownloadOptions options, Consumer<String> say) {
    this(table, options, say, Net.standard(options.manners().allowPrivate()));
  }

  Download(UrlTable table, DownloadOptions options, Consumer<String> say, Net net) {
    this.table = table;
    this.options = options;
    this.layout = new ShardLayout(options.perShard(), table.captions(), table.others());
    this.say = say;
    this.net = net;
  }

  /**
   * Downloads, or goes on with it.
   *
   * @return {@code rows}, {@code urls}, {@code duplicates}, {@code saved}, {@code failed} by
   *     reason, {@code bytes}, {@code shards}, {@code out}
   */
  public ObjectNode write(Path out) throws IOException {
    ObjectNode request = request();
    ResumableFolder folder = new ResumableFolder(out, request, ANSWER, COMMAND);
    boolean again = options.retryFailed() && Files.isRegularFile(out.resolve(ANSWER));
    if (again && Json.readObject(out.resolve(ANSWER)).path("request").equals(request)) {
      return answer(retry(out, request), out);
    }
    JsonNode finished = folder.finished(options.force());
    if (finished != null) {
      return answer(finished, folder.out());
    }
    try (folder) {
      folder.begin(options.force(), PLAN, PLAN, SHARDS, WORK);
      Outputs.delete(folder.part(WORK));
      Files.createDirectories(folder.part(WORK));
      UrlPlan plan = plan(folder);
      shards(plan, folder);
      end(folder.part(SHARDS), request);
      folder.finish(SHARDS);
    }
    return answer(
        options.retryFailed() ? retry(out, request) : Json.readObject(out.resolve(ANSWER)), out);
  }

  private ObjectNode request() throws IOException {
    ObjectNode request = Json.object().put("format", FORMAT).put("source", table.shape());
    request.setAll(options.request());
    request.put("captions", table.captions());
    table.others().forEach(request.putArray("columns")::addPOJO);
    return (ObjectNode) Json.parse(Json.line(request)); // as it is read again
  }

  private static ObjectNode answer(JsonNode counts, Path out) {
    ObjectNode answer = counts.deepCopy();
    answer.remove("request");
    return answer.put("out", out.toString());
  }

  /** Made once; a run that goes on does not read the table for it again. */
  private UrlPlan plan(ResumableFolder folder) throws IOException {
    Path file = folder.part(PLAN).resolve("rows.bin");
    if (Files.exists(file)) {
      return UrlPlan.read(file);
    }
    try (Progress progress = new Progress("read table", 0)) {
      UrlPlan plan = UrlPlan.of(table, folder.part(WORK).resolve("urls"), progress);
      plan.write(file);
      if (!table.leftOut().isEmpty()) {
        say.accept("table: " + table.describe() + table.leftOut());
      }
      if (plan.repeated() > 0) {
        say.accept(
            String.format(
                java.util.Locale.ROOT,
                "%,d of %,d rows repeat the URL of an earlier one and are not fetched again",
                plan.repeated(),
                plan.rows()));
      }
      return plan;
    }
  }

  private Fetcher fetcher() {
    Limits limits = options.limits();
    Manners manners = options.manners();
    return new Fetcher(limits, manners, new Web(limits, manners, net));
  }

  private void shards(UrlPlan plan, ResumableFolder folder) throws IOException {
    Fitter fitter = new Fitter(options.fit(), options.limits().mostPixels());
    try (Fetcher fetcher = fetcher();
        Progress progress = new Progress("download", plan.rows());
        Crew crew =
            new Crew(folder.part(SHARDS), folder.part(WORK), options.manners().total(), progress)) {
      Feed feed = new Feed(plan, folder.part(SHARDS), crew, new RowWork(fetcher, fitter));
      for (int part = 0; part < table.parts().size(); part++) {
        feed.part(part);
      }
      crew.await();
    }
  }

  /** Deals the rows of the shards that are not there. */
  private final class Feed {
    private final UrlPlan plan;
    private final Path folder;
    private final Crew crew;
    private final RowWork work;
    private int firstShard;
    private long firstRow;
    private int row;
    private ShardJob job;

    @SuppressWarnings("NullAway.Init") // the job of a shard is there from its first row on
    Feed(UrlPlan plan, Path folder, Crew crew, RowWork work) {
      this.plan = plan;
      this.folder = folder;
      this.crew = crew;
      this.work = work;
    }

    void part(int part) throws IOException {
      int rows = plan.rows(part);
      int shards = layout.shards(rows);
      row = 0;
      if (isOpen(shards)) {
        table.each(part, one -> take(part, one));
        if (row != rows) {
          throw new IOException(table.parts().get(part) + " has changed since it was counted");
        }
      } else {
        crew.skip(rows);
      }
      firstShard += shards;
      firstRow += rows;
    }

    private boolean isOpen(int shards) {
      for (int i = 0; i < shards; i++) {
        if (!Files.exists(folder.resolve(ShardLayout.stats(firstShard + i)))) {
          return true;
        }
      }
      return false;
    }

    private void take(int part, dev.filip.data.UrlRow one) throws IOException {
      int index = row % options.perShard();
      if (index == 0) {
        begin(part);
      }
      if (job == null) {
        crew.skip(1);
      } else {
        ShardJob mine = job;
        mine.row(index, one);
        long number = firstRow + row;
        boolean repeats = plan.repeats(part, row);
        crew.submit(mine, index, () -> repeats ? RowWork.duplicate() : work.run(one, number));
      }
      row++;
    }

    @SuppressWarnings("NullAway") // none where the shard is there already
    private void begin(int part) throws IOException {
      int shard = firstShard + row / options.perShard();
      int size = Math.min(options.perShard(), plan.rows(part) - row);
      boolean there = Files.exists(folder.resolve(ShardLayout.stats(shard)));
      job =
          there
              ? null
              : crew.begin(scratch ->
                  new ShardJob(
                      shard,
                      size,
                      layout,
                      options.fit().format(),
                      scratch.resolve(ShardLayout.name(shard) + ".images")));
    }
  }

  private ObjectNode retry(Path out, ObjectNode request) throws IOException {
    try (Fetcher fetcher = fetcher()) {
      Fitter fitter = new Fitter(options.fit(), options.limits().mostPixels());
      return new Retry(out, request, layout, options, new RowWork(fetcher, fitter)).run();
    }
  }

  /** Sums up: {@code sizes.json}, {@code download.json}. */
  static ObjectNode end(Path shards, ObjectNode request) throws IOException {
    ObjectNode sizes = Json.object();
    TreeMap<String, Long> failed = new TreeMap<>();
    long rows = 0;
    long saved = 0;
    long duplicates = 0;
    long bytes = 0;
    int count = 0;
    for (; Files.exists(shards.resolve(ShardLayout.stats(count))); count++) {
      JsonNode stats = Json.readObject(shards.resolve(ShardLayout.stats(count)));
      sizes.put(ShardLayout.tar(count), stats.path("successes").asInt());
      rows += stats.path("count").asInt();
      saved += stats.path("successes").asInt();
      duplicates += stats.path("duplicates").asInt();
      bytes += stats.path("bytes").asLong();
      for (var reason : stats.path("status_dict").properties()) {
        failed.merge(reason.getKey(), reason.getValue().asLong(), Long::sum);
      }
    }
    failed.remove("success");
    failed.remove("duplicate");
    ObjectNode answer = Json.object();
    answer.put("rows", rows).put("urls", rows - duplicates).put("duplicates", duplicates);
    answer.put("saved", saved);
    failed.forEach(answer.putObject("failed")::put);
    answer.put("bytes", bytes).put("shards", count);
    answer.set("request", request);
    Outputs.file(shards.resolve("sizes.json"), utf8(Json.pretty(sizes)));
    Outputs.file(shards.resolve(ANSWER), utf8(Json.pretty(answer) + "\n"));
    return answer;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
