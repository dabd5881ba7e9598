package dev.filip.cli;

import dev.filip.config.TextBehaviour;
import dev.filip.data.CaptionReader;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.OwnFolder;
import dev.filip.io.Progress;
import dev.filip.text.BpeTokenizer;
import dev.filip.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip tokenizer}. */
@Command(
    name = "tokenizer",
    mixinStandardHelpOptions = true,
    description = "Train a byte-level BPE on captions.",
    subcommands = TokenizerCommand.Train.class,
    footer = {
      "",
      "Example:",
      "  filip tokenizer train data/scenes/train --size 800 --out tokenizer"
    })
final class TokenizerCommand extends Group {

  /** {@code filip tokenizer train}. */
  @Command(
      name = "train",
      mixinStandardHelpOptions = true,
      showDefaultValues = true,
      description =
          "Train CLIP's lower-cased byte-level BPE on the captions of a source; writes the files that Hugging Face reads.",
      footer = {
        "",
        "Example:",
        "  filip tokenizer train data/scenes/train --size 800 --out tokenizer"
      })
  static final class Train implements Callable<Integer> {
    private static final OwnFolder OWN =
        new OwnFolder(
            "filip tokenizer train",
            List.of("tokenizer.json"),
            List.of(
                "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"));

    @Parameters(paramLabel = "SOURCE", description = "Samples with captions.")
    private String source;

    @Option(
        names = "--size",
        required = true,
        description = "Vocabulary: 512 byte pieces, merges, [BOS] and [EOS].")
    private int size;

    @Option(names = "--out", required = true, description = "Folder to make.")
    private Path out;

    @Option(
        names = "--context",
        defaultValue = "77",
        description = "Positions written as model_max_length.")
    private int context;

    @Option(
        names = "--behaviour",
        defaultValue = "transformers",
        description =
            "Text cleaning: transformers, open_clip, open_clip_without_ftfy or open_clip_hf.")
    private TextBehaviour behaviour;

    @Mixin private ColumnOptions columns;
    @Mixin private ForceOption force;
    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      BadInput.require(size >= 514, "--size", size, ">= 514 (512 byte pieces, [BOS], [EOS])");
      OWN.requireFree(out, force.isOn());
      CaptionReader reader = new CaptionReader();
      List<String> captions = captions(reader);
      BpeTokenizer tokenizer = BpeTrainer.train(captions, size, behaviour);
      Outputs.folder(out, folder -> tokenizer.save(folder, context));
      var result =
          Json.object()
              .put("size", tokenizer.size())
              .put("merges", tokenizer.merges())
              .put("captions", captions.size())
              .put("left_out", reader.skipped().total())
              .put("path", out.toString());
      answer.print(
          result,
          "%,d pieces (%,d merges) from %,d captions: %s"
              .formatted(tokenizer.size(), tokenizer.merges(), captions.size(), out));
      return 0;
    }

    private List<String> captions(CaptionReader reader) throws IOException {
      List<String> captions = new ArrayList<>();
      long read = 0;
      SourceOptions options = columns.options().forTraining();
      try (SampleSource samples = Sources.open(source, options);
          Progress progress = new Progress("captions", samples.counted() ? samples.size() : 0)) {
        for (int shard = 0; shard < samples.shards(); shard++) {
          if (shard + 1 < samples.shards()) {
            samples.ahead(shard + 1);
          }
          captions.addAll(reader.shard(samples, shard, Integer.MAX_VALUE));
          progress.to(read += Math.max(0, samples.size(shard)), "");
        }
      }
      if (captions.isEmpty()) {
        throw reader.none(source);
      }
      if (reader.skipped().total() > 0) {
        System.err.println("left out: " + reader.skipped().line());
      }
      return captions;
    }
  }
}
