package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.encode.Match;
import dev.filip.encode.Similarity;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip similarity}. */
@Command(
    name = "similarity",
    mixinStandardHelpOptions = true,
    description =
        "Score every image with every text: s_image ranks texts, s_text ranks images; unscaled cosines.",
    footer = {
      "",
      "Example:",
      "  filip similarity models/collages-late --image cat.png --text \"cat face\" --text \"red apple\""
    })
final class SimilarityCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      required = true,
      arity = "1..*",
      description = "Image files.")
  private List<Path> images;

  @Option(
      names = "--text",
      paramLabel = "TEXT",
      required = true,
      arity = "1..*",
      description = "Texts.")
  private List<String> texts;

  @Option(
      names = "--match",
      description =
          "Compare late or global. Default: as the model was trained; late on a global model is said to be untrained.")
  private @Nullable Match match;

  @Mixin private PrecisionOption precision;
  @Mixin private Answer answer;

  @Override
  public Integer call() {
    try (Filip filip = precision.open(model)) {
      Similarity result = Similarity.of(filip.embedder(), images, texts, match);
      answer.print(result.toJson(), table(result));
    }
    return 0;
  }

  private static String table(Similarity result) {
    StringBuilder lines =
        new StringBuilder(String.format(Locale.ROOT, "%8s %8s%n", "s_image", "s_text"));
    for (int i = 0; i < result.images().size(); i++) {
      for (int t = 0; t < result.texts().size(); t++) {
        lines.append(
            String.format(
                Locale.ROOT,
                "%8.4f %8.4f  %s  %s%n",
                result.sImage(i, t),
                result.sText(i, t),
                result.images().get(i),
                result.texts().get(t)));
      }
    }
    lines.append(String.format(Locale.ROOT, "logit_scale %.3f", result.logitScale()));
    result
        .match()
        .note(result.trainedSo())
        .ifPresent(note -> lines.append(System.lineSeparator()).append("note: ").append(note));
    return lines.toString();
  }
}
