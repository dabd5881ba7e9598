package dev.filip.study;

import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Stands for {@code filip} in a process of its own: writes what a training run writes, with numbers
 * that its settings decide, in no time. Fails as it is told by files in the working folder of the
 * study: {@code fail} and {@code diverge} hold the settings that a row fails at.
 */
final class FakeFilip {
  private FakeFilip() {}

  /** {@code train CONFIG --out RUN ...} or {@code eval retrieval MODEL SOURCE --json}. */
  public static void main(String[] arguments) throws IOException {
    List<String> all = List.of(arguments);
    if (all.get(0).equals("eval")) {
      var json = Json.object();
      json.putObject("text_to_image").put("r1", 0.25);
      json.putObject("image_to_text").put("r1", 0.75);
      System.out.println(json);
      return;
    }
    Path run = Path.of(all.get(all.indexOf("--out") + 1));
    String sets = String.join(" ", all.subList(all.indexOf("--set"), all.size()));
    Path asked = run.resolve("../../../..").normalize();
    count(asked);
    if (isTold(asked.resolve("fail"), sets)) {
      System.err.println("some warning");
      System.err.println("filip: no space left on device");
      System.exit(1);
    }
    write(run, sets, isTold(asked.resolve("diverge"), sets));
    System.out.println(Json.object().put("peak_memory_bytes", 123_000_000));
  }

  private static boolean isTold(Path file, String sets) throws IOException {
    return Files.exists(file) && sets.contains(Files.readString(file));
  }

  private static void count(Path asked) throws IOException {
    Files.createTempFile(asked, "started", "");
  }

  private static void write(Path run, String sets, boolean diverges) throws IOException {
    StringBuilder lines = new StringBuilder();
    double loss = sets.contains("interaction=global") ? 2 : 1;
    for (int step = 1; step <= 10; step++) {
      lines.append(
          Json.object()
              .put("step", step)
              .put("loss", step > 9 ? loss : 4)
              .put("same_word_share", 0.3)
              .put("images_per_second", step < 4 ? 1 : 64 / 0.1));
      lines.append('\n');
    }
    if (diverges) {
    } else {
      double score = sets.contains("seed=2") ? 0.4 : 0.2;
      if (sets.contains("optimizer.lr=")) {
        boolean best =
            sets.contains("interaction=late")
                ? sets.contains("optimizer.lr=2e-3")
                : sets.contains("optimizer.lr=1e-3");
        score += best ? 0.3 : 0.1;
      }
      var line = Json.object().put("step", 10);
      line.putObject("evaluation").put("r1", score).put("t2i_r1", score).put("i2t_r1", score);
      lines.append(line).append('\n');
    }
    Files.createDirectories(run);
    Files.writeString(run.resolve("metrics.jsonl"), lines);
    if (diverges) {
      Files.writeString(
          run.resolve("ended.json"),
          "{\"outcome\": \"diverged\", \"reason\": \"the loss is not finite (NaN) at step 11\"}");
      System.exit(1);
    }
    Files.createDirectories(run.resolve("checkpoints"));
    Files.createDirectories(run.resolve("model"));
  }
}
