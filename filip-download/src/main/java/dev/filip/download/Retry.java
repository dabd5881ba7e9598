package dev.filip.download;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.UrlColumns;
import dev.filip.data.UrlRow;
import dev.filip.data.UrlTable;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.io.ResumableFolder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Tries again what failed to download in a folder that is whole. Shards with such rows are made
 * anew beside it, the others linked; then the new folder takes the old one's place. Used by one
 * thread.
 */
final class Retry {
  private final Path old;
  private final ObjectNode request;
  private final ShardLayout layout;
  private final DownloadOptions options;
  private final RowWork work;

  Retry(Path old, ObjectNode request, ShardLayout layout, DownloadOptions options, RowWork work) {
    this.old = old;
    this.request = request;
    this.layout = layout;
    this.options = options;
    this.work = work;
  }

  /** A row of an old shard. */
  private record Row(UrlRow row, Outcome outcome) {
    boolean failed() {
      return outcome.status() == Outcome.Status.FAILED_TO_DOWNLOAD && row.url() != null;
    }
  }

  ObjectNode run() throws IOException {
    ObjectNode told = (ObjectNode) Json.readObject(old.resolve(Download.ANSWER));
    int shards = told.path("shards").asInt();
    ObjectNode own = request.deepCopy();
    own.put("retry", Digests.sha256(old.resolve(Download.ANSWER)));
    ResumableFolder folder =
        new ResumableFolder(old, own, Download.ANSWER, "filip data download --retry-failed");
    try (folder) {
      folder.begin(options.force(), Download.SHARDS, Download.SHARDS, Download.WORK);
      Path fresh = folder.part(Download.SHARDS);
      Path scratch = folder.part(Download.WORK);
      Outputs.delete(scratch);
      Files.createDirectories(scratch);
      again(shards, fresh, scratch, rows(told));
      ObjectNode answer = Download.end(fresh, request);
      folder.finish(Download.SHARDS);
      return answer;
    }
  }

  private static long rows(JsonNode told) {
    return told.path("rows").asLong();
  }

  private void again(int shards, Path fresh, Path scratch, long rows) throws IOException {
    try (Progress progress = new Progress("download again", rows);
        Crew crew = new Crew(fresh, scratch, options.manners().total(), progress)) {
      for (int shard = 0; shard < shards; shard++) {
        if (!Files.exists(fresh.resolve(ShardLayout.stats(shard)))) {
          shard(shard, fresh, crew);
        }
      }
      crew.await();
    }
  }

  private void shard(int shard, Path fresh, Crew crew) throws IOException {
    List<Row> rows = read(shard);
    if (rows.stream().noneMatch(Row::failed)) {
      link(shard, fresh);
      crew.skip(rows.size());
      return;
    }
    ShardJob job =
        crew.begin(scratch ->
            new ShardJob(
                shard,
                rows.size(),
                layout,
                options.fit().format(),
                scratch.resolve(ShardLayout.name(shard) + ".images")));
    for (int i = 0; i < rows.size(); i++) {
      job.row(i, rows.get(i).row);
    }
    keep(shard, rows, job, crew);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      if (row.outcome.status() != Outcome.Status.SUCCESS) {
        long number = (long) shard * options.perShard() + i;
        RowWork.Done same = new RowWork.Done(row.outcome, null);
        crew.submit(job, i, () -> row.failed() ? work.run(row.row, number) : same);
      }
    }
  }

  /** What was saved stays. */
  private void keep(int shard, List<Row> rows, ShardJob job, Crew crew) throws IOException {
    Map<String, Integer> saved = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).outcome.status() == Outcome.Status.SUCCESS) {
        saved.put(layout.key(shard, i) + "." + options.fit().format().extension(), i);
      }
    }
    Path tar = old.resolve(ShardLayout.tar(shard));
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(tar)))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Integer index = saved.remove(entry.getName());
        if (index != null) {
          byte[] image = in.readAllBytes();
          RowWork.Done same = new RowWork.Done(rows.get(index).outcome, image);
          crew.submit(job, index, () -> same);
        }
      }
    }
    if (!saved.isEmpty()) {
      throw new IOException(tar + " lacks " + saved.keySet().iterator().next());
    }
  }

  private void link(int shard, Path fresh) throws IOException {
    for (String name :
        List.of(ShardLayout.tar(shard), ShardLayout.parquet(shard), ShardLayout.stats(shard))) {
      Files.deleteIfExists(fresh.resolve(name));
      try {
        Files.createLink(fresh.resolve(name), old.resolve(name));
      } catch (UnsupportedOperationException | IOException e) {
        Files.copy(old.resolve(name), fresh.resolve(name));
      }
    }
  }

  private List<Row> read(int shard) throws IOException {
    List<String> others =
        Stream.concat(layout.others().stream().map(UrlTable.Column::name), ShardLayout.OWN.stream())
            .toList();
    UrlColumns columns = new UrlColumns("url", layout.captions() ? "caption" : null, others);
    List<Row> rows = new ArrayList<>();
    Path file = old.resolve(ShardLayout.parquet(shard));
    try (UrlTable table = UrlTable.open(file.toString(), columns, null)) {
      table.each(0, row -> rows.add(row(row)));
    }
    return rows;
  }

  private Row row(UrlRow read) {
    int own = layout.others().size();
    List<@Nullable Object> values = read.others();
    String status = String.valueOf(values.get(own + 1));
    String message = text(values.get(own + 2));
    Outcome outcome =
        new Outcome(
            Outcome.Status.valueOf(status.toUpperCase(Locale.ROOT)),
            message == null ? "" : reason(message),
            message,
            number(values.get(own + 3)),
            number(values.get(own + 4)),
            number(values.get(own + 5)),
            number(values.get(own + 6)),
            text(values.get(own + 7)),
            text(values.get(own + 8)));
    List<@Nullable Object> others = new ArrayList<>();
    for (int i = 0; i < own; i++) {
      others.add(values.get(i));
    }
    return new Row(UrlRow.of(read.url(), read.caption(), others), outcome);
  }

  /** What stands before the details. */
  private static String reason(String message) {
    int colon = message.indexOf(": ");
    return colon < 0 ? message : message.substring(0, colon);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static @Nullable Integer number(@Nullable Object value) {
    return value instanceof Number number ? number.intValue() : null;
  }
}
