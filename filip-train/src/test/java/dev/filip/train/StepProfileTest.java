package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.RunConfig;
import dev.filip.io.Json;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.TorchProfiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where some steps' time goes: the table by events that are made up, the files of real runs. */
class StepProfileTest {
  @TempDir Path temp;

  private static JsonNode event(String kind, String name, int thread, double from, double length) {
    return Json.object()
        .put("ph", "X")
        .put("cat", kind)
        .put("name", name)
        .put("tid", thread)
        .put("ts", from)
        .put("dur", length);
  }

  /** Milliseconds a step by row. */
  private static Map<String, Double> rows(String table) {
    Map<String, Double> rows = new TreeMap<>();
    for (String line : table.lines().filter(line -> line.startsWith("    ")).toList()) {
      String name = line.substring(4, 60).strip();
      rows.put(name, Double.parseDouble(line.substring(60).strip().split(" +")[0]));
    }
    return rows;
  }

  @Test
  void operatorsAreToldWithoutWhatTheyCalledAndADeviceWithItsGaps() {
    ProfileTable table = new ProfileTable(2, 20_000_000);
    table.add(new StepProfile.Span("towers", "stage", 0, 5_000_000));
    table.add(new StepProfile.Span("towers", "stage", 9_000_000, 12_000_000));
    table.add(new StepProfile.Span("images", "images", 0, 1_000_000));
    table.add(event("cpu_op", "aten::linear", 1, 0, 4000));
    table.add(event("cpu_op", "aten::addmm", 1, 500, 3000));
    table.add(event("cpu_op", "aten::copy_", 1, 500, 1000));
    table.add(event("cpu_op", "aten::addmm", 2, 100, 2000)); // another thread calls nobody
    table.add(event("cpu_op", "aten::linear", 1, 4000, 1000)); // begins where one ends
    table.add(event("kernel", "gemm", 7, 0, 3000));
    table.add(event("kernel", "softmax", 8, 2000, 3000)); // beside it
    table.add(event("gpu_memcpy", "Memcpy HtoD", 9, 8000, 2000));
    table.add(Json.object().put("ph", "M").put("name", "thread_name"));
    Map<String, Double> rows = rows(table.text());
    assertThat(table.text()).startsWith("10.00 ms a step");
    assertThat(rows.get("towers")).isEqualTo(4.0, within(1e-3));
    assertThat(rows.get("between stages")).isEqualTo(6.0, within(1e-3));
    assertThat(rows.get("images")).isEqualTo(0.5, within(1e-3));
    assertThat(rows.get("aten::linear")).isEqualTo(1.0, within(1e-3));
    assertThat(rows.get("aten::addmm")).isEqualTo(2.0, within(1e-3));
    assertThat(rows.get("aten::copy_")).isEqualTo(0.5, within(1e-3));
    assertThat(rows.get("gemm")).isEqualTo(1.5, within(1e-3));
    assertThat(rows.get("Memcpy HtoD")).isEqualTo(1.0, within(1e-3));
    assertThat(rows.get("idle")).isEqualTo(6.5, within(1e-3)); // 20 less 5 and 2, of two steps
  }

  @Test
  void manyOperatorsAreCutToTheLargest() {
    ProfileTable table = new ProfileTable(1, 1_000_000);
    for (int i = 0; i < 30; i++) {
      table.add(event("cpu_op", "op" + i, 1, 100 * i, i + 1));
    }
    Map<String, Double> rows = rows(table.text());
    assertThat(rows).containsKey("op29").containsKey("op10").doesNotContainKey("op9");
    assertThat(rows.get("10 others")).isEqualTo(0.055, within(1e-3));
  }

