package dev.filip.study;

import static dev.filip.io.BadInput.require;

import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfig.DeviceChoice;
import dev.filip.config.RunConfigWriter;
import dev.filip.io.Json;
import dev.filip.viz.ScatterPlot;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The paper's efficiency table on this machine: the baseline and the late loss with the embedding
 * width, the features' precision and the share of tokens reduced one after the other. The config's
 * own width is the narrow one; the wide one is twice that, as in the paper.
 */
public record EfficiencyStudy() implements Study {
  private static final int WIDER = 2;

  @Override
  public String name() {
    return "efficiency";
  }

  @Override
  public String purpose() {
    return "What embedding width, precision of the features and token selection cost and bring: seconds a step, peak memory, accuracy.";
  }

  @Override
  public boolean timed() {
    return true;
  }

  // the names are the first four columns of the table
  @Override
  public List<Study.Variant> variants(RunConfig base) {
    require(
        base.newModel().isPresent(),
        "model",
        "a model folder",
        "a preset or sizes (the study changes the embedding width)");
    ModelConfig narrow = base.newModel().orElseThrow();
    int width = narrow.embedDim();
    int wide = WIDER * width;
    String half = base.device() == DeviceChoice.CUDA ? "fp16" : "bf16";
    return List.of(
        row(base, "global", wide, "fp32", 100),
        row(base, "late", wide, "fp32", 100),
        row(base, "late", wide, half, 100),
        row(base, "late", width, half, 100),
        row(base, "late", width, half, 50),
        row(base, "late", width, half, 25));
  }

  private static Study.Variant row(
      RunConfig base, String loss, int width, String precision, int percent) {
    ModelConfig model = base.newModel().orElseThrow();
    String sizes = Json.line(RunConfigWriter.sizes(model.withEmbedDim(width)));
    boolean global = loss.equals("global");
    List<String> sets =
        new ArrayList<>(
            List.of(
                "model=" + sizes,
                "interaction=" + loss,
                "loss.late=" + (global ? 0 : 1),
                "loss.global=" + (global ? 1 : 0),
                "loss.late_warmup=0",
                "loss.feature_precision=" + precision,
                "loss.keep_tokens=" + percent / 100.0));
    return new Study.Variant(
        String.join(" ", loss, Integer.toString(width), precision, global ? "-" : percent + "%"),
        sets);
  }

  @Override
  public Findings findings(List<Measured> measured) {
    Map<String, String> scores = Findings.scores(measured);
    boolean trouble = Findings.anyTrouble(measured);
    List<String> columns =
        new ArrayList<>(
            List.of(
                "loss", "embedding width", "precision", "tokens", "seconds a step", "peak memory"));
    columns.addAll(scores.values());
    if (trouble) {
      columns.add("what went wrong");
    }
    List<List<String>> cells = new ArrayList<>();
    for (Measured one : measured) {
      List<String> row = new ArrayList<>(List.of(one.variant().name().split(" ")));
      row.add(seconds(one));
      row.add(memory(one));
      row.addAll(Findings.cells(one, scores.keySet()));
      if (trouble) {
        row.add(Findings.orNothing(one.trouble()));
      }
      cells.add(row);
    }
    return new Findings(columns, cells, notes(), plot(measured));
  }

  private static double secondsOf(Measured one) {
    return one.timing() == null ? Double.NaN : one.timing().secondsPerStep();
  }

  private static String seconds(Measured one) {
    double seconds = secondsOf(one);
    return Double.isNaN(seconds) ? "-" : String.format(Locale.ROOT, "%.4f", seconds);
  }

  private static String memory(Measured one) {
    double bytes = one.timing() == null ? Double.NaN : one.timing().peakBytes();
    return Double.isNaN(bytes) ? "-" : String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
  }

  private static BufferedImage plot(List<Measured> measured) {
    List<ScatterPlot.Point> points = new ArrayList<>();
    for (Measured one : measured) {
      points.add(
          new ScatterPlot.Point(
              secondsOf(one), one.r1("").mean(), one.variant().name() + ", " + memory(one)));
    }
    return ScatterPlot.draw(
        "Efficiency", "seconds a step", "R@1 on validation, mean of both directions", points);
  }

  private static List<String> notes() {
    return List.of(
        "Seconds a step: median over a short run of its own, its first third left out, everything in it (data, towers, loss, backward, optimizer); tokens are selected from its first step on. Peak memory: the most resident memory of that process (VmHWM), Java's heap and the decoded pictures it keeps included.",
        "Accuracy: of a whole training of its own, on data.validation, at the last step. \"precision\" is that of the features the loss sees; the towers run in the config's own precision in every row.",
        "The wide embedding is twice the config's own, as 512 is to 256 in the paper; the baseline is CLIP's form, one vector an image and a text.");
  }
}
