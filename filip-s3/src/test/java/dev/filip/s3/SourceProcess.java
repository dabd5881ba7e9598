package dev.filip.s3;

import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import java.io.IOException;

/** Reads a source as a program of ours does, in a process of its own: {@code SOURCE}. */
final class SourceProcess {
  private SourceProcess() {}

  public static void main(String[] args) throws IOException {
    try (SampleSource source = Sources.open(args[0], SourceOptions.DEFAULT)) {
      StringBuilder all = new StringBuilder();
      for (long i = 0; i < source.size(); i++) {
        var sample = source.read(i);
        all.append(sample.captions().getFirst()).append(sample.image().length).append(' ');
      }
      System.out.println(source.shards() + " shards: " + all.toString().strip());
    }
  }
}
