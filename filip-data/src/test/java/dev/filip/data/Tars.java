package dev.filip.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** Real tar shards of small pictures. */
final class Tars {
  private Tars() {}

  /** Shards of these sizes; sample i of all has key {@code k<i>}. */
  static SampleSource write(Path folder, IntFunction<String> caption, int... sizes)
      throws IOException {
    Files.createDirectories(folder);
    int sample = 0;
    for (int s = 0; s < sizes.length; s++) {
      Path one = folder.resolve("one");
      try (ShardWriter writer = new ShardWriter(one, Math.max(1, sizes[s]))) {
        for (int i = 0; i < sizes[s]; i++, sample++) {
          writer.add(
              "k" + sample,
              Map.of(
                  "png", MadeSource.png(sample % 7),
                  "txt", caption.apply(sample).getBytes(StandardCharsets.UTF_8)));
        }
      }
      Path shard = folder.resolve("%05d.tar".formatted(s));
      if (sizes[s] == 0) {
        Files.write(shard, new byte[1024]);
      } else {
        Files.move(one.resolve("000000.tar"), shard);
      }
    }
    Files.delete(folder.resolve("one"));
    return Sources.open(folder.toString(), SourceOptions.DEFAULT);
  }

  /** One shard of one picture; {@code members} are extensions and texts in turn. */
  static void write(Path shard, String key, String... members) throws IOException {
    Map<String, byte[]> sample = new TreeMap<>();
    sample.put("png", MadeSource.png(1));
    for (int i = 0; i < members.length; i += 2) {
      sample.put(members[i], members[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    Path one = shard.resolveSibling("one");
    try (ShardWriter writer = new ShardWriter(one, 1)) {
      writer.add(key, sample);
    }
    Files.move(one.resolve("000000.tar"), shard);
    try (var left = Files.list(one)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(one);
  }
}
