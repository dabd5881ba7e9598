package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each sample is there for one rule; what every rule took is known by hand. */
class CurationTest {
  private static final CurateOptions OPTIONS = new CurateOptions(4, 3, false);

  @TempDir Path folder;
  private Path shards;
  private Path rules;

  @BeforeEach
  void write() throws IOException {
    shards = folder.resolve("shards");
    rules =
        MadePairs.rules(
            folder,
            "undecodable: on",
            "file_size: {min: 200}",
            "shorter_side: {min: 40}",
            "aspect_ratio: {max: 3}",
            "single_colour: on",
            "clean: on",
            "meaningless: on",
            "length: {min_words: 2, max_words: 10}",
            "sensitive: on",
            "repetition: {max_images: 2}",
            "near_duplicates: {distance: 3}");
    try (ShardWriter writer = new ShardWriter(shards, 5)) {
      MadePairs.add(writer, "good0", MadePairs.picture(0, 60, 50), "a red cat on a wall");
      byte[] whole = MadePairs.picture(1, 60, 50);
      MadePairs.add(writer, "cut", Arrays.copyOf(whole, whole.length / 2), "a dog that is cut");
      MadePairs.add(writer, "narrow", MadePairs.picture(2, 39, 60), "a narrow house");
      MadePairs.add(writer, "edge", MadePairs.picture(3, 40, 120), "exactly three to one");
      MadePairs.add(writer, "long", MadePairs.picture(4, 40, 121), "longer than three to one");
      MadePairs.add(writer, "flat", MadePairs.flat(300, 200), "a black night");
      MadePairs.add(writer, "camera", MadePairs.picture(5, 60, 50), "img_0.jpg");
      MadePairs.add(
          writer, "half", MadePairs.picture(6, 60, 50), "IMG_0123\n<b>two</b> ships &amp; a gull");
      MadePairs.add(writer, "short", MadePairs.picture(7, 60, 50), "ship");
      MadePairs.add(writer, "rude", MadePairs.picture(8, 60, 50), "a porn picture here");
      for (int i = 0; i < 3; i++) { // one more than allowed, each written otherwise
        String text = List.of("Buy it now", "buy  it now", "BUY IT NOW").get(i);
        MadePairs.add(writer, "often" + i, MadePairs.picture(20 + i, 60, 50), text + "\n" + text);
      }
      MadePairs.add(writer, "twice0", MadePairs.picture(30, 60, 50), "as often as may be");
      MadePairs.add(writer, "twice1", MadePairs.picture(31, 60, 50), "as often as may be");
      MadePairs.add(writer, "copy", MadePairs.picture(0, 90, 75), "the same cat, larger");
      writer.add("bare", Map.of("png", MadePairs.picture(40, 60, 50)));
    }
  }

