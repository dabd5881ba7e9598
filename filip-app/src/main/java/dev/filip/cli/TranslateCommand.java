package dev.filip.cli;

import dev.filip.data.SampleSource;
import dev.filip.data.translate.ApertiumTranslator;
import dev.filip.data.translate.BackTranslator;
import dev.filip.data.translate.CommandTranslator;
import dev.filip.data.translate.HttpTranslator;
import dev.filip.data.translate.TranslatedSource;
import dev.filip.data.translate.Translator;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip data translate}. */
@Command(
    name = "translate",
    mixinStandardHelpOptions = true,
    description = {
      "Translate captions into other languages and back, and write the source again as shards with what came back as further captions.",
      "Stopped in the middle, the same command goes on."
    },
    footer = {
      "",
      "Example:",
      "  filip data translate data/openclipart/train --via spa,cat --engine apertium --out data/openclipart-back",
      "  filip data translate SOURCE --via de,ru --engine http --url http://localhost:5000 --out DIR",
      "  filip data translate SOURCE --via de,ru --engine command --command \"./mt.sh {from} {to}\" --out DIR"
    })
final class TranslateCommand implements Callable<Integer> {
  /** The engines, as they are named. */
  enum Engine {
    command,
    http,
    apertium
  }

  @Parameters(
      paramLabel = "SOURCE",
      description = "Shards, folder, CSV, TSV, Parquet, or NAME:PATH#SPLIT of a known data set.")
  private String source;

  @Option(
      names = "--via",
      required = true,
      split = ",",
      paramLabel = "LANG",
      description = "Languages to go by, as the engine names them, with commas between them.")
  private List<String> via;

  @Option(
      names = "--engine",
      required = true,
      paramLabel = "NAME",
      description = "What translates: ${COMPLETION-CANDIDATES}.")
  private Engine engine;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to make: shards, samples.md to look at, translate.json.")
  private Path out;

  @Option(
      names = "--command",
      paramLabel = "COMMAND",
      description =
          "With --engine command: reads texts, one a line, writes as many lines; {from} and {to} are the languages. No shell.")
  private @Nullable String command;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "With --engine http: a server with LibreTranslate's API, without /translate.")
  private @Nullable String url;

  @Option(
      names = "--key-variable",
      paramLabel = "NAME",
      defaultValue = "LIBRETRANSLATE_API_KEY",
      description =
          "With --engine http: environment variable that holds the key, if one is needed. Default: LIBRETRANSLATE_API_KEY.")
  private String keyVariable;

  @Option(
      names = "--from",
      paramLabel = "LANG",
      defaultValue = "en",
      description = "Language of the captions. Default: en.")
  private String from;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Texts handed over at once. Default: 64.")
  private int batch;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "2",
      description = "Batches at a time; changes nothing in what comes out. Default: 2.")
  private int concurrency;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Leave out captions and translations of more characters. Default: 1000.")
  private int longest;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Longest wait for one batch. Default: 120.")
  private double timeout;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "5",
      description = "With --engine http: further tries of what passes. Default: 5.")
  private int retries;

  @Mixin private ColumnOptions columns;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws IOException {
    var options = new BackTranslator.Options(from, via, batch, concurrency, longest);
    try (Translator translator = engine();
        BackTranslator back = new BackTranslator(translator, options);
        SampleSource samples = columns.open(source)) {
      answer.print(TranslatedSource.write(samples, back, translator.describe(), out, force.isOn()));
    }
    return 0;
  }

  private Translator engine() throws IOException {
    BadInput.require(timeout > 0 && timeout <= 86_400, "--timeout", timeout, "above 0 (seconds)");
    Duration limit = Duration.ofMillis(Math.max(1, Math.round(timeout * 1000)));
    needed("--command", command, Engine.command);
    needed("--url", url, Engine.http);
    if (command != null) {
      return new CommandTranslator(command, limit);
    }
    if (url != null) {
      String key = System.getenv(keyVariable);
      return new HttpTranslator(
          url,
          key == null || key.isBlank() ? null : key.strip(),
          HttpTranslator.Patience.of(limit, retries));
    }
    return new ApertiumTranslator(from, via, limit);
  }

  private void needed(String option, @Nullable String value, Engine whose) {
    if (engine == whose) {
      BadInput.require(value != null, option, "nothing", "given with --engine " + whose);
    } else {
      BadInput.require(
          value == null, option, String.valueOf(value), "left out with --engine " + engine);
    }
  }
}
