package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.data.SampleSource;
import dev.filip.data.Sources;
import dev.filip.eval.ClassPrompts;
import dev.filip.eval.EncodedImages;
import dev.filip.eval.EvalData;
import dev.filip.eval.PromptSearch;
import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import dev.filip.text.Prompts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip eval prompts}: searches a small ensemble of prompts. */
@Command(
    name = "prompts",
    mixinStandardHelpOptions = true,
    description = {
      "Search a small ensemble of prompts for a classification source, greedily, and judge it on images that were not searched:",
      "those of --test, or else a second half of SOURCE. The gain is that over \"a photo of a {}.\"."
    },
    footer = {
      "",
      "Example:",
      "  filip eval prompts runs/emoji-late/model data/emoji/google --test data/emoji/openmoji --out prompts.txt"
    })
final class PromptsCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "SOURCE",
      description = "Labelled images to search on: a training split.")
  private String source;

  @Option(
      names = "--test",
      paramLabel = "SOURCE",
      description =
          "Labelled images of the same classes to judge on. Default: half of the first source, half of each class.")
  private @Nullable String test;

  @Option(
      names = "--candidates",
      paramLabel = "FILE|SET,SET...",
      description =
          "Templates, one a line, or sets that come with the program (such as imagenet,food101). Default: imagenet,photo,name.")
  private String candidates = "imagenet,photo,name";

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description = "Class names, one a line, in label order. Default: the source's.")
  private @Nullable Path classes;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "8",
      description = "At most so many templates in the ensemble. Default: 8.")
  private int most;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "Use at most N samples of each source, evenly spread; 0 for all. Default: 2000.")
  private int limit;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Deals the halves where --test is not given. Default: 1.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Write the templates, one a line, as filip eval zero-shot --templates reads them.")
  private @Nullable Path out;

  @Mixin private PrecisionOption precision;
  @Mixin private ColumnOptions columns;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws IOException {
    if (out != null) {
      Outputs.refuseExisting(out, force.isOn());
    }
    PromptSearch.Options options = new PromptSearch.Options(candidates(), most);
    try (SampleSource samples = Sources.open(source, columns.options());
        Filip filip = precision.openForMany(model)) {
      List<String> names = ClassPrompts.of(samples, classes, null).classes();
      PromptSearch search = new PromptSearch(filip.embedder(), names, options);
      PromptSearch.Found found = run(filip, samples, names.size(), search);
      ObjectNode json = found.toJson();
      if (out != null) {
        String lines = String.join("\n", found.templates()) + "\n";
        Outputs.file(out, lines.getBytes(StandardCharsets.UTF_8));
        json.put("out", out.toString());
      }
      answer.print(json);
      return 0;
    }
  }

  private PromptSearch.Found run(
      Filip filip, SampleSource samples, int classes, PromptSearch search) throws IOException {
    EncodedImages all =
        EncodedImages.of(
            filip.embedder(), new EvalData(samples, source, limit(samples), false), classes);
    if (test == null) {
      List<EncodedImages> halves = PromptSearch.halves(all, seed);
      return search.run(halves.get(0), halves.get(1));
    }
    BadInput.require(!test.equals(source), "--test", test, "other data than what is searched");
    try (SampleSource other = Sources.open(test, columns.options())) {
      EvalData data = new EvalData(other, test, limit(other), false);
      return search.run(all, EncodedImages.of(filip.embedder(), data, classes));
    }
  }

  private int limit(SampleSource samples) {
    return limit == 0 || limit >= samples.size() ? 0 : limit;
  }

  private Prompts candidates() {
    Set<String> known = Prompts.names();
    List<String> words = List.of(candidates.split(","));
    if (!known.containsAll(words)) {
      return Prompts.read(Path.of(candidates));
    }
    Set<String> templates = new LinkedHashSet<>();
    words.forEach(set -> templates.addAll(Prompts.named(set).templates()));
    return new Prompts(candidates, new ArrayList<>(templates));
  }
}