  private ObjectNode run(String out, CurateOptions options) throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      return new Curation(source, rules, options).write(folder.resolve(out));
    }
  }

  private ObjectNode explain(String key) throws IOException {
    try (SampleSource source = MadePairs.open(shards)) {
      return new Curation(source, rules, OPTIONS).explain(key);
    }
  }

  @Test
  void everyRuleTakesWhatItIsFor() throws IOException {
    ObjectNode answer = run("out", OPTIONS);
    assertThat(answer.path("read").asInt()).isEqualTo(17);
    assertThat(answer.path("kept").asInt()).isEqualTo(5);
    List<String> taken = new ArrayList<>();
    answer.path("rules").properties().forEach(e -> taken.add(e.getKey() + " " + e.getValue()));
    assertThat(taken)
        .containsExactly(
            "undecodable 1",
            "file_size 0",
            "shorter_side 1",
            "aspect_ratio 1",
            "single_colour 1",
            "clean 0",
            "meaningless 1",
            "length 1",
            "sensitive 1",
            "repetition 3",
            "near_duplicates 1");
    assertThat(answer.path("unreadable").path("no caption").asInt()).isEqualTo(1);
    assertThat(answer.path("captions_removed").path("meaningless").asInt()).isEqualTo(2);
    assertThat(answer.path("changed").path("clean").asInt()).as("half, often1").isEqualTo(2);
    assertThat(answer.path("shards").asInt()).isEqualTo(2);
  }

  @Test
  void whatStaysIsReadAsShardsInTheSourcesOrder() throws IOException {
    run("out", OPTIONS);
    Path out = folder.resolve("out");
    JsonNode sizes = Json.read(out.resolve("sizes.json"));
    assertThat(sizes.toString()).isEqualTo("{\"000000.tar\":4,\"000001.tar\":1}");
    try (SampleSource kept = MadePairs.open(out);
        SampleSource source = MadePairs.open(shards)) {
      List<String> keys = new ArrayList<>();
      for (long i = 0; i < kept.size(); i++) {
        keys.add(kept.text(i).key() + ": " + String.join(" | ", kept.text(i).captions()));
      }
      assertThat(keys)
          .containsExactly(
              "000000/good0: a red cat on a wall",
              "000000/edge: exactly three to one",
              "000000/half: two ships & a gull",
              "000000/twice0: as often as may be",
              "000001/twice1: as often as may be");
      assertThat(kept.read(0).image()).isEqualTo(source.read(0).image());
    }
    assertThat(folder.resolve("out.partial")).doesNotExist();
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("near_duplicates took 1", "40 x 121, ratio 3.025 above 3.0", "data:image/png");
  }

  @Test
  void threadsChangeNoByteAndADryRunCountsTheSame() throws IOException {
    ObjectNode one = run("one", new CurateOptions(4, 1, false));
    run("many", new CurateOptions(4, 7, false));
    assertThat(MadePairs.sum(folder.resolve("many")))
        .isEqualTo(MadePairs.sum(folder.resolve("one")));
    try (SampleSource source = MadePairs.open(shards)) {
      ObjectNode counted = new Curation(source, rules, OPTIONS).count();
      for (var entry : counted.properties()) {
        assertThat(one.get(entry.getKey())).as(entry.getKey()).isEqualTo(entry.getValue());
      }
    }
  }

  @Test
  void aShardThatVanishesEndsTheRunWhichGoesOnWhenItIsBack() throws IOException {
    run("whole", OPTIONS);
    try (SampleSource source = MadePairs.open(shards)) {
      Curation curation = new Curation(without(source, 2), rules, OPTIONS);
      assertThatThrownBy(() -> curation.write(folder.resolve("out")))
          .isInstanceOf(IOException.class)
          .hasMessage("000002.tar is gone");
    }
    Path verdicts = folder.resolve("out.partial/verdicts");
    assertThat(verdicts.resolve("000001.verdicts")).exists();
    assertThat(verdicts.resolve("000002.verdicts")).doesNotExist();
    assertThat(folder.resolve("out")).doesNotExist();
    AtomicInteger opened = new AtomicInteger();
    try (SampleSource source = MadePairs.open(shards)) {
      new Curation(watched(source, 0, opened::incrementAndGet), rules, OPTIONS)
          .write(folder.resolve("out"));
    }
    assertThat(MadePairs.sum(folder.resolve("out")))
        .isEqualTo(MadePairs.sum(folder.resolve("whole")));
    assertThat(opened.get()).as("shard 0: its verdicts are there").isLessThan(times(0));
  }

  /** How often a run that begins anew opens a shard. */
  private int times(int shard) throws IOException {
    AtomicInteger opened = new AtomicInteger();
    try (SampleSource source = MadePairs.open(shards)) {
      new Curation(watched(source, shard, opened::incrementAndGet), rules, OPTIONS)
          .write(folder.resolve("again"));
    }
    return opened.get();
  }

  private static SampleSource without(SampleSource source, int shard) {
    return watched(
        source,
        shard,
        () -> {
          throw new UncheckedIOException(new IOException("000002.tar is gone"));
        });
  }

  /** Runs something before a shard is opened. */
  private static SampleSource watched(SampleSource source, int shard, Runnable before) {
    InvocationHandler handler =
        (_, method, arguments) -> {
          if (method.getName().equals("open") && arguments[0].equals(shard)) {
            try {
              before.run();
            } catch (UncheckedIOException e) {
              throw e.getCause();
            }
          }
          return method.invoke(source, arguments);
        };
    return (SampleSource)
        Proxy.newProxyInstance(
            SampleSource.class.getClassLoader(), new Class<?>[] {SampleSource.class}, handler);
  }

  @Test
  void aShardWrittenBeforeAKillIsNotWrittenAgain() throws IOException {
    run("whole", OPTIONS);
    Path partial = folder.resolve("out.partial");
    try (SampleSource source = MadePairs.open(shards)) {
      Files.createDirectories(partial);
      Curation curation = new Curation(source, rules, OPTIONS);
      curation.write(folder.resolve("out"));
    }
    // as a killed run leaves it: everything but the last shard and what comes after it
    ObjectNode request = (ObjectNode) Json.read(folder.resolve("out/curate.json")).get("request");
    Files.move(folder.resolve("out"), folder.resolve("shards-of-it"));
    Files.createDirectories(partial.resolve("verdicts"));
    Files.move(folder.resolve("shards-of-it"), partial.resolve("shards"));
    Files.delete(partial.resolve("shards/000001.tar"));
    Files.delete(partial.resolve("shards/curate.json"));
    Files.writeString(partial.resolve("request.json"), Json.pretty(request));
    try (SampleSource source = MadePairs.open(shards)) {
      Files.write(partial.resolve("verdicts/stale"), new byte[0]);
      new Curation(source, rules, OPTIONS).write(folder.resolve("out"));
    }
    assertThat(MadePairs.sum(folder.resolve("out")))
        .isEqualTo(MadePairs.sum(folder.resolve("whole")));
  }

  @Test
  void otherRulesAreAnotherRequest() throws IOException {
    run("out", OPTIONS);
    assertThat(run("out", OPTIONS).path("kept").asInt()).isEqualTo(5);
    Files.writeString(rules, "shorter_side: {min: 50}\n");
    assertThatThrownBy(() -> run("out", OPTIONS))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is of another request: rules was");
    assertThat(run("out", new CurateOptions(4, 2, true)).path("kept").asInt()).isEqualTo(13);
  }

  @Test
  void aSampleIsExplained() throws IOException {
    assertThat(explain("narrow").path("why").asText()).isEqualTo("39 x 60, shorter side below 40");
    assertThat(explain("good0").path("kept").asBoolean()).isTrue();
    ObjectNode often = explain("often1");
    assertThat(often.path("rule").asText()).isEqualTo("repetition");
    assertThat(often.path("why").asText()).contains("\"buy  it now\": stands beside 3 images");
    ObjectNode copy = explain("copy");
    assertThat(copy.path("rule").asText()).isEqualTo("near_duplicates");
    assertThat(copy.path("why").asText()).startsWith("looks like good0, ");
    ObjectNode half = explain("half");
    assertThat(half.path("kept").asBoolean()).isTrue();
    assertThat(half.path("steps").get(0).path("becomes").asText()).isEqualTo("two ships & a gull");
    assertThat(half.path("steps").get(1).path("taken").asText())
        .isEqualTo("what a camera names a file");
    assertThatThrownBy(() -> explain("nobody"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--explain must be the key of a sample");
  }

  @Test
  void aTextThatIsNoUtf8CostsItsSampleAlone() throws IOException {
    Path own = Files.createDirectories(folder.resolve("own"));
    Files.write(own.resolve("a.png"), MadePairs.picture(1, 60, 50));
    Files.writeString(own.resolve("a.txt"), "a good caption");
    Files.write(own.resolve("b.png"), MadePairs.picture(2, 60, 50));
    Files.write(own.resolve("b.txt"), "caf\u00e9 noir".getBytes(StandardCharsets.ISO_8859_1));
    try (SampleSource source = MadePairs.open(own)) {
      ObjectNode answer = new Curation(source, rules, OPTIONS).count();
      assertThat(answer.path("kept").asInt()).isEqualTo(1);
      assertThat(answer.path("unreadable").path("not UTF-8").asInt()).isEqualTo(1);
    }
  }
}
