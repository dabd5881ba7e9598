package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.encode.Alignment;
import dev.filip.encode.Explain;
import dev.filip.encode.GradCam;
import dev.filip.encode.LabelledText;
import dev.filip.encode.Match;
import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

  @Option(
      names = "--gradient",
      description =
          "Also Grad-CAM on each tower's last self-attention maps: N-gradient.png, N-gradient-words.png.")
  private boolean gradient;

  @Option(
      names = "--match",
      description =
          "With --gradient: whose gradient, that of the late scores or of the global one. Default: as the model was trained.")
  private @Nullable Match match;

  @Mixin private ForceOption force;
  @Mixin private PrecisionOption precision;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Explain.OWN.requireFree(out, force.isOn());
    if (match != null) {
      BadInput.require(gradient, "--match", match.key(), "given with --gradient");
    }
    List<LabelledText> marked = texts.stream().map(this::marked).toList();
    try (Filip filip = precision.open(model)) {
      Match score = Match.orTrained(match, filip.embedder().interaction());
      Explain.Asked asked = gradient ? new Explain.Asked(filip.gradients(), score) : null;
      Explain result = Explain.of(filip.embedder(), image, marked, asked);
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
    int at = 0;
    for (var text : result.texts()) {
      lines.append(text.text()).append(System.lineSeparator());
      int[] patchWord = text.pair().patchWord();
      for (int row = 0; row < result.grid().rows(); row++) {
        lines.append("  ");
        for (int column = 0; column < result.grid().columns(); column++) {
          lines.append(
              String.format(Locale.ROOT, "%3d", patchWord[row * result.grid().columns() + column]));
        }
        lines.append(System.lineSeparator());
      }
      for (int i = 0; i < text.words().size(); i++) {
        lines.append(i == 0 ? "  " : ", ").append(i).append(' ').append(text.words().get(i));
      }
      lines.append(System.lineSeparator());
      if (!result.gradients().isEmpty()) {
        gradient(lines, result.gradients().get(at), text);
      }
      at++;
    }
    return lines.append("pictures: ").append(out).toString();
  }

  /** Shares of the largest in hundredths: patches in their grid, words in a line. */
  private static void gradient(StringBuilder lines, GradCam gradient, Alignment text) {
    lines.append("  gradient (").append(gradient.match().key()).append("), % of the largest");
    gradient.match().note(gradient.trainedSo()).ifPresent(note -> lines.append("; ").append(note));
    lines.append(System.lineSeparator());
    if (!gradient.image().isKnown()) {
      lines.append("  no patch chose a word of the label").append(System.lineSeparator());
    }
    float[] patches = gradient.image().shares();
    for (int k = 0; k < patches.length; k++) {
      boolean last = (k + 1) % text.layout().columns() == 0;
      lines.append(k % text.layout().columns() == 0 ? "  " : "");
      lines.append(String.format(Locale.ROOT, "%4.0f", 100 * patches[k]));
      lines.append(last ? System.lineSeparator() : "");
    }
    float[] words = gradient.text().shares();
    for (int r = 0; r < words.length; r++) {
      lines.append(r == 0 ? "  " : ", ").append(text.words().get(r));
      lines.append(String.format(Locale.ROOT, " %.0f", 100 * words[r]));
    }
    lines.append(System.lineSeparator());
  }
}
