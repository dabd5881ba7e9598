package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.UrlColumns;
import dev.filip.data.UrlTable;
import dev.filip.download.Download;
import dev.filip.download.DownloadOptions;
import dev.filip.download.Fit;
import dev.filip.download.Limits;
import dev.filip.download.Manners;
import dev.filip.image.ImageEncoder;
import dev.filip.io.BadInput;
import dev.filip.io.PeakMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip data download}. */
@Command(
    name = "download",
    mixinStandardHelpOptions = true,
    description = {
      "Fetch the images of a table of URLs into shards as img2dataset lays them: 00000.tar, 00000.parquet, 00000_stats.json, sizes.json. robots.txt and X-Robots-Tag are obeyed; addresses that are not public are refused.",
      "Stopped in the middle, the same command goes on; --retry-failed tries again what failed."
    },
    footer = {
      "",
      "Example:",
      "  filip data download cc12m:/data/cc12m --out data/cc12m --resize-mode keep_ratio --image-size 256"
    })
final class DownloadCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "TABLE",
      description =
          "cc3m:PATH, cc12m:PATH, yfcc100m:PATH, a .parquet, .csv, .tsv, .txt, .json or .jsonl, or a folder of such; also in a store: https://, s3:// and hdfs://, several by {000..127} or ::.")
  private String source;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to make: shards, their tables, sizes.json, download.json.")
  private Path out;

  @Option(
      names = {"--url-column", "--url-col"},
      paramLabel = "COLUMN",
      description = "Column of the URL. Default: url, image_url or img_url, in any case.")
  private @Nullable String urlColumn;

  @Option(
      names = {"--caption-column", "--caption-col"},
      paramLabel = "COLUMN",
      description = "Column of the caption. Default: caption, text or title, in any case, or none.")
  private @Nullable String captionColumn;

  @Option(
      names = "--columns",
      paramLabel = "A,B",
      split = ",",
      description = "Other columns that are kept in KEY.json and in the shards' tables.")
  private List<String> columns = List.of();

  @Option(
      names = "--retry-failed",
      description = "Try again the rows that failed to download in a folder that is whole.")
  private boolean retryFailed;

  @ArgGroup(exclusive = false, heading = "%nPictures:%n")
  private Pictures pictures = new Pictures();

  @ArgGroup(exclusive = false, heading = "%nServers:%n")
  private Servers servers = new Servers();

  @ArgGroup(exclusive = false, heading = "%nLimits of an answer:%n")
  private AnswerLimits limits = new AnswerLimits();

  @Mixin private SplitOption split;
  @Mixin private ShardSizeOption perShard;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  /** What becomes of pixels. */
  static final class Pictures {
    @Option(
        names = "--resize-mode",
        paramLabel = "MODE",
        defaultValue = "no",
        description =
            "no, border, keep_ratio (shorter side), keep_ratio_largest (longer side) or center_crop. Default: no; JPEGs then keep their bytes.")
    private String mode = "no";

    @Option(
        names = "--image-size",
        paramLabel = "PIXELS",
        defaultValue = "256",
        description = "The side that the mode speaks of. Default: 256.")
    private int size = Fit.DEFAULT.size();

    @Option(names = "--resize-only-if-bigger", description = "Leave smaller pictures as they are.")
    private boolean onlyIfBigger;

    @Option(
        names = "--min-image-size",
        paramLabel = "PIXELS",
        defaultValue = "0",
        description = "Refuse pictures with a shorter side below. Default: 0, none.")
    private int leastSide;

    @Option(
        names = "--max-image-area",
        paramLabel = "PIXELS",
        defaultValue = "0",
        description = "Refuse pictures of more pixels. Default: 0, none but those of --max-pixels.")
    private long mostArea;

    @Option(
        names = "--max-aspect-ratio",
        paramLabel = "R",
        defaultValue = "0",
        description = "Refuse pictures whose sides have a larger ratio. Default: 0, none.")
    private double mostAspect;

    @Option(
        names = "--encode-format",
        paramLabel = "KIND",
        defaultValue = "jpg",
        description = "jpg, png or webp. Default: jpg.")
    private String format = "jpg";

    @Option(
        names = "--encode-quality",
        paramLabel = "Q",
        defaultValue = "95",
        description = "Of jpg and webp, 1 to 100. Default: 95.")
    private int quality = Fit.DEFAULT.quality();

    Fit fit() {
      return new Fit(
          oneOf("--resize-mode", mode, Fit.Mode.values()),
          size,
          onlyIfBigger,
          leastSide,
          mostArea,
          mostAspect,
          oneOf("--encode-format", format, ImageEncoder.Format.values()),
          quality);
    }
  }

  /** How servers are treated. */
  static final class Servers {
    @Option(
        names = "--concurrency",
        paramLabel = "N",
        defaultValue = "128",
        description = "Requests at once. Default: 128.")
    private int total = Manners.DEFAULT.total();

    @Option(
        names = "--per-host",
        paramLabel = "N",
        defaultValue = "4",
        description = "Requests at once to one host. Default: 4.")
    private int perHost = Manners.DEFAULT.perHost();

    @Option(
        names = "--host-delay",
        paramLabel = "SECONDS",
        defaultValue = "0",
        description = "Least time between two requests to one host. Default: 0.")
    private double delay;

    @Option(
        names = "--longest-wait",
        paramLabel = "SECONDS",
        defaultValue = "60",
        description =
            "A host that asks for a longer pause (429 or 503 with Retry-After) is left alone; its rows fail. Default: 60.")
    private double longestWait = 60;

    @Option(
        names = "--retries",
        paramLabel = "N",
        defaultValue = "2",
        description = "Tries after the first, for what may pass. Default: 2.")
    private int retries = Manners.DEFAULT.retries();

    @Option(
        names = "--user-agent-token",
        paramLabel = "NAME",
        defaultValue = "filip",
        description = "Name by which robots.txt and X-Robots-Tag know the client. Default: filip.")
    private String agent = Manners.DEFAULT.agent();

    @Option(
        names = "--disallowed-header-directives",
        paramLabel = "A,B",
        split = ",",
        description =
            "Words of X-Robots-Tag that forbid an image. Default: noai,noimageai,noindex,noimageindex.")
    private Set<String> directives = Manners.DIRECTIVES;

    @Option(names = "--ignore-robots-tag", description = "Do not obey X-Robots-Tag.")
    private boolean ignoreTag;

    @Option(names = "--ignore-robots-txt", description = "Do not obey robots.txt.")
    private boolean ignoreTxt;

    @Option(
        names = "--allow-private",
        description =
            "Also connect to private, loopback and link-local addresses: for tests and intranets.")
    private boolean allowPrivate;

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "0",
        description = "Of the chance in pauses between tries. Default: 0.")
    private long seed;

    Manners manners() {
      return new Manners(
          total,
          perHost,
          seconds("--host-delay", delay),
          seconds("--longest-wait", longestWait),
          retries,
          Manners.DEFAULT.firstPause(),
          agent,
          !ignoreTxt,
          ignoreTag ? Set.of() : directives,
          allowPrivate,
          seed);
    }
  }

  /** What an answer may take. */
  static final class AnswerLimits {
    @Option(
        names = "--connect-timeout",
        paramLabel = "SECONDS",
        defaultValue = "10",
        description = "Until a connection stands. Default: 10.")
    private double connect = 10;

    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        defaultValue = "30",
        description = "From the question to the last byte. Default: 30.")
    private double whole = 30;

    @Option(
        names = "--min-speed",
        paramLabel = "BYTES",
        defaultValue = "1024",
        description = "Bytes a second that a body must reach after 5 s. Default: 1024.")
    private long leastSpeed = Limits.DEFAULT.leastSpeed();

    @Option(
        names = "--max-bytes",
        paramLabel = "BYTES",
        defaultValue = "33554432",
        description = "Of a body, also after unpacking. Default: 33554432 (32 MiB).")
    private int mostBytes = Limits.DEFAULT.mostBytes();

    @Option(
        names = "--max-pixels",
        paramLabel = "PIXELS",
        defaultValue = "100000000",
        description = "Of a picture, by its header. Default: 100000000.")
    private long mostPixels = Limits.DEFAULT.mostPixels();

    @Option(
        names = "--redirects",
        paramLabel = "N",
        defaultValue = "5",
        description = "Followed one after the other. Default: 5.")
    private int redirects = Limits.DEFAULT.redirects();

    Limits limits() {
      return new Limits(
          seconds("--connect-timeout", connect),
          seconds("--timeout", whole),
          leastSpeed,
          Limits.DEFAULT.patience(),
          mostBytes,
          mostPixels,
          redirects);
    }
  }

  private static Duration seconds(String option, double value) {
    BadInput.require(value >= 0 && value <= 1e6, option, value, "seconds in [0, 1000000]");
    return Duration.ofMillis(Math.round(value * 1000));
  }

  private static <E extends Enum<E>> E oneOf(String option, String word, E[] values) {
    for (E value : values) {
      if (value.name().equalsIgnoreCase(word)) {
        return value;
      }
    }
    String all =
        Arrays.stream(values)
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw BadInput.of(option, word, "one of " + all);
  }

  @Override
  public Integer call() throws IOException {
    DownloadOptions options =
        new DownloadOptions(
            perShard.samples(),
            pictures.fit(),
            limits.limits(),
            servers.manners(),
            retryFailed,
            force.isOn());
    UrlColumns wanted = new UrlColumns(urlColumn, captionColumn, columns);
    long started = System.nanoTime();
    try (UrlTable table = UrlTable.open(source, wanted, split.name())) {
      System.err.println("table: " + table.describe());
      ObjectNode result = new Download(table, options, System.err::println).write(out);
      result.put("seconds", Math.round((System.nanoTime() - started) / 1e6) / 1000.0);
      PeakMemory.bytes().ifPresent(bytes -> result.put("peak_memory", bytes));
      answer.print(result);
      if (result.path("saved").asLong() == 0) {
        System.err.println("no image was saved");
      }
    }
    return 0;
  }
}
