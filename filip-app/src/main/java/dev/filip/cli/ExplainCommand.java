package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.encode.Explain;
import dev.filip.encode.LabelledText;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Show which word each patch chose, and where each word looks: PNG and JSON.",
      "Words of the label are red: mark them with braces (a photo of a {balloon}.) or --label; without either, every word but function words."
    },
    footer = {
      "",
      "Example:",
      "  filip explain models/collages-late cat.png \"{cat face} left of {red apple}\" --out explained"
    })
final class ExplainCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Parameters(index = "1", paramLabel = "IMAGE", description = "Image file.")
  private Path image;

  @Parameters(index = "2", arity = "1..*", paramLabel = "TEXT", description = "Texts.")
  private List<String> texts;

  @Option(
      names = "--out",
      required = true,
      description = "Folder to make: explain.json, N-alignment.png, N-word-*.png.")
  private Path out;

  @Option(
      names = "--label",
      paramLabel = "WORDS",
      description = "The label's words, instead of braces.")
  private @Nullable String label;

  @Mixin private ForceOption force;
  @Mixin private PrecisionOption precision;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Explain.OWN.requireFree(out, force.isOn());
    List<LabelledText> marked = texts.stream().map(this::marked).toList();
    try (Filip filip = precision.open(model)) {
      Explain result = Explain.of(filip.embedder(), image, marked);
      result.write(out, force.isOn());
      answer.print(result.toJson(), text(result));
    }
    return 0;
  }

  private LabelledText marked(String text) {
    return label == null ? LabelledText.parse(text) : LabelledText.of(text, label);
  }

  private String text(Explain result) {
    StringBuilder lines = new StringBuilder();
    for (var text : result.texts()) {
      lines.append(text.text()).append(System.lineSeparator());
      int[] patchWord = text.pair().patchWord();
      for (int row = 0; row < result.grid().rows(); row++) {
        lines.append("  ");
        for (int column = 0; column < result.grid().columns(); column++) {
          lines.append(
              String.format(
                  java.util.Locale.ROOT, "%3d", patchWord[row * result.grid().columns() + column]));
        }
        lines.append(System.lineSeparator());
      }
      for (int i = 0; i < text.words().size(); i++) {
        lines.append(i == 0 ? "  " : ", ").append(i).append(' ').append(text.words().get(i));
      }
      lines.append(System.lineSeparator());
    }
    return lines.append("pictures: ").append(out).toString();
  }
}
