package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.generate.EmojiFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/ArrangeDrawings.java} on made-up drawings: our readers open what it arranged. */
class ArrangeDrawingsTest {
  private static final Path ROOT = Path.of(System.getProperty("filip.root", ".."));
  private static final List<String> NAMES =
      IntStream.range(0, 10).mapToObj(i -> "thing " + (char) ('a' + i)).toList();

  @TempDir Path temp;

  @Test
  void everyLayoutIsRead() throws Exception {
    for (String artist :
        List.of("google", "google-held-out", "twitter", "twitter-held-out", "openmoji")) {
      Path folder = temp.resolve("emoji").resolve(artist);
      write(folder, 10, "{\"group\":\"things\"}", "");
      Files.write(folder.resolve("classnames.txt"), NAMES);
    }
    String json =
        "{\"boxes\":[{\"box\":[1,1,9,9]}],\"things\":[{\"name\":\"thing a\",\"code\":\"1\"}]}";
    write(temp.resolve("collages/test-seen"), 4, json, "thing a on \"red\" ground");
    write(temp.resolve("collages/test-unseen"), 3, json, "thing a on red ground");
    Files.write(temp.resolve("collages/names.txt"), NAMES);
    write(temp.resolve("clipart/train"), 25, "{\"path\":\"animals/birds/wren\"}", "wren\na wren");
    write(temp.resolve("clipart/validation"), 2, "{\"path\":\"animals/cat\"}", "cat");
    arrange();
    assertThat(sizes())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "cifar10#train", 4L,
                "cifar10#test", 3L,
                "cifar100#test", 3L,
                "caltech101#all", 50L,
                "eurosat#all", 50L,
                "imagenet#train", 25L,
                "imagenet#val", 2L,
                "coco#val2014", 3L,
                "coco#train2014", 4L,
                "flickr30k#all", 5L));
    try (SampleSource coco = open("coco#train2014")) {
      assertThat(coco.read(0).captions()).containsExactly("thing a on \"red\" ground");
    }
    try (SampleSource flickr = open("flickr30k#all")) {
      assertThat(flickr.read(0).captions()).containsExactly("wren", "a wren");
    }
    try (SampleSource folders = open("caltech101#all")) {
      assertThat(folders.classNames()).containsExactlyElementsOf(NAMES);
    }
  }

  private static void write(Path folder, int samples, String json, String captions)
      throws IOException {
    try (ShardWriter shards = new ShardWriter(folder, 1_000)) {
      for (int i = 0; i < samples; i++) {
        shards.add(
            String.format(java.util.Locale.ROOT, "%06d", i),
            Map.of(
                "png", EmojiFixture.png(12, 12, 0x102030 * i),
                "json", json.getBytes(StandardCharsets.UTF_8),
                "cls", Integer.toString(i % 10).getBytes(StandardCharsets.UTF_8),
                "txt", captions.getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  private void arrange() throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                ROOT.resolve("examples/ArrangeDrawings.java").toAbsolutePath().toString(),
                "emoji",
                "collages",
                "clipart",
                "sets")
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("log").toFile())
            .start();
    assertThat(java.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(java.exitValue()).as(Files.readString(temp.resolve("log"))).isZero();
  }

  private SampleSource open(String name) {
    String set = name.substring(0, name.indexOf('#'));
    String split = name.substring(name.indexOf('#'));
    String spec = set + ":" + temp.resolve("sets").resolve(set) + split;
    return Sources.open(spec, SourceOptions.DEFAULT);
  }

  private Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String name :
        List.of(
            "cifar10#train",
            "cifar10#test",
            "cifar100#test",
            "caltech101#all",
            "eurosat#all",
            "imagenet#train",
            "imagenet#val",
            "coco#val2014",
            "coco#train2014",
            "flickr30k#all")) {
      try (SampleSource source = open(name)) {
        sizes.put(name, source.size());
      }
    }
    return sizes;
  }
}
