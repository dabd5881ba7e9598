package dev.filip.curate;

import dev.filip.io.Outputs;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The verdicts of every shard, a file a shard, which appears when it is whole.
 *
 * @param folder where they lie
 * @param shards of the source
 */
record Records(Path folder, int shards) {
  /** Writes the verdicts of one shard. */
  interface Filler {
    void fill(DataOutputStream out) throws IOException;
  }

  /** Where a sample lies: its shard, and its number within that. */
  record Place(int shard, int index) {}

  /** Takes a verdict. */
  interface Taker {
    /** Takes it; {@code sample} is its number within the source. */
    void take(Place place, long sample, Verdict verdict) throws IOException;
  }

  private Path file(int shard) {
    return folder.resolve(String.format(Locale.ROOT, "%06d.verdicts", shard));
  }

  boolean has(int shard) {
    return Files.isRegularFile(file(shard));
  }

  /** Shards that have none yet. */
  long missing() {
    return IntStream.range(0, shards).filter(shard -> !has(shard)).count();
  }

  /** Writes a shard's: as many verdicts as are told. */
  void write(int shard, int size, Filler filler) throws IOException {
    Outputs.file(
        file(shard),
        fresh -> {
          try (DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
            out.writeInt(size);
            filler.fill(out);
          }
        });
  }

  /** The number within the source of each shard's first sample, and how many there are. */
  long[] starts() throws IOException {
    long[] starts = new long[shards + 1];
    for (int shard = 0; shard < shards; shard++) {
      try (DataInputStream in = new DataInputStream(Files.newInputStream(file(shard)))) {
        starts[shard + 1] = starts[shard] + in.readInt();
      }
    }
    return starts;
  }

  /** The number within the source of what lies somewhere. */
  long sample(Place place) throws IOException {
    return starts()[place.shard] + place.index;
  }

  /** Where a sample lies. */
  Place place(long sample) throws IOException {
    long[] starts = starts();
    int shard = 0;
    while (starts[shard + 1] <= sample) {
      shard++;
    }
    return new Place(shard, (int) (sample - starts[shard]));
  }

  /** The verdict of one sample. */
  Verdict at(Place place) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file(place.shard))))) {
      in.readInt();
      Verdict verdict = Verdict.read(in);
      for (int i = 0; i < place.index; i++) {
        verdict = Verdict.read(in);
      }
      return verdict;
    }
  }

  /** All verdicts in the source's order, one after the other. */
  void each(Taker taker) throws IOException {
    long sample = 0;
    for (int shard = 0; shard < shards; shard++) {
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file(shard))))) {
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
          taker.take(new Place(shard, i), sample++, Verdict.read(in));
        }
      }
    }
  }
}
