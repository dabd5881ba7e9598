package dev.filip.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.encode.Alignment;
import dev.filip.encode.Explain;
import dev.filip.encode.GradCam;
import dev.filip.encode.LabelledText;
import dev.filip.encode.Match;
import dev.filip.eval.Figure;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
      "Words of the label are red: mark them with braces (a photo of a {balloon}.) or --label; without either, every word but function words.",
      "Without TEXT: the paper's figure for the images of a SOURCE, each with its class in a prompt, several models side by side, as one page."
    },
    footer = {
      "",
      "Example:",
      "  filip explain models/collages-late cat.png \"{cat face} left of {red apple}\" --out explained",
      "  filip explain models/collages-late,models/collages-global data/emoji/openmoji --out figure"
    })
final class ExplainCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "Model folder; for a SOURCE several, with commas between.")
  private String models;

  @Parameters(
      index = "1",
      paramLabel = "IMAGE",
      description =
          "Image file; without TEXT a SOURCE: class folders, a folder with .txt, shards, NAME:PATH#SPLIT.")
  private String image;

  @Parameters(index = "2", arity = "0..*", paramLabel = "TEXT", description = "Texts.")
  private List<String> texts = List.of();

  @Option(
      names = "--out",
      required = true,
      description =
          "Folder to make: explain.json, N-alignment.png, N-word-*.png; of a SOURCE figure.html, figure.json.")
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

  @Mixin private FigureOptions figure;
  @Mixin private ForceOption force;
  @Mixin private PrecisionOption precision;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    if (match != null) {
      BadInput.require(gradient, "--match", match.key(), "given with --gradient");
    }
    if (texts.isEmpty()) {
      figure();
    } else {
      explain();
    }
    return 0;
  }

  private void explain() throws IOException {
    figure.requireNone();
    Path model = Path.of(models);
    BadInput.require(
        !models.contains(",") || Files.isDirectory(model), "MODEL", models, "one folder with TEXT");
    Explain.OWN.requireFree(out, force.isOn());
    List<LabelledText> marked = texts.stream().map(this::marked).toList();
    try (Filip filip = precision.open(model)) {
      Match score = Match.orTrained(match, filip.embedder().interaction());
      Explain.Asked asked = gradient ? new Explain.Asked(filip.gradients(), score) : null;
      Explain result = Explain.of(filip.embedder(), Path.of(image), marked, asked);
      result.write(out, force.isOn());
      answer.print(result.toJson(), text(result));
    }
  }

  private void figure() throws IOException {
    BadInput.require(label == null, "--label", String.valueOf(label), "given with TEXT");
    BadInput.require(!gradient, "--gradient", "given", "given with TEXT");
    BadInput.require(!isImage(image), "TEXT", "none", "at least one text for the image " + image);
    Figure.OWN.requireFree(out, force.isOn());
    Figure result = figure.figure(folders(), image, precision);
    result.write(out, force.isOn());
    ObjectNode json = result.toJson();
    answer.print(json, counts(json) + "page: " + out.resolve("figure.html"));
  }

  /** A folder whose own name has a comma is one. */
  private List<Path> folders() {
    return Files.isDirectory(Path.of(models))
        ? List.of(Path.of(models))
        : Arrays.stream(models.split(",")).map(Path::of).toList();
  }

  private static boolean isImage(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|jfif|jpe|png|webp|gif|bmp)")
        && !Files.isDirectory(Path.of(name));
  }

  /** A line a model, then a line a picture. */
  private static String counts(ObjectNode json) {
    StringBuilder lines = new StringBuilder();
    json.path("models")
        .properties()
        .forEach(model -> {
          JsonNode share = model.getValue();
          lines.append(
              String.format(
                  Locale.ROOT,
                  "%s: %.3f of %,d patches chose a word of the class (chance %.3f)%n",
                  model.getKey(),
                  share.path("value").asDouble(),
                  share.path("n").asLong(),
                  share.path("chance").asDouble()));
          if (share.has("in_box")) {
            lines.append(
                String.format(
                    Locale.ROOT,
                    "  %.3f of those in its true box, %.3f of the others%n",
                    share.at("/in_box/value").asDouble(),
                    share.at("/out_of_box/value").asDouble()));
          }
        });
    for (JsonNode picture : json.path("pictures")) {
      lines.append("  ").append(picture.path("class").asText());
      picture
          .path("models")
          .properties()
          .forEach(model ->
              lines
                  .append("  ")
                  .append(model.getKey())
                  .append(' ')
                  .append(model.getValue().path("right").asInt())
                  .append('/')
                  .append(model.getValue().path("patches").asInt()));
      lines.append("  ").append(picture.path("key").asText()).append(System.lineSeparator());
    }
    if (json.at("/skipped/total").asInt() > 0) {
      lines.append("left out: ").append(json.path("skipped")).append(System.lineSeparator());
    }
    return lines.toString();
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
