package dev.filip.data.translate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Recaptioned;
import dev.filip.data.SampleSource;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.io.ResumableFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A source written again with back-translations. Until all shards are there they lie in {@code
 * OUT.partial}, each written beside its place and renamed; the same request goes on there. Used by
 * one thread.
 */
public final class TranslatedSource {
  private static final String FORMAT = "filip-translate/1";
  private static final String ANSWER = "translate.json";
  private static final String SHARDS = "shards";
  private static final String RECORDS = "records";

  private final SampleSource source;
  private final BackTranslator translator;
  private final ObjectNode request;
  private final ResumableFolder folder;
  private final Path shards;
  private final Path records;
  private final List<String> names;
  private int gone;

  private TranslatedSource(
      SampleSource source, BackTranslator translator, ObjectNode request, Path out) {
    this.source = source;
    this.translator = translator;
    this.request = request;
    this.folder = new ResumableFolder(out, request, ANSWER, "filip data translate");
    this.shards = folder.part(SHARDS);
    this.records = folder.part(RECORDS);
    this.names = Recaptioned.names(source);
  }

  /**
   * Translates, or goes on with it.
   *
   * @param engine what translates, for the record: {@link Translator#describe}
   * @param force begin anew, and replace what this command wrote there before
   * @return counts of all shards, {@code resumed} the shards that were there already
   * @throws BadInput where {@code out} is something else, or of another request
   */
  public static ObjectNode write(
      SampleSource source, BackTranslator translator, String engine, Path out, boolean force)
      throws IOException {
    BackTranslator.Options options = translator.options();
    ObjectNode request = Json.object().put("format", FORMAT).put("source", source.shape());
    request.put("from", options.from()).put("via", String.join(",", options.via()));
    request.put("engine", engine).put("max_length", options.longest());
    return new TranslatedSource(source, translator, request, out).run(force);
  }

  private ObjectNode run(boolean force) throws IOException {
    JsonNode finished = folder.finished(force);
    if (finished != null) {
      return answer(finished, names.size());
    }
    try (folder) {
      folder.begin(force, RECORDS, SHARDS, RECORDS);
      translate();
      return finish();
    }
  }

  private void translate() throws IOException {
    try (Progress progress = new Progress("translate", source.size())) {
      long before = 0;
      for (int i = 0; i < names.size(); i++) {
        shard(i, before, progress);
        before += source.size(i);
        progress.to(before, "");
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path record(int shard) {
    return records.resolve(names.get(shard) + ".json");
  }

  private void shard(int number, long before, Progress progress) throws IOException {
    if (Files.isRegularFile(record(number))) {
      gone++;
      return;
    }
    source.ahead(Math.min(number + 1, names.size() - 1));
    Path fresh = folder.part("unfinished.tar");
    ShardTexts texts = new ShardTexts(translator);
    try (SampleSource.Shard shard = source.open(number)) {
      int size = shard.size();
      texts.translate(
          shard, share -> progress.to(before + (long) (share * size), names.get(number)));
      texts.lost(Recaptioned.write(shard, fresh, texts.captions()));
    }
    Outputs.sync(fresh);
    Path place = shards.resolve(names.get(number));
    Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Outputs.syncFolder(place);
    int rows = Math.max(1, Math.ceilDiv(SampleTable.ROWS, names.size()));
    Outputs.file(record(number), utf8(Json.line(texts.record(rows))));
  }

  private ObjectNode finish() throws IOException {
    TranslateCounts counts = new TranslateCounts(translator.options().via());
    List<JsonNode> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      JsonNode record = Json.readObject(record(i));
      counts.add(record);
      record.path("rows").forEach(rows::add);
    }
    if (counts.read() == 0) {
      folder.discard();
      throw BadInput.of("source", source.describe(), "images with captions");
    }
    ObjectNode json = counts.toJson().put("shards", names.size());
    json.set("request", request);
    String title =
        request.path("engine").asText()
            + ", from "
            + request.path("from").asText()
            + " by way of "
            + request.path("via").asText();
    List<JsonNode> some = SampleTable.spread(rows, SampleTable.ROWS);
    Outputs.file(shards.resolve("samples.md"), utf8(SampleTable.markdown(title, some)));
    lines("classnames.txt", source.classNames());
    lines("zeroshot_classification_templates.txt", source.templates());
    Outputs.file(shards.resolve(ANSWER), utf8(Json.pretty(json) + "\n"));
    folder.finish(SHARDS);
    return answer(json, gone);
  }

  private void lines(String name, List<String> lines) throws IOException {
    if (!lines.isEmpty()) {
      Outputs.file(shards.resolve(name), utf8(String.join("\n", lines) + "\n"));
    }
  }

  private ObjectNode answer(JsonNode counts, int resumed) {
    ObjectNode answer = counts.deepCopy();
    answer.remove("request");
    answer.put("resumed", resumed).put("out", folder.out().toString());
    return answer;
  }
}
