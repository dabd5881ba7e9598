package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.encode.Match;
import dev.filip.folder.ModelFiles;
import dev.filip.indexing.Added;
import dev.filip.indexing.IndexModel;
import dev.filip.indexing.SourceIndexer;
import dev.filip.indexing.SourcePaths;
import dev.filip.indexing.StoreIndexer;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Snapshot;
import dev.filip.tensor.EncodingPrecision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip index}: the search index, made, filled, changed and looked at. */
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    description = {
      "Make, fill, change and check a search index of images.",
      "What a command has said it did is on the disk; searches go on meanwhile."
    },
    subcommands = {
      IndexCommand.Create.class,
      IndexCommand.Add.class,
      IndexPartCommand.class,
      IndexAdoptCommand.class,
      IndexCommand.Remove.class,
      IndexCommand.Compact.class,
      IndexCommand.Verify.class,
      CalibrateCommand.class,
      IndexCommand.Info.class,
      IndexExportCommand.class,
      IndexQueryCommand.class
    },
    footer = {
      "",
      "Example:",
      "  filip index create pictures.index --model models/collages-late",
      "  filip index add pictures.index data/collages/test-unseen"
    })
final class IndexCommand extends Group {

  /** {@code filip index create}. */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Make an empty index for one model's vectors; no other model's come in.",
      footer = {"", "Example:", "  filip index create pictures.index --model models/collages-late"})
  static final class Create implements Callable<Integer> {
    @Parameters(paramLabel = "INDEX", description = "Folder to make.")
    private Path index;

    @Option(names = "--model", paramLabel = "MODEL", required = true, description = "Model folder.")
    private Path model;

    @Option(
        names = "--precision",
        defaultValue = "fp32",
        description =
            "Arithmetic of the towers, of images and queries alike: auto, fp32, bf16 or int8. Default: ${DEFAULT-VALUE}.")
    private EncodingPrecision precision;

    @Option(
        names = "--match",
        description =
            "Keep tokens (late) or one vector an image (global). Default: as the model was trained.")
    private @Nullable Match match;

    @Option(
        names = "--pool",
        paramLabel = "N",
        description =
            "Keep N rows an image, means of patches that are alike: less to read, a little less found. Default: a row a patch.")
    private @Nullable Integer pool;

    @Mixin private ForceOption force;
    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      Lucene.quiet();
      IndexFiles.OWN.requireFree(index, force.isOn());
      EncodingPrecision chosen =
          EncodingPrecision.valueOf(
              precision
                  .choose(ModelFiles.readConfig(model))
                  .precision()
                  .name()
                  .toUpperCase(Locale.ROOT));
      try (Filip filip =
          chosen == EncodingPrecision.FP32 ? Filip.open(model) : Filip.open(model, chosen)) {
        Match how = Match.orTrained(match, filip.embedder().interaction());
        IndexAbout about = IndexModel.about(model, chosen, filip, how);
        IndexFiles.create(index, pool == null ? about : about.pooled(pool), force.isOn());
      }
      try (Snapshot made = Snapshot.open(index)) {
        answer.print(made.info());
      }
      return 0;
    }
  }

  /** {@code filip index add}. */
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Add the images of a source, or of a token store (filip encode). An id is the key below SOURCE; an image of an id that is there takes its place.",
        "Metadata are the fields of KEY.json and the columns of a table. Begun again, it passes over what is there as it is.",
        "With --watch it goes on following a folder until Ctrl-C, a line for each change (--json: an object a line)."
      },
      footer = {"", "Example:", "  filip index add pictures.index data/collages/test-unseen"})
  static final class Add implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "INDEX", description = "The index.")
    private Path index;

    @Parameters(
        index = "1",
        paramLabel = "SOURCE",
        description =
            "Shards, folder, class folders, CSV, TSV, Parquet, NAME:PATH#SPLIT, or a token store.")
    private String source;

    @Mixin private ModelOption model;
    @Mixin private DeviceOption device;
    @Mixin private LimitOption limit;
    @Mixin private ColumnOptions columns;
    @Mixin private WatchOptions watch;
    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      Lucene.quiet();
      IndexAbout about = IndexAbout.read(index);
      if (watch.isOn()) {
        watch.check(source, limit, columns);
        try (IndexModel open = IndexModel.open(about, model.of(about), true, device.choose())) {
          watch.follow(index, source, open, answer);
        }
        return 0;
      }
      ObjectNode result = add(about).toJson();
      try (Snapshot now = Snapshot.open(index)) {
        result.set("index", now.info());
        result.put("items", now.size());
      }
      answer.print(result);
      return 0;
    }

    private Added add(IndexAbout about) throws IOException {
      if (StoreIndexer.isStore(source)) {
        return new StoreIndexer(about).run(index, Path.of(source), false);
      }
      try (var samples = columns.openWithOtherColumns(source);
          IndexModel open = IndexModel.open(about, model.of(about), true, device.choose())) {
        return new SourceIndexer(open, samples, new SourcePaths(source))
            .run(index, limit.samples(), false);
      }
    }
  }

  /** {@code filip index remove}. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Remove images by id. Ids that are not there are counted as missing.",
      footer = {"", "Example:", "  filip index remove pictures.index cats/0001 cats/0002"})
  static final class Remove implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "INDEX", description = "The index.")
    private Path index;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "ID", description = "Ids.")
    private List<String> ids;

    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      Lucene.quiet();
      try (IndexEditor editor = IndexEditor.open(index)) {
        int removed = editor.remove(ids).removed();
        answer.print(
            Json.object()
                .put("removed", removed)
                .put("missing", ids.stream().distinct().count() - removed)
                .put("items", editor.now().size()));
      }
      return 0;
    }
  }

  /** {@code filip index compact}. */
  @Command(
      name = "compact",
      mixinStandardHelpOptions = true,
      description = "Make one segment of all, without what was replaced or removed.",
      footer = {"", "Example:", "  filip index compact pictures.index"})
  static final class Compact implements Callable<Integer> {
    @Parameters(paramLabel = "INDEX", description = "The index.")
    private Path index;

    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      Lucene.quiet();
      try (IndexEditor editor = IndexEditor.open(index)) {
        editor.compact();
        answer.print(editor.now().info());
      }
      return 0;
    }
  }

  /** {@code filip index verify}. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description =
          "Read every byte of an index against its sums. Exit code 1 where one is damaged, with its file.",
      footer = {"", "Example:", "  filip index verify pictures.index"})
  static final class Verify implements Callable<Integer> {
    @Parameters(paramLabel = "INDEX", description = "The index.")
    private Path index;

    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      BadInput.require(
          java.nio.file.Files.isDirectory(index), "INDEX", index, "the folder of an index");
      IndexFiles.Verified found = IndexFiles.verify(index);
      ObjectNode json = Json.object().put("ok", found.damage().isEmpty());
      json.put("files", found.files()).put("bytes", found.bytes());
      found.damage().forEach(json.putArray("damaged")::add);
      answer.print(json);
      found.damage().forEach(line -> System.err.println("filip: " + line));
      return found.damage().isEmpty() ? 0 : 1;
    }
  }

  /** {@code filip index info}. */
  @Command(
      name = "info",
      mixinStandardHelpOptions = true,
      description = "What an index holds: images, segments, bytes, model, fields of metadata.",
      footer = {"", "Example:", "  filip index info pictures.index"})
  static final class Info implements Callable<Integer> {
    @Parameters(paramLabel = "INDEX", description = "The index.")
    private Path index;

    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      Lucene.quiet();
      try (Snapshot now = Snapshot.open(index)) {
        answer.print(now.info());
      }
      return 0;
    }
  }
}
