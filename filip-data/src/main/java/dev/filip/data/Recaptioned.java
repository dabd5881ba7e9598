package dev.filip.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes a shard of a source again as a tar, some of its samples with other captions. Of a
 * webdataset shard every other member keeps its name and its bytes; of other sources each sample
 * becomes image, {@code .txt}, and where there are such {@code .cls} and {@code .json}. Stateless.
 */
public final class Recaptioned {
  private Recaptioned() {}

  /**
   * A file name for each shard: those of the source's tars where they are tars whose names alone
   * give their order, else {@code 000000.tar} and so on.
   */
  public static List<String> names(SampleSource source) {
    if (source instanceof WebdatasetSource tars) {
      List<String> names = tars.relativeNames();
      boolean keep =
          names.stream().allMatch(name -> name.endsWith(".tar") && name.indexOf('/') < 0)
              && !names.stream().anyMatch(name -> name.startsWith("."))
              && new HashSet<>(names).size() == names.size()
              && SourceFiles.sorted(names, name -> name).equals(names);
      if (keep) {
        return names;
      }
    }
    return IntStream.range(0, source.shards())
        .mapToObj(i -> String.format(Locale.ROOT, "%06d.tar", i))
        .toList();
  }

  /**
   * Writes one shard.
   *
   * @param captions by sample index within the shard: what its {@code .txt} is to hold, one caption
   *     a line; a sample not named keeps what it has
   * @return samples of sources without tars that could not be read and were left out
   */
  public static int write(SampleSource.Shard shard, Path tar, Map<Integer, List<String>> captions)
      throws IOException {
    try (TarArchiveOutputStream out = open(tar)) {
      if (shard instanceof TarShard members) {
        copy(members, out, captions);
        return 0;
      }
      return samples(shard, out, captions);
    }
  }

  private static TarArchiveOutputStream open(Path tar) throws IOException {
    OutputStream stream = new BufferedOutputStream(Files.newOutputStream(tar), 1 << 16);
    TarArchiveOutputStream out = new TarArchiveOutputStream(stream, UstarHeader.BLOCK, "UTF-8");
    out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    out.setAddPaxHeadersForNonAsciiNames(false);
    return out;
  }

  /** Where a new text goes: in the place of an old one, or after the image. */
  private static void copy(
      TarShard shard, TarArchiveOutputStream out, Map<Integer, List<String>> captions)
      throws IOException {
    Map<Long, byte[]> instead = new HashMap<>();
    Map<Long, byte[]> after = new HashMap<>();
    ShardTable table = shard.table();
    captions.forEach((i, lines) -> {
      boolean has = table.length(i, ShardTable.Part.TEXT) != ShardTable.ABSENT;
      Map<Long, byte[]> where = has ? instead : after;
      ShardTable.Part part = has ? ShardTable.Part.TEXT : ShardTable.Part.IMAGE;
      where.put(table.offset(i, part), SampleMembers.text(lines));
    });
    shard.members((name, offset, size) -> {
      byte[] text = instead.get(offset);
      if (text != null) {
        put(out, name, text);
        return;
      }
      header(out, name, size);
      shard.copy(offset, size, out);
      out.closeArchiveEntry();
      byte[] more = after.get(offset);
      if (more != null) {
        int start = name.startsWith("./") ? 2 : 0;
        int dot = name.indexOf('.', Math.max(start, name.lastIndexOf('/') + 1));
        put(out, name.substring(0, dot) + ".txt", more);
      }
    });
  }

  private static int samples(
      SampleSource.Shard shard, TarArchiveOutputStream out, Map<Integer, List<String>> captions)
      throws IOException {
    int left = 0;
    for (int i = 0; i < shard.size(); i++) {
      try {
        Sample sample = shard.read(i);
        String key = SampleMembers.key(sample.key());
        Map<String, byte[]> members =
            SampleMembers.of(sample, captions.getOrDefault(i, sample.captions()));
        for (Map.Entry<String, byte[]> member : members.entrySet()) {
          put(out, key + "." + member.getKey(), member.getValue());
        }
      } catch (UnreadableSample e) {
        left++;
      }
    }
    return left;
  }

  private static void put(TarArchiveOutputStream out, String name, byte[] content)
      throws IOException {
    header(out, name, content.length);
    out.write(content);
    out.closeArchiveEntry();
  }

  private static void header(TarArchiveOutputStream out, String name, long size)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(size);
    entry.setMode(0644);
    entry.setModTime(0L);
    entry.setUserName("");
    out.putArchiveEntry(entry);
  }
}
