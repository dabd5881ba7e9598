package dev.filip.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.StoreFailure;
import dev.filip.data.store.StoreFailure.Kind;
import dev.filip.data.store.Timeouts;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Hadoop's own file system of this machine. */
class HadoopStoreTest {
  @TempDir Path folder;
  private final byte[] bytes = new byte[70_001];
  private HadoopStore store;
  private String location;

  @BeforeEach
  void open() throws IOException {
    new Random(1).nextBytes(bytes);
    Files.write(folder.resolve("a 50% #1?.tar"), bytes);
    location = at("a 50% #1?.tar");
    Configuration settings = new Configuration();
    settings.set(DiskUnderAnotherName.SETTING, DiskUnderAnotherName.class.getName());
    store = new HadoopStore(settings, Timeouts.STANDARD);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private String at(String name) {
    return "disk://host" + folder + "/" + name;
  }

  private byte[] read(long from, long length) throws IOException {
    try (InputStream in = store.open(location, from, length)) {
      return in.readAllBytes();
    }
  }

  @Test
  void aKeyIsTakenAsItStandsAndRangesAreTheFilesBytes() throws IOException {
    assertThat(store.info(location).size()).isEqualTo(bytes.length);
    assertThat(read(0, -1)).isEqualTo(bytes);
    for (long[] range : new long[][] {{0, 1}, {1, 0}, {5, 65_536}, {70_000, 9}, {70_001, -1}}) {
      long end = range[1] < 0 ? bytes.length : Math.min(bytes.length, range[0] + range[1]);
      assertThat(read(range[0], range[1]))
          .isEqualTo(Arrays.copyOfRange(bytes, (int) range[0], (int) end));
    }
    assertThatThrownBy(() -> read(70_002, -1)).hasMessage("byte 70002 lies beyond its end");
  }

  @Test
  void anObjectThatChangedIsToldFromTheOneThatWasAskedFor() throws IOException {
    ObjectInfo before = store.info(location);
    try (InputStream in = store.open(before, 70_000)) {
      assertThat(in.readAllBytes()).containsExactly(bytes[70_000]);
    }
    Files.setLastModifiedTime(folder.resolve("a 50% #1?.tar"), FileTime.fromMillis(1_000_000));
    assertThatThrownBy(() -> store.open(before, 0))
        .isInstanceOfSatisfying(
            StoreFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.CHANGED));
  }

  @Test
  void aFolderListsItsFilesByName() throws IOException {
    Files.createDirectory(folder.resolve("inner"));
    Files.write(folder.resolve("Z.tar"), new byte[3]);
    assertThat(store.list(at("")).stream().map(ObjectInfo::location))
        .containsExactly(at("Z.tar"), location);
    assertThat(store.list(at("inner/"))).isEmpty();
    assertThatThrownBy(() -> store.list(at("Z.tar/"))).hasMessage("not a folder");
  }

  @Test
  void whatIsNotThereIsMissingAndAFolderIsNoFile() {
    assertThatThrownBy(() -> store.info(at("no.tar")))
        .hasMessage("no such file")
        .isInstanceOfSatisfying(
            StoreFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISSING));
    assertThatThrownBy(() -> store.info(at(""))).hasMessage("not a file");
    assertThatThrownBy(() -> store.list(at("no/"))).hasMessage("no such file");
  }

  @Test
  void hdfsWithoutAHostAndAHostThatIsNotThereAreOneLine() {
    Configuration settings = HadoopSettings.ofEnvironment("hdfs", Timeouts.STANDARD);
    try (HadoopStore hdfs = new HadoopStore(settings, Timeouts.STANDARD)) {
      assertThatThrownBy(() -> hdfs.info("hdfs://no-such-host.invalid:8020/a.tar"))
          .isInstanceOf(StoreFailure.class)
          .hasMessage("no such host");
      assertThatThrownBy(() -> hdfs.info("hdfs://127.0.0.1:1/a.tar"))
          .isInstanceOf(StoreFailure.class)
          .hasMessageStartingWith("no connection")
          .message()
          .doesNotContain("\n");
    }
  }

  @Test
  void schemesAreThoseThatHadoopHasAClassFor() {
    HadoopStoreProvider provider = new HadoopStoreProvider();
    assertThat(provider.reads("hdfs")).isTrue();
    assertThat(provider.reads("s3")).isFalse();
    assertThat(provider.reads("ghost")).isFalse();
    // Hadoop names S3A's class, which is in a jar of its own
    assertThat(provider.reads("s3a")).isTrue();
    assertThatThrownBy(() -> provider.create("s3a", Timeouts.STANDARD))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("s3a://: Hadoop's jars (FILIP_HADOOP) lack a connector for it")
        .hasMessageContaining("S3AFileSystem");
  }

  @Test
  void optionsAreLinesOfKeysAndValues() {
    assertThat(HadoopSettings.options("fs.a.impl=x.Y\nfs.b: z\n"))
        .containsEntry("fs.a.impl", "x.Y")
        .containsEntry("fs.b", "z");
    assertThat(HadoopSettings.options(null)).isEmpty();
    assertThatThrownBy(() -> HadoopSettings.options("a=\\u00zz"))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("FILIP_HADOOP_OPTIONS must be lines of KEY=VALUE");
  }
}
