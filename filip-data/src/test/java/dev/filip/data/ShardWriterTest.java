package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardWriterTest {
  @TempDir Path folder;

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private ShardWriter write(Path out, int samples) throws IOException {
    ShardWriter writer = new ShardWriter(out, 3);
    try (writer) {
      for (int i = 0; i < samples; i++) {
        byte[] image = new byte[i * 200];
        Arrays.fill(image, (byte) i);
        writer.add(
            "s" + i,
            Map.of(
                "png",
                image,
                "txt",
                utf8("é one\n\ntwo " + i + "\n"),
                "json",
                utf8("{\"n\":" + i + "}")));
      }
    }
    return writer;
  }

  @Test
  void writesShardsThatAnotherTarReaderReads() throws IOException {
    ShardWriter writer = write(folder, 7);
    assertThat(writer.shards()).isEqualTo(3);
    assertThat(writer.samples()).isEqualTo(7);
    byte[] bytes = Files.readAllBytes(folder.resolve("000001.tar"));
    try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(bytes))) {
      TarArchiveEntry first = tar.getNextEntry();
      assertThat(first.getName()).isEqualTo("s3.json");
      assertThat(first.isCheckSumOK()).isTrue();
      TarArchiveEntry second = tar.getNextEntry();
      assertThat(second.getName()).isEqualTo("s3.png");
      assertThat(tar.readAllBytes()).hasSize(600).containsOnly(3);
    }
  }

  @Test
  void sameSamplesGiveSameBytes() throws IOException {
    ShardWriter a = write(folder.resolve("a"), 4);
    ShardWriter b = write(folder.resolve("b"), 4);
    assertThat(a.sha256()).isEqualTo(b.sha256());
    assertThat(write(folder.resolve("c"), 5).sha256()).isNotEqualTo(a.sha256());
    for (String shard : List.of("000000.tar", "000001.tar")) {
      assertThat(folder.resolve("a").resolve(shard))
          .hasSameBinaryContentAs(folder.resolve("b").resolve(shard));
    }
  }

  private String sum(String out, int perShard, String packed, String pixels, String json)
      throws IOException {
    ShardWriter writer = new ShardWriter(folder.resolve(out), perShard);
    try (writer) {
      for (String key : List.of("a", "b", "c")) {
        writer.add(
            key,
            Map.of("png", utf8(packed), "json", utf8(json), "txt", utf8("one")),
            Map.of("png", Arrays.copyOf(utf8(pixels), 32)));
      }
    }
    return writer.sha256();
  }

  @Test
  void sumGoesOverWhatSamplesMeanAndNotOverHowTheyArePacked() throws IOException {
    String sum = sum("a", 9, "packed", "pixels", "{}");
    assertThat(sum("b", 9, "packed otherwise", "pixels", "{}")).isEqualTo(sum);
    assertThat(sum("c", 2, "packed", "pixels", "{}")).isEqualTo(sum);
    assertThat(sum("d", 9, "packed", "other", "{}")).isNotEqualTo(sum);
    assertThat(sum("e", 9, "packed", "pixels", "{\"boxes\":1}")).isNotEqualTo(sum);
  }

  @Test
  void readsBackThroughBracesAndFolder() throws IOException {
    write(folder, 7);
    for (String spec : List.of(folder.toString(), folder + "/{000000..000002}.tar")) {
      try (SampleSource source = Sources.open(spec, SourceOptions.DEFAULT)) {
        assertThat(source.size()).isEqualTo(7);
        Sample sample = source.read(6);
        assertThat(sample.key()).isEqualTo("s6");
        assertThat(sample.image()).hasSize(1200).containsOnly(6);
        assertThat(sample.captions()).containsExactly("é one", "two 6");
        assertThat(sample.metadata()).hasToString("{\"n\":6}");
        assertThat(sample.label()).isEqualTo(-1);
      }
    }
  }

  @Test
  void longNamesKeepTheirFolderAndTooLongOnesAreRefused() throws IOException {
    String key = "f".repeat(90) + "/" + "k".repeat(80);
    try (ShardWriter writer = new ShardWriter(folder, 10)) {
      writer.add(key, Map.of("png", new byte[5]));
      assertThatThrownBy(() -> writer.add("k".repeat(120), Map.of("png", new byte[1])))
          .isInstanceOf(BadInput.class);
      assertThatThrownBy(() -> writer.add("a.b", Map.of("png", new byte[1])))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("a.b");
    }
    try (SampleSource source = Sources.open(folder.toString(), SourceOptions.DEFAULT)) {
      assertThat(source.read(0).key()).isEqualTo(key);
    }
  }

  @Test
  void truncatedShardIsRefusedWithFileAndOffsetOrKeptAsFarAsItGoes() throws IOException {
    write(folder, 3);
    Path shard = folder.resolve("000000.tar");
    byte[] whole = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(whole, 4700));
    assertThatThrownBy(() -> Sources.open(shard.toString(), SourceOptions.DEFAULT))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("000000.tar is truncated: it ends at offset 4700");
    SourceOptions keep = SourceOptions.DEFAULT.keepingTruncated();
    try (SampleSource source = Sources.open(shard.toString(), keep)) {
      assertThat(source.size()).isEqualTo(1); // the second one's text is cut off
      assertThat(source.describe()).contains("truncated");
    }
  }
}
