package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig;
import dev.filip.distributed.ThreadRanks;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that were damaged after they were written, and what killed runs leave. */
class CheckpointsTest {
  private static final long SEED = 15;
  private static final int FLIPS = 30;

  /** Steps 4, 8 and 12 of a run of 12, whole. */
  @TempDir static Path whole;

  @TempDir Path temp;

  @BeforeAll
  static void train() {
    Trainer.run(config(), whole.resolve("run"), TrainOptions.QUIET, new TinyData());
  }

  private static RunConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("checkpoint.every=4"));
    all.addAll(List.of(sets));
    return TinyData.config("global", 12, all.toArray(String[]::new));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private Path run() throws IOException {
    Path run = temp.resolve("run");
    copy(whole.resolve("run"), run);
    return run;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] changed = bytes.clone();
    changed[bit / 8] ^= (byte) (1 << bit % 8);
    return changed;
  }

  @Test
  void everyKindOfDamageOfEveryFileIsSeen() throws IOException {
    Path checkpoint = temp.resolve("step-000012");
    copy(whole.resolve("run/checkpoints/step-000012"), checkpoint);
    assertThat(Checkpoints.damage(checkpoint)).isEmpty();
    Random random = new Random(SEED);
    List<Path> files = files(checkpoint);
    assertThat(files).hasSizeGreaterThanOrEqualTo(9);
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      List<byte[]> damages = new ArrayList<>();
      damages.add(new byte[0]);
      damages.add(Arrays.copyOf(good, good.length / 2));
      damages.add(Arrays.copyOf(good, good.length - 2));
      damages.add(Arrays.copyOf(good, good.length + 1));
      damages.add(new byte[good.length]);
      for (String json : new String[] {"{}", "[]", "null", "{\"format\": 3}", "{\"files\": []}"}) {
        damages.add(json.getBytes(StandardCharsets.UTF_8));
      }
      for (int i = 0; i < FLIPS; i++) {
        damages.add(flipped(good, random.nextInt(8 * good.length)));
      }
      for (byte[] damaged : damages) {
        Files.write(file, damaged);
        assertThat(Checkpoints.damage(checkpoint))
            .as("%s, %d bytes for %d, seed %d", file, damaged.length, good.length, SEED)
            .isPresent()
            .get()
            .asString()
            .doesNotContain("\n", "Exception");
      }
      Files.delete(file);
      assertThat(Checkpoints.damage(checkpoint).orElse(""))
          .isEqualTo(checkpoint.relativize(file) + " is missing");
      Files.createDirectory(file);
      assertThat(Checkpoints.damage(checkpoint)).as("a folder in place of %s", file).isPresent();
      Files.delete(file);
      Files.write(file, good);
      assertThat(Checkpoints.damage(checkpoint)).isEmpty();
    }
  }

  /** Damages a checkpoint. */
  private interface Damage {
    void to(Path checkpoint) throws IOException;
  }

  /** Kinds that a disk, a copy cut short or a hand makes. */
  private static final List<Damage> KINDS =
      List.of(
          checkpoint -> Files.write(checkpoint.resolve("optimizer.safetensors"), new byte[0]),
          checkpoint -> {
            Path weights = checkpoint.resolve("model/model.safetensors");
            byte[] bytes = Files.readAllBytes(weights);
            Files.write(weights, flipped(bytes, 8 * bytes.length - 9));
          },
          checkpoint -> Files.writeString(checkpoint.resolve("state.json"), "{\"step\": 12}"),
          checkpoint -> Files.delete(checkpoint.resolve("checksums.json")),
          checkpoint -> Outputs.delete(checkpoint.resolve("model")),
          checkpoint -> {
            Outputs.delete(checkpoint);
            Files.createDirectory(checkpoint);
          },
          checkpoint -> {
            Outputs.delete(checkpoint);
            Files.writeString(checkpoint, "a file");
          });

  @Test
  void aRunGoesOnFromTheNewestThatIsWholeAndSaysSo() throws IOException {
    for (int kind = 0; kind < KINDS.size(); kind++) {
      Path run = run();
      KINDS.get(kind).to(run.resolve("checkpoints/step-000012"));
      List<String> said = resumed(run, 1, config());
      assertThat(said)
          .as("kind %d", kind)
          .anyMatch(line ->
              line.startsWith(
                      "checkpoint " + run.resolve("checkpoints/step-000012") + " is damaged: ")
                  && line.endsWith(
                      "; it is now step-000012.damaged, and the run goes on from step-000008"));
      assertSameModel(run);
      assertThat(names(run.resolve("checkpoints")))
          .containsExactly("step-000004", "step-000008", "step-000012", "step-000012.damaged");
      assertThat(Checkpoints.damage(run.resolve("checkpoints/step-000012"))).isEmpty();
      Outputs.delete(run);
    }
  }

  /** Two are damaged; only one is kept, and it is not one of them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void damagedOnesAreNotCountedAmongThoseThatStay(int world) throws IOException {
    Path run = run();
    KINDS.get(0).to(run.resolve("checkpoints/step-000008"));
    KINDS.get(1).to(run.resolve("checkpoints/step-000012"));
    List<String> said = resumed(run, world, config("checkpoint.every=3", "checkpoint.keep=1"));
    assertThat(said).filteredOn(line -> line.contains(" is damaged: ")).hasSize(2);
    assertThat(said).contains("resuming from " + run.resolve("checkpoints/step-000004"));
    assertThat(names(run.resolve("checkpoints")))
        .containsExactly("step-000008.damaged", "step-000012", "step-000012.damaged");
    if (world == 1) {
      assertSameModel(run);
    }
  }

  @Test
  void whereAllAreDamagedNothingIsTouched() throws IOException {
    Path run = run();
    for (String name : List.of("step-000004", "step-000008", "step-000012")) {
      KINDS.get(0).to(run.resolve("checkpoints").resolve(name));
    }
    assertThatThrownBy(() -> resumed(run, 1, config()))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith(
            "no checkpoint in "
                + run.resolve("checkpoints")
                + " is whole, the newest is damaged: step-000012: optimizer.safetensors has 0 bytes")
        .hasMessageEndingWith("; --force starts anew")
        .hasMessageNotContaining("\n");
    assertThat(names(run.resolve("checkpoints")))
        .containsExactly("step-000004", "step-000008", "step-000012");
  }

  /** As written before there were checksums. */
  private static void age(Path checkpoint) throws IOException {
    Files.delete(checkpoint.resolve("checksums.json"));
    ObjectNode state = (ObjectNode) Json.read(checkpoint.resolve("state.json"));
    state.remove(List.of("checksums", "updates", "loss_scale_steps"));
    Files.writeString(checkpoint.resolve("state.json"), Json.pretty(state));
  }

  @Test
  void anOlderCheckpointIsGoneOnWithAndItsDamageSeenAsFarAsItTells() throws IOException {
    Path run = run();
    age(run.resolve("checkpoints/step-000008"));
    Outputs.delete(run.resolve("checkpoints/step-000012"));
    assertThat(resumed(run, 1, config())).noneMatch(line -> line.contains("damaged"));
    assertSameModel(run);
    Path checkpoint = run.resolve("checkpoints/step-000004");
    age(checkpoint);
    assertThat(Checkpoints.damage(checkpoint)).isEmpty();
    for (Path file : files(checkpoint)) {
      if (file.endsWith("vocab.json") || file.endsWith("merges.txt")) {
        continue; // tokenizer.json is read in their place
      }
      byte[] good = Files.readAllBytes(file);
      for (int length : new int[] {0, 1, good.length / 2}) {
        Files.write(file, Arrays.copyOf(good, length));
        assertThat(Checkpoints.damage(checkpoint))
            .as("%s cut to %d", file, length)
            .isPresent()
            .get()
            .asString()
            .doesNotContain("\n", "Exception");
      }
      Files.write(file, good);
    }
  }

  private static List<String> resumed(Path run, int world, RunConfig config) {
    List<String> said = Collections.synchronizedList(new ArrayList<>());
    TrainOptions options = new TrainOptions(Existing.RESUME, 10, null, List.of(), said::add);
    ThreadRanks.run(
        world,
        ranks ->
            Trainer.run(
                config,
                run,
                ranks.isFirst() ? options : TrainOptions.QUIET.with(Existing.RESUME),
                new TinyData(),
                ranks));
    return said;
  }

  private static void assertSameModel(Path run) throws IOException {
    assertThat(run.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("run/model/model.safetensors"));
  }

  @Test
  void whatKilledRunsLeftGoesAtTheNextStartAndIsNamed() throws IOException {
    Path run = run();
    String nobody = "3fffffffffffff-1a2b";
    for (String left : List.of("checkpoints/.step-000016.tmp-", ".model.tmp-", ".best.tmp-")) {
      Files.createDirectories(run.resolve(left + nobody + "/model"));
    }
    Files.writeString(run.resolve(".metrics.jsonl.tmp-" + nobody), "{");
    Files.createDirectories(run.resolve(".mine.tmp-" + nobody));
    Files.move(
        run.resolve("model"),
        Files.createDirectory(run.resolve(".model.old-" + nobody)).resolve("it"));
    assertThat(resumed(run, 1, config()).getFirst())
        .startsWith("removed what a killed run left unfinished in " + run + ": .best.tmp-");
    assertThat(names(run))
        .contains(".mine.tmp-" + nobody)
        .doesNotContain(".best.tmp-" + nobody, ".model.tmp-" + nobody, ".model.old-" + nobody);
    assertThat(names(run.resolve("checkpoints"))).allMatch(name -> name.matches("step-\\d+"));
    assertSameModel(run);
  }

  /** A second start is refused before it looks at anything: the first one may be writing it. */
  @Test
  void aSecondStartRemovesNothingOfARunUnderWay() throws IOException {
    Path run = run();
    Path underWay =
        Files.createDirectories(run.resolve("checkpoints/.step-000016.tmp-3fffffffffffff-1a2b"));
    try (var _ = RunFolder.RunLock.take(run)) {
      assertThatThrownBy(() -> resumed(run, 1, config()))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("in use by another run");
    }
    assertThat(underWay).exists();
  }
}
