package dev.filip.data.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranslatedSourceTest {
  @TempDir Path folder;
  private Path shards;
  private Path out;

  /** Says what a text's words ask for; remembers what it was asked. */
  private static final class Fake implements Translator {
    final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    volatile String broken = "never";

    @Override
    public List<String> translate(List<String> texts, String from, String to) throws IOException {
      List<String> all = new ArrayList<>();
      for (String text : texts) {
        asked.add(from + ">" + to + " " + text);
        if (text.contains(broken)) {
          throw new IOException("the engine broke");
        }
        if (text.contains("refused")) {
          throw new Refused("not this one");
        }
        all.add(to.equals("en") ? back(text, from) : to + ": " + text);
      }
      return all;
    }

    private static String back(String text, String from) {
      String plain = text.substring(4);
      if (plain.contains("void")) {
        return " \n";
      }
      if (plain.contains("same")) {
        return plain.toUpperCase(Locale.ROOT) + ".";
      }
      if (plain.contains("endless")) {
        return plain + "x".repeat(100);
      }
      return plain.contains("alike") ? "alike too" : plain + "\n in " + from;
    }

    @Override
    public String describe() {
      return "fake";
    }
  }

  @BeforeEach
  void source() throws IOException {
    shards = folder.resolve("in");
    out = folder.resolve("out");
    try (ShardWriter writer = new ShardWriter(shards, 3)) {
      String[] texts = {
        "a dog\na cat\n", "a dog\n", "the same\n", "a void\nalike\n", "refused words\nendless one\n"
      };
      for (int i = 0; i < texts.length; i++) {
        writer.add("k" + i, Map.of("png", new byte[] {(byte) i, 9}, "txt", utf8(texts[i])));
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private JsonNode run(Translator engine, int batch, int concurrency, boolean force, String... via)
      throws IOException {
    var options = new BackTranslator.Options("en", Arrays.asList(via), batch, concurrency, 60);
    try (SampleSource source = Sources.open(shards.toString(), SourceOptions.DEFAULT);
        BackTranslator translator = new BackTranslator(engine, options)) {
      return TranslatedSource.write(source, translator, engine.describe(), out, force);
    }
  }

  private static Map<String, List<String>> captions(Path place) throws IOException {
    Map<String, List<String>> all = new TreeMap<>();
    try (SampleSource source = Sources.open(place.toString(), SourceOptions.DEFAULT)) {
      for (long i = 0; i < source.size(); i++) {
        Sample sample = source.read(i);
        assertThat(sample.image()[1]).isEqualTo((byte) 9);
        all.put(sample.key() + sample.image()[0], sample.captions());
      }
    }
    return all;
  }

  @Test
  void translationsFollowTheCaptionsAndEverythingIsCounted() throws IOException {
    JsonNode json = run(new Fake(), 2, 1, false, "de", "ru");
    assertThat(captions(out))
        .containsExactly(
            Map.entry(
                "k00",
                List.of(
                    "a dog", "a cat", "a dog in de", "a dog in ru", "a cat in de", "a cat in ru")),
            Map.entry("k11", List.of("a dog", "a dog in de", "a dog in ru")),
            Map.entry("k22", List.of("the same")),
            Map.entry("k33", List.of("a void", "alike", "alike too")),
            Map.entry("k44", List.of("refused words", "endless one")));
    assertThat(json.path("samples").asInt()).isEqualTo(5);
    assertThat(json.path("read").asInt()).isEqualTo(8);
    assertThat(json.path("different").asInt()).isEqualTo(7);
    assertThat(json.path("written").asInt()).isEqualTo(7);
    assertThat(json.path("unchanged").asInt()).isEqualTo(2);
    assertThat(json.path("repeated").asInt()).isEqualTo(1);
    assertThat(json.path("empty").asInt()).isEqualTo(2);
    assertThat(json.path("too_long").asInt()).isEqualTo(2);
    assertThat(json.path("failed").asInt()).isEqualTo(2);
    assertThat(json.path("languages").path("ru").path("written").asInt()).isEqualTo(3);
    assertThat(Files.readString(out.resolve("samples.md")))
        .contains("| k0 | a dog | de | de: a dog | a dog in de | written |")
        .contains("| too long |");
    assertThat(Files.exists(folder.resolve("out.partial"))).isFalse();
  }

  @Test
  void concurrencyAndBatchesChangeNoByte() throws IOException {
    run(new Fake(), 1, 1, false, "de", "ru");
    Path first = Files.move(out, folder.resolve("first"));
    run(new Fake(), 3, 7, false, "de", "ru");
    for (String name : List.of("000000.tar", "000001.tar", "samples.md", "translate.json")) {
      assertThat(out.resolve(name)).as(name).hasSameBinaryContentAs(first.resolve(name));
    }
  }

  @Test
  void aTextIsTranslatedOnceInAShard() throws IOException {
    Fake engine = new Fake();
    run(engine, 10, 2, false, "de");
    assertThat(engine.asked).filteredOn("en>de a dog"::equals).hasSize(1);
  }

  @Test
  void theSameCommandGoesOnWithTheNextShard() throws IOException {
    Fake engine = new Fake();
    engine.broken = "void";
    assertThatThrownBy(() -> run(engine, 2, 2, false, "de")).hasMessage("the engine broke");
    assertThat(out).doesNotExist();
    Fake whole = new Fake();
    JsonNode json = run(whole, 2, 2, false, "de");
    assertThat(json.path("resumed").asInt()).isEqualTo(1);
    assertThat(whole.asked).noneMatch(text -> text.contains("dog"));
    Path resumed = Files.move(out, folder.resolve("resumed"));
    assertThat(run(new Fake(), 2, 2, false, "de").path("resumed").asInt()).isZero();
    assertThat(captions(resumed)).isEqualTo(captions(out));
    Fake idle = new Fake();
    assertThat(run(idle, 2, 2, false, "de").path("written").asInt())
        .isEqualTo(json.path("written").asInt());
    assertThat(idle.asked).isEmpty();
  }

  @Test
  void anotherRequestIsRefusedUnlessForced() throws IOException {
    run(new Fake(), 2, 2, false, "de");
    assertThatThrownBy(() -> run(new Fake(), 2, 2, false, "ru"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("via was de, not ru")
        .hasMessageContaining("--force");
    assertThat(run(new Fake(), 2, 2, true, "ru").path("written").asInt()).isEqualTo(4);
    assertThat(captions(out).get("k11")).containsExactly("a dog", "a dog in ru");
    Fake engine = new Fake();
    engine.broken = "void";
    assertThatThrownBy(() -> run(engine, 2, 2, true, "de")).isInstanceOf(IOException.class);
    assertThat(captions(out).get("k11")).containsExactly("a dog", "a dog in ru");
    assertThatThrownBy(() -> run(new Fake(), 2, 2, true, "de,x"))
        .hasMessageContaining("language codes");
  }

  @Test
  void unfinishedWorkOfAnotherRequestIsRefusedOnceAShardIsThere() throws IOException {
    Fake engine = new Fake();
    engine.broken = "cat";
    assertThatThrownBy(() -> run(engine, 2, 2, false, "es")).hasMessage("the engine broke");
    engine.broken = "void";
    assertThatThrownBy(() -> run(engine, 2, 2, false, "de")).hasMessage("the engine broke");
    assertThatThrownBy(() -> run(new Fake(), 2, 2, false, "ru"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("out.partial is of another request: via was de, not ru");
    assertThat(run(new Fake(), 2, 2, false, "de").path("resumed").asInt()).isEqualTo(1);
  }

  @Test
  void otherDataAreAnotherRequest() throws IOException {
    run(new Fake(), 2, 2, false, "de");
    Files.delete(shards.resolve("000001.tar"));
    assertThatThrownBy(() -> run(new Fake(), 2, 2, false, "de"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("is of another request: other data");
  }

  @Test
  void aFolderOfSomebodyElseIsLeftAlone() throws IOException {
    Files.createDirectory(out);
    Files.writeString(out.resolve("mine.txt"), "mine");
    for (boolean force : new boolean[] {false, true}) {
      assertThatThrownBy(() -> run(new Fake(), 2, 2, force, "de"))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("filip data translate wrote");
    }
    assertThat(out.resolve("mine.txt")).exists();
  }

  @Test
  void otherMembersKeepTheirNamesAndBytes() throws IOException {
    Files.delete(shards.resolve("000001.tar"));
    Map<String, byte[]> members = new TreeMap<>();
    members.put("./d/a.json", utf8("{\"caption\": \"from\\njson\",  \"n\": NaN}"));
    members.put("./d/a.seg.npy", new byte[70_000]);
    members.put("./d/a.png", new byte[] {7, 9});
    members.put("README", utf8("belongs to nothing"));
    members.put("bad.png", new byte[] {8, 9});
    members.put("bad.txt", new byte[] {(byte) 0xff, (byte) 0xc0});
    try (var tar =
        new TarArchiveOutputStream(Files.newOutputStream(shards.resolve("000000.tar")))) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(member.getKey(), true);
        entry.setSize(member.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(member.getValue());
        tar.closeArchiveEntry();
      }
    }
    JsonNode json = run(new Fake(), 2, 2, false, "de");
    assertThat(json.path("unreadable").asInt()).isEqualTo(1);
    Map<String, byte[]> copied = new TreeMap<>();
    try (var tar = new TarArchiveInputStream(Files.newInputStream(out.resolve("000000.tar")))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        copied.put(entry.getName(), tar.readAllBytes());
      }
    }
    assertThat(copied.remove("./d/a.txt")).asString().isEqualTo("from json\nfrom json in de\n");
    assertThat(copied.keySet()).isEqualTo(members.keySet());
    copied.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(members.get(name)));
  }

  @Test
  void aFolderOfPicturesBecomesShards() throws IOException {
    try (Stream<Path> files = Files.list(shards)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.createDirectories(shards.resolve("sub"));
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10};
    for (String name : List.of("one", "sub/v1.5")) {
      Files.write(shards.resolve(name + ".png"), png);
      Files.writeString(shards.resolve(name + ".txt"), "a " + name + "\n");
    }
    run(new Fake(), 2, 2, false, "de");
    try (SampleSource source = Sources.open(out.toString(), SourceOptions.DEFAULT)) {
      assertThat(source.size()).isEqualTo(2);
      assertThat(source.read(0).image()).isEqualTo(png);
      assertThat(source.text(1).key()).isEqualTo("sub/v1_5");
      assertThat(source.text(1).captions()).containsExactly("a sub/v1.5", "a sub/v1.5 in de");
    }
  }

  @Test
  void anEngineThatRefusesEverythingEndsTheRun() {
    Translator engine =
        new Translator() {
          @Override
          public List<String> translate(List<String> texts, String from, String to)
              throws IOException {
            throw new Refused("xx is not supported");
          }

          @Override
          public String describe() {
            return "refuser";
          }
        };
    assertThatThrownBy(() -> run(engine, 8, 2, false, "xx"))
        .isInstanceOf(IOException.class)
        .hasMessage("xx is not supported");
  }
}