  private static List<JsonNode> spans(Path trace, String kind) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode event : Json.read(trace).path("traceEvents")) {
      if (event.path("cat").asText().equals(kind)) {
        found.add(event);
      }
    }
    return found;
  }

  @Test
  void aRunLeavesATableAndATraceAndTheSameWeights() throws IOException {
    RunConfig config = TinyData.config("late", 9);
    Path plain = temp.resolve("plain");
    Trainer.run(config, plain, TrainOptions.QUIET, new TinyData());
    Path out = temp.resolve("profiled");
    List<String> said = new ArrayList<>();
    TrainOptions options =
        new TrainOptions(TrainOptions.Existing.REFUSE, 10, null, List.of(), said::add, 4);
    Trainer.run(config, out, options, new TinyData());
    assertThat(out.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(plain.resolve("model/model.safetensors"));
    String table = Files.readString(out.resolve("profile.txt"));
    assertThat(table).startsWith("steps 3 to 6: ");
    assertThat(said).anyMatch(line -> line.startsWith("profile of steps 3 to 6"));
    assertThat(rows(table)).containsKeys("data", "towers", "loss", "backward", "optimizer");
    List<JsonNode> stages = spans(out.resolve("profile.json"), "filip_stage");
    assertThat(stages.stream().filter(span -> span.path("name").asText().equals("loss")))
        .hasSize(4);
    if (System.getProperty("os.name").contains("Linux")) {
      assertThat(rows(table).keySet())
          .filteredOn(name -> name.startsWith("aten::"))
          .hasSizeGreaterThan(5);
      List<JsonNode> operators = spans(out.resolve("profile.json"), "cpu_op");
      double first = stages.getFirst().path("ts").asDouble();
      double last =
          stages.getLast().path("ts").asDouble() + stages.getLast().path("dur").asDouble();
      assertThat(operators.size()).isGreaterThan(400);
      long within =
          operators.stream()
              .mapToDouble(operator -> operator.path("ts").asDouble())
              .filter(at -> at >= first - 2000 && at <= last + 2000)
              .count();
      assertThat(within).as("operators on the stages' clock").isGreaterThan(operators.size() / 2);
      assertThat(operators.stream().map(operator -> operator.path("tid").asText()).distinct())
          .as("threads")
          .hasSizeGreaterThan(1);
    }
  }

  /** Fewer steps than there would be let pass: what there is, from the first on. */
  @Test
  void aShortRunIsProfiledFromItsFirstStep() throws IOException {
    for (int steps : new int[] {1, 3}) {
      Path out = temp.resolve("run" + steps);
      Trainer.run(
          TinyData.config("late", 3), out, TrainOptions.QUIET.profiling(steps), new TinyData());
      assertThat(out.resolve("profile.txt"))
          .content()
          .startsWith(steps == 1 ? "steps 3 to 3: " : "steps 1 to 3: ");
    }
    Path out = temp.resolve("more");
    Trainer.run(TinyData.config("late", 2), out, TrainOptions.QUIET.profiling(50), new TinyData());
    assertThat(out.resolve("profile.txt")).content().startsWith("steps 1 to 2: ");
  }

  @Test
  void imagesThatStayOnTheHostAreToldInADevicesWayToo() throws IOException {
    Path out = temp.resolve("device");
    System.setProperty(SessionBuilder.AS_A_DEVICE, "true");
    try {
      Trainer.run(
          TinyData.config("global", 4), out, TrainOptions.QUIET.profiling(2), new TinyData());
    } finally {
      System.clearProperty(SessionBuilder.AS_A_DEVICE);
    }
    assertThat(spans(out.resolve("profile.json"), "filip_images")).isNotEmpty();
  }

  /** How often a step, by row of the first of the tables. */
  private static Map<String, Double> calls(String table) {
    Map<String, Double> calls = new TreeMap<>();
    for (String line : stages(table)) {
      String[] numbers = line.substring(60).strip().split(" +");
      calls.put(line.substring(4, 60).strip(), numbers.length < 3 ? 0 : Double.valueOf(numbers[2]));
    }
    return calls;
  }

  private static List<String> stages(String table) {
    return table.lines().skip(2).takeWhile(line -> line.startsWith("    ")).toList();
  }

  private String profiled(String name, int steps, boolean device) throws IOException {
    Path out = temp.resolve(name);
    if (device) {
      System.setProperty(SessionBuilder.AS_A_DEVICE, "true");
    }
    try {
      Trainer.run(
          TinyData.config("late", steps), out, TrainOptions.QUIET.profiling(3), new TinyData());
    } finally {
      System.clearProperty(SessionBuilder.AS_A_DEVICE);
    }
    return Files.readString(out.resolve("profile.txt"));
  }

  /** Each stage once a step, and no time twice. */
  @Test
  void theStagesAndWhatIsBetweenThemAreTheStep() throws IOException {
    for (boolean device : new boolean[] {false, true}) {
      String table = profiled("sum" + device, 7, device);
      double sum = 0;
      for (String line : stages(table)) {
        double ms = Double.parseDouble(line.substring(60).strip().split(" +")[0]);
        assertThat(ms).as(line).isGreaterThanOrEqualTo(0);
        sum += ms;
      }
      double step = Double.parseDouble(table.substring(table.indexOf(": ") + 2).split(" ")[0]);
      assertThat(sum).as(table).isCloseTo(step, within(0.01));
      Map<String, Double> calls = calls(table);
      for (Stage stage : Stage.values()) {
        assertThat(calls.get(stage.word())).as(table).isEqualTo(1.0);
      }
      assertThat(calls.containsKey("data ahead")).as(table).isEqualTo(device);
      if (device) {
        assertThat(calls.get("data ahead")).isEqualTo(1.0);
      }
    }
  }

  /** libtorch's profiler is off then, and the next run's is its own. */
  @Test
  void aRunThatThrowsLeavesNoProfilerOn() throws IOException {
    Path out = temp.resolve("thrown");
    assertThatThrownBy(() ->
            Trainer.run(
                TinyData.config("late", 9),
                out,
                TrainOptions.QUIET.profiling(9),
                new PoisonedData(4)))
        .isInstanceOf(TrainingStopped.class);
    assertThat(out.resolve("profile.txt")).doesNotExist();
    TorchProfiler.start(ComputeDevice.CPU)
        .ifPresent(on -> {
          assertThatThrownBy(() -> TorchProfiler.start(ComputeDevice.CPU))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("on already");
          on.drop();
        });
    assertThat(profiled("next", 7, false)).startsWith("steps 3 to 5: ");
  }
}
