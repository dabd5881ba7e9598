package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.data.ShardTable.Part;
import dev.filip.data.store.ShardFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarShardTest {
  @TempDir Path folder;

  private TarShard open(Path shard, FileChannel channel) throws IOException {
    ShardFiles.Held held;
    try (CountingFiles files = new CountingFiles(folder)) {
      held = files.hold(shard.toString());
    }
    return new TarShard(held, channel, ShardTable.scan("x", channel), (_, key) -> key, null);
  }

  private TarShard open(Path shard) throws IOException {
    return open(shard, FileChannel.open(shard, StandardOpenOption.READ));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Members in any order and of any size, as another program might write them. */
  private Path foreign(int seed, int samples) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Path shard = folder.resolve("f" + seed + ".tar");
    try (var out = new TarArchiveOutputStream(Files.newOutputStream(shard))) {
      out.setLongFileMode(2 + seed % 2);
      for (int i = 0; i < samples; i++) {
        String place = List.of("", "./", "a/b.c/", "d".repeat(130) + "/").get(random.nextInt(4));
        String key = place + (random.nextInt(9) == 0 ? "__meta" : "") + "k" + random.nextInt(40);
        List<String> kinds =
            new ArrayList<>(List.of("JPG", "png", "txt", "json", "cls", "seg.png"));
        while (!kinds.isEmpty()) {
          String kind = kinds.remove(random.nextInt(kinds.size()));
          if (random.nextInt(3) == 0) {
            continue;
          }
          byte[] content =
              switch (kind) {
                case "json" -> utf8("{\"caption\":\"c" + i + "\"}");
                case "cls" -> utf8(" " + i + "\n");
                case "txt" -> utf8("t" + i + "\n\nu");
                default -> new byte[random.nextInt(3) * random.nextInt(700)];
              };
          var entry = new TarArchiveEntry(key + "." + kind);
          entry.setSize(content.length);
          out.putArchiveEntry(entry);
          out.write(content);
          out.closeArchiveEntry();
        }
      }
    }
    return shard;
  }

  /** What open_clip's rule makes of a tar, by another reader and without regard to speed. */
  private static List<Map.Entry<String, Map<String, byte[]>>> slowly(Path shard)
      throws IOException {
    List<Map.Entry<String, Map<String, byte[]>>> samples = new ArrayList<>();
    try (var tar = new TarArchiveInputStream(Files.newInputStream(shard))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName().replaceFirst("^\\./", "");
        String base = name.substring(name.lastIndexOf('/') + 1);
        if (base.indexOf('.') <= 0 || base.startsWith("__")) {
          continue;
        }
        String kind = base.substring(base.indexOf('.') + 1).toLowerCase(Locale.ROOT);
        String key = name.substring(0, name.length() - kind.length() - 1);
        if (samples.isEmpty()
            || !samples.getLast().getKey().equals(key)
            || samples.getLast().getValue().containsKey(kind)) {
          samples.add(Map.entry(key, new TreeMap<>()));
        }
        samples.getLast().getValue().put(kind, tar.readAllBytes());
      }
    }
    return samples;
  }

  @Test
  void samplesAreThoseOfASlowReaderWithAnotherTarLibrary() throws IOException {
    for (int seed = 0; seed < 60; seed++) {
      Path file = foreign(seed, seed);
      var all = slowly(file);
      var expected =
          all.stream()
              .filter(s -> s.getValue().containsKey("jpg") || s.getValue().containsKey("png"))
              .toList();
      try (TarShard shard = open(file)) {
        assertThat(shard.size()).isEqualTo(expected.size());
        assertThat(shard.table().withoutImage()).isEqualTo(all.size() - expected.size());
        Map<String, Integer> uses = new TreeMap<>();
        for (int i = 0; i < shard.size(); i++) {
          Map<String, byte[]> members = expected.get(i).getValue();
          Sample sample = shard.read(i);
          int use = uses.merge(expected.get(i).getKey(), 1, Integer::sum);
          assertThat(sample.key())
              .isEqualTo(expected.get(i).getKey() + (use == 1 ? "" : "#" + use));
          assertThat(sample.image())
              .isEqualTo(members.containsKey("jpg") ? members.get("jpg") : members.get("png"));
          assertThat(shard.image(i)).isEqualTo(sample.image());
          assertThat(sample.captions()).isEqualTo(captions(members));
          assertThat(sample.metadata() != null).isEqualTo(members.containsKey("json"));
          assertThat(sample.label()).isEqualTo(label(members));
          assertThat(shard.text(i).with(sample.image())).isEqualTo(sample);
        }
      }
    }
  }

  private static List<String> captions(Map<String, byte[]> members) {
    if (members.containsKey("txt")) {
      return SourceFiles.captions(new String(members.get("txt"), StandardCharsets.UTF_8));
    }
    byte[] json = members.getOrDefault("json", new byte[0]);
    String text = new String(json, StandardCharsets.UTF_8);
    return text.isEmpty() ? List.of() : List.of(text.split("\"")[3]);
  }

  private static int label(Map<String, byte[]> members) {
    byte[] label = members.get("cls");
    return label == null ? -1 : Integer.parseInt(new String(label, StandardCharsets.UTF_8).strip());
  }

  @Test
  void textsAreReadWithoutImages() throws IOException {
    Path file = foreign(7, 200);
    var channel = new RecordingChannel(FileChannel.open(file, StandardOpenOption.READ));
    try (TarShard shard = open(file, channel)) {
      ShardTable table = shard.table();
      for (int i = 0; i < shard.size(); i++) {
        channel.reads.clear();
        shard.text(i);
        int sample = i;
        assertThat(channel.reads)
            .noneMatch(read ->
                read.meets(table.offset(sample, Part.IMAGE), table.length(sample, Part.IMAGE)));
        channel.reads.clear();
        shard.image(i);
        assertThat(channel.reads).hasSize(table.length(i, Part.IMAGE) == 0 ? 0 : 1);
      }
    }
  }

  @Test
  void wholeSamplesOfNeighbouringMembersAreOneRead() throws IOException {
    try (ShardWriter writer = new ShardWriter(folder, 9)) {
      Map<String, byte[]> members = new LinkedHashMap<>();
      members.put("jpg", new byte[20_000]);
      members.put("json", utf8("{}"));
      members.put("txt", utf8("a cup"));
      writer.add("s", members);
    }
    Path file = folder.resolve("000000.tar");
    var channel = new RecordingChannel(FileChannel.open(file, StandardOpenOption.READ));
    try (TarShard shard = open(file, channel)) {
      channel.reads.clear();
      assertThat(shard.read(0).captions()).containsExactly("a cup");
      assertThat(channel.reads).hasSize(1);
      channel.reads.clear();
      shard.text(0);
      assertThat(channel.reads).hasSize(1);
    }
  }

  @Test
  void anInterruptedThreadDoesNotTakeTheFileFromOthers() throws Exception {
    Path file = foreign(11, 100);
    try (TarShard shard = open(file);
        var pool = Executors.newFixedThreadPool(3)) {
      List<Future<?>> readers = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        boolean breaks = t == 0;
        readers.add(
            pool.submit(() -> {
              for (int i = 0; i < 2000; i++) {
                if (breaks && i % 50 == 0) {
                  Thread.currentThread().interrupt();
                  assertThatThrownBy(() -> shard.text(0)).isInstanceOf(IOException.class);
                  assertThat(Thread.interrupted()).isTrue();
                }
                shard.text(i % shard.size());
              }
              return null;
            }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }

  @Test
  void aSampleThatIsNotThereIsMissing() throws IOException {
    try (TarShard shard = open(foreign(3, 5))) {
      int beyond = shard.size();
      assertThatThrownBy(() -> shard.text(beyond))
          .isInstanceOfSatisfying(
              UnreadableSample.class, e -> assertThat(e.reason()).isEqualTo("missing"));
      assertThatThrownBy(() -> shard.read(beyond)).isInstanceOf(UnreadableSample.class);
      assertThatThrownBy(() -> shard.image(beyond)).isInstanceOf(UnreadableSample.class);
    }
  }

  @Test
  void brokenTarsNeverGiveMoreThanOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(foreign(5, 12));
    SplittableRandom random = new SplittableRandom(1);
    Path file = folder.resolve("broken.tar");
    for (int round = 0; round < 400; round++) {
      byte[] broken = whole.clone();
      for (int k = 0; k < 3; k++) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      var cut = new ByteArrayOutputStream();
      cut.write(broken, 0, random.nextInt(2) == 0 ? broken.length : random.nextInt(broken.length));
      Files.write(file, cut.toByteArray());
      try (TarShard shard = open(file)) {
        for (int i = 0; i < shard.size(); i++) {
          shard.image(i);
        }
      } catch (IOException e) {
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
  }
}
