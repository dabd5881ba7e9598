package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.curate.CaptionCount;
import dev.filip.curate.CurateOptions;
import dev.filip.curate.Curation;
import dev.filip.data.CaptionTable;
import dev.filip.data.SampleSource;
import dev.filip.io.BadInput;
import dev.filip.io.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip curate}. */
@Command(
    name = "curate",
    mixinStandardHelpOptions = true,
    description = {
      "Sift pairs of images and texts by the rules of a file (the paper's are configs/curate-paper.yaml) and write what stays as shards to train on, with report.html.",
      "Stopped in the middle, the same command goes on."
    },
    footer = {
      "",
      "Example:",
      "  filip curate data/openclipart/train --rules configs/curate-small.yaml --out data/openclipart-curated",
      "  filip curate SOURCE --rules configs/curate-paper.yaml --dry-run",
      "  filip curate SOURCE --rules configs/curate-paper.yaml --explain KEY"
    })
final class CurateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SOURCE",
      description = "Shards, folder, CSV, TSV, Parquet, or NAME:PATH#SPLIT of a known data set.")
  private String source;

  @Option(
      names = "--rules",
      required = true,
      paramLabel = "RULES.yaml",
      description = "The rules, in the order in which they are applied (docs/CURATION.md).")
  private Path rules;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder to make: shards, sizes.json, curate.json, report.html.")
  private @Nullable Path out;

  @Option(names = "--dry-run", description = "Only count; nothing is written.")
  private boolean dryRun;

  @Option(
      names = "--explain",
      paramLabel = "KEY",
      description = "Say which rule takes this sample, and why; nothing is written.")
  private @Nullable String key;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads; they change nothing in what comes out. Default: 0, one a core.")
  private int workers;

  /** A share of one stage, for a process beside others. */
  static final class ShareOption {
    @Option(
        names = "--judge",
        paramLabel = "K/N",
        description =
            "Only judge every N-th shard from the K-th (from 0) on: N processes do so beside each other, on any machine that sees DIR.")
    private @Nullable String judge;

    @Option(
        names = "--encode",
        paramLabel = "K/N",
        description =
            "Then, where near_duplicates asks a model, only encode what it is to compare; who finds all encoded compares.")
    private @Nullable String encode;

    @Option(
        names = "--score",
        paramLabel = "K/N",
        description = "Then, where the rule score asks a model, only score what the others leave.")
    private @Nullable String score;

    @Option(
        names = "--write",
        paramLabel = "K/N",
        description =
            "Then only write every N-th shard of what stays. The command without any of these does what is left.")
    private @Nullable String write;
  }

  @ArgGroup private @Nullable ShareOption share;
  @Mixin private ShardSizeOption perShard;
  @Mixin private ColumnOptions columns;
  @Mixin private PrecisionOption precision;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws IOException {
    int threads = workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
    CurateOptions options = new CurateOptions(perShard.samples(), threads, force.isOn());
    if (Curation.judgesTextsAlone(rules) && dryRun && key == null && share == null) {
      try (CaptionTable table = columns.captions(source)) {
        if (table != null) {
          answer.print(CaptionCount.of(table, rules, options));
          return 0;
        }
      }
    }
    try (SampleSource samples = columns.open(source)) {
      Curation curation = new Curation(samples, rules, options, new ScoringModels(precision));
      if (share != null && (key != null || dryRun)) {
        throw new BadInput(
            "--judge, --encode, --score and --write stand with --out, not with --dry-run or --explain");
      }
      if (key != null) {
        answer.print(curation.explain(key));
      } else if (dryRun) {
        answer.print(curation.count());
      } else {
        if (out == null) {
          throw new BadInput("--out is missing: name a folder, or give --dry-run or --explain KEY");
        }
        answer.print(share == null ? curation.write(out) : share(curation, out, share));
      }
    }
    return 0;
  }

  private static ObjectNode share(Curation curation, Path out, ShareOption share)
      throws IOException {
    Map<Curation.Stage, @Nullable String> given = new EnumMap<>(Curation.Stage.class);
    given.put(Curation.Stage.JUDGE, share.judge);
    given.put(Curation.Stage.ENCODE, share.encode);
    given.put(Curation.Stage.SCORE, share.score);
    given.put(Curation.Stage.WRITE, share.write);
    for (Map.Entry<Curation.Stage, @Nullable String> one : given.entrySet()) {
      String text = one.getValue();
      if (text != null) {
        String option = "--" + one.getKey().name().toLowerCase(Locale.ROOT);
        return curation.share(out, one.getKey(), Share.parse(option, text));
      }
    }
    throw new IllegalStateException("one of them is given");
  }
}
