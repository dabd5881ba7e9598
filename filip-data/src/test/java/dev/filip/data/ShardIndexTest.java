package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.data.store.ObjectInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardIndexTest {
  private static final int SHARDS = 3;

  @TempDir Path folder;
  private final ShardTable[] tables = new ShardTable[SHARDS];

  @BeforeEach
  void shards() throws IOException {
    try (ShardWriter writer = new ShardWriter(folder, 4)) {
      for (int i = 0; i < 11; i++) {
        writer.add("key" + i, Map.of("png", new byte[i * 100], "txt", new byte[i]));
      }
    }
    for (int i = 0; i < SHARDS; i++) {
      try (var channel = FileChannel.open(folder.resolve(name(i)), StandardOpenOption.READ)) {
        tables[i] = ShardTable.scan(name(i), channel);
      }
    }
  }

  private static String name(int shard) {
    return "00000" + shard + ".tar";
  }

  private static ObjectInfo info(int shard) {
    return new ObjectInfo(name(shard), 1000 + shard, "v" + shard);
  }

  private static ShardTable table(ShardIndex index, int shard, ObjectInfo info) {
    return Objects.requireNonNull(index.table(name(shard), info));
  }

  private Path written() throws IOException {
    Path file = folder.resolve("index");
    try (var writer = new ShardIndex.Writer(file)) {
      for (int i = 0; i < SHARDS; i++) {
        writer.add(name(i), info(i), tables[i]);
      }
      writer.commit(ShardIndex.read(file), _ -> true);
    }
    return file;
  }

  @Test
  void tablesComeBackAsTheyWere() throws IOException {
    ShardIndex index = ShardIndex.read(written());
    assertThat(index.shards()).isEqualTo(SHARDS);
    for (int i = 0; i < SHARDS; i++) {
      assertThat(index.count(name(i))).isEqualTo(i == 2 ? 3 : 4);
      ShardTable table = table(index, i, info(i));
      assertThat(table.packed()).isEqualTo(tables[i].packed());
      assertThat(table.key(1)).isEqualTo("key" + (4 * i + 1));
    }
    assertThat(index.table(name(0), new ObjectInfo("", 1000, "v9"))).isNull();
    assertThat(index.table(name(0), new ObjectInfo("", 1001, "v0"))).isNull();
    assertThat(index.count("other.tar")).isEqualTo(-1);
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(SHARDS + 1);
    }
  }

  @Test
  void anEarlierIndexKeepsItsOtherShards() throws IOException {
    Path file = written();
    ShardIndex old = ShardIndex.read(file);
    ObjectInfo changed = new ObjectInfo(name(1), 7, "new");
    try (var writer = new ShardIndex.Writer(file)) {
      writer.add(name(1), changed, tables[2]);
      writer.commit(old, name -> !name.equals(name(0)));
    }
    ShardIndex index = ShardIndex.read(file);
    assertThat(index.count(name(0))).isEqualTo(-1);
    assertThat(table(index, 1, changed).packed()).isEqualTo(tables[2].packed());
    assertThat(table(index, 2, info(2)).packed()).isEqualTo(tables[2].packed());
  }

  @Test
  void aDamagedOrCutIndexGivesNothingWrong() throws IOException {
    Path file = written();
    byte[] whole = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(2);
    int found = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] broken = whole.clone();
      broken[at] ^= (byte) (1 + random.nextInt(255));
      found += check(Files.write(file, broken));
      if (at % 7 == 0) {
        check(Files.write(file, Arrays.copyOf(whole, at)));
      }
    }
    assertThat(found).isGreaterThan(whole.length); // one bad table leaves the other two
  }

  private int check(Path file) {
    ShardIndex index = ShardIndex.read(file);
    int found = 0;
    for (int i = 0; i < SHARDS; i++) {
      ShardTable table = index.table(name(i), info(i));
      if (table != null) {
        assertThat(table.packed()).isEqualTo(tables[i].packed());
        found++;
      }
      assertThat(index.count(name(i))).isIn(-1, tables[i].size());
    }
    return found;
  }

  @Test
  void anUnfinishedIndexLeavesNothing() throws IOException {
    Path file = written();
    byte[] whole = Files.readAllBytes(file);
    try (var writer = new ShardIndex.Writer(file)) {
      writer.add(name(0), info(0), tables[1]);
    }
    assertThat(file).hasBinaryContent(whole);
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(SHARDS + 1);
    }
  }

  @Test
  void whatCannotLieBesideTheShardsLiesInTheCache() throws IOException {
    Path cache = folder.resolve("cache");
    try (var files = new CountingFiles(folder)) {
      ShardIndexes indexes = new ShardIndexes(files, cache);
      for (String place : new String[] {folder + "/gone/", "https://host.example/data/"}) {
        try (var writer = indexes.write(place)) {
          writer.add(name(0), info(0), tables[0]);
          writer.commit(indexes.of(place), _ -> true);
        }
        indexes.forget(place);
        assertThat(indexes.of(place).count(name(0))).isEqualTo(4);
        assertThat(new ShardIndexes(files, cache).of(place).count(name(0))).isEqualTo(4);
      }
      assertThat(indexes.of(folder + "/").shards()).isZero();
      try (var all = Files.list(cache)) {
        assertThat(all).hasSize(2);
      }
    }
  }
}
