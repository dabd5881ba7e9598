package dev.filip.generate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads shards with a library that is not ours. */
final class Tars {
  private Tars() {}

  /** Key to extension to content, in the order of the file. */
  static SequencedMap<String, SequencedMap<String, byte[]>> samples(Path tar) throws IOException {
    SequencedMap<String, SequencedMap<String, byte[]>> samples = new LinkedHashMap<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        int dot = entry.getName().indexOf('.');
        samples
            .computeIfAbsent(entry.getName().substring(0, dot), k -> new LinkedHashMap<>())
            .put(entry.getName().substring(dot + 1), in.readAllBytes());
      }
    }
    return samples;
  }
}
