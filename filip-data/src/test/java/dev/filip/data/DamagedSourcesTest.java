package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.testing.Mutations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged shards and tables are read or refused in one line, in bounded time and memory. */
class DamagedSourcesTest {
  private static final long MOST = 64L << 20;

  @TempDir Path temp;
  private final AtomicInteger number = new AtomicInteger();

  private void check(String kind, List<byte[]> whole) {
    check(kind, whole, MOST);
  }

  private void check(String kind, List<byte[]> whole, long most) {
    Mutations.of(kind, whole)
        .refusing(BadInput.class)
        .refusing(IOException.class)
        .allocating(most)
        .check(file -> read(file, kind));
  }

  /** Opens it as its own file, so that nothing is remembered of the one before. */
  private void read(byte[] bytes, String kind) throws IOException {
    Path file = Files.write(temp.resolve(number.incrementAndGet() + "." + kind), bytes);
    try (SampleSource source = Sources.open(file.toString(), SourceOptions.DEFAULT)) {
      source.fingerprint();
      for (long i = 0; i < source.size(); i++) {
        try {
          source.read(i);
        } catch (UnreadableSample e) {
          source.text(i);
        }
      }
      captions(file);
    } finally {
      Files.delete(file);
    }
  }

  /** Row by row, where it is a table that can be. */
  private static void captions(Path file) throws IOException {
    try (CaptionTable table = Sources.captions(file.toString(), SourceOptions.DEFAULT)) {
      CaptionTable.Rows rows = table == null ? null : table.next();
      while (table != null && rows != null) {
        rows.each((_, _, _) -> {});
        rows = table.next();
      }
    }
  }

  @Test
  void tars() throws IOException {
    Path folder = temp.resolve("shards");
    try (ShardWriter writer = new ShardWriter(folder, 3)) {
      for (int i = 0; i < 6; i++) {
        byte[] json =
            "{\"caption\": \"a cup\", \"boxes\": [1, 2.5]}".getBytes(StandardCharsets.UTF_8);
        byte[] label = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
        writer.add(
            (i == 4 ? "folder/".repeat(16) : "k") + i,
            Map.of("png", new byte[700 * i + 1], "json", json, "cls", label));
      }
    }
    List<byte[]> whole = new ArrayList<>();
    for (Path shard : SourceFiles.list(folder, p -> SourceFiles.extension(p).equals("tar"))) {
      whole.add(Files.readAllBytes(shard));
    }
    whole.add(foreign(TarArchiveOutputStream.LONGFILE_GNU));
    whole.add(foreign(TarArchiveOutputStream.LONGFILE_POSIX));
    check("tar", whole);
  }

  private static byte[] foreign(int names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      out.setLongFileMode(names);
      for (String ending : List.of(".jpg", ".txt")) {
        TarArchiveEntry entry = new TarArchiveEntry("d".repeat(120) + "/n" + ending);
        entry.setSize(20);
        out.putArchiveEntry(entry);
        out.write("twenty bytes of text".getBytes(StandardCharsets.US_ASCII));
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void tablesOfText() {
    check(
        "csv",
        List.of(
            "filepath,title\na.png,\"a cup, \"\"red\"\"\"\nb.png,two\nb.png,\"lines\nin one\"\n"
                .getBytes(StandardCharsets.UTF_8),
            "image|caption\r\na.png| caf\u00e9 \r\nc/d.png|5\" nails\r\n"
                .getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void parquet() throws IOException, URISyntaxException {
    List<byte[]> whole = new ArrayList<>();
    for (String name :
        List.of("snappy", "zstd", "lz4", "lz4_hadoop", "gzip", "lists", "embedded", "old")) {
      String file = name + ".parquet";
      Path golden = Path.of(Objects.requireNonNull(getClass().getResource(file)).toURI());
      whole.add(Files.readAllBytes(golden));
    }
    check("parquet", whole, 6 * MOST); // a reader of the library has 42 MB of buffers
  }
}
