package dev.filip.curate;

import dev.filip.io.Outputs;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The images whose tokens are nearly those of an earlier one that stays, with it; a file, which
 * appears when it is whole.
 *
 * @param file where they lie
 */
record Twins(Path file) {
  private static final int END = -1;

  /**
   * One that is taken.
   *
   * @param sample its number within the source
   * @param twin that of the first one it is like
   * @param similarity of both
   */
  record Twin(long sample, long twin, float similarity) {}

  /** Takes one after the other. */
  interface Taker {
    void take(Twin twin) throws IOException;
  }

  /** Tells all in the source's order. */
  interface Teller {
    void tell(Taker taker) throws IOException;
  }

  boolean isThere() {
    return Files.isRegularFile(file);
  }

  void write(Teller teller) throws IOException {
    Outputs.file(
        file,
        fresh -> {
          try (DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
            teller.tell(twin -> {
              out.writeLong(twin.sample);
              out.writeLong(twin.twin);
              out.writeFloat(twin.similarity);
            });
            out.writeLong(END);
          }
        });
  }

  /** All in the source's order. */
  void each(Taker taker) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (long sample = in.readLong(); sample != END; sample = in.readLong()) {
        taker.take(new Twin(sample, in.readLong(), in.readFloat()));
      }
    }
  }

  /** That of a sample; null where it has none. */
  @Nullable Twin of(long sample) throws IOException {
    @Nullable Twin[] found = new Twin[1];
    each(twin -> found[0] = twin.sample == sample ? twin : found[0]);
    return found[0];
  }
}
