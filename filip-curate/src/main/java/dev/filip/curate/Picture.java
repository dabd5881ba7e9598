package dev.filip.curate;

import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.ImageHeader;
import dev.filip.image.PerceptualHash;
import dev.filip.image.RgbImage;
import dev.filip.image.UndecodableImage;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image that is read and decoded only as far as a rule asks. Used by one thread. */
final class Picture {
  /** Reads the encoded file. */
  interface Reading {
    byte[] read() throws IOException;
  }

  private final Reading reading;
  private byte @Nullable [] file;
  private @Nullable ImageHeader header;
  private @Nullable RgbImage pixels;
  private @Nullable Optional<PerceptualHash> look;

  Picture(Reading reading) {
    this.reading = reading;
  }

  /** The encoded file. */
  byte[] file() throws IOException {
    byte[] read = file;
    if (read == null) {
      read = reading.read();
      file = read;
    }
    return read;
  }

  /** Kind and size, by its first bytes. */
  ImageHeader header() throws IOException {
    ImageHeader read = header;
    if (read == null) {
      read = ImageHeader.of(file());
      header = read;
    }
    return read;
  }

  /** Decoded. */
  RgbImage pixels() throws IOException {
    RgbImage decoded = pixels;
    if (decoded == null) {
      decoded = decode(file());
      pixels = decoded;
    }
    return decoded;
  }

  /** What it looks like; empty where it is of a single colour. */
  Optional<PerceptualHash> look() throws IOException {
    Optional<PerceptualHash> hash = look;
    if (hash == null) {
      hash = PerceptualHash.of(pixels());
      look = hash;
    }
    return hash;
  }

  private static RgbImage decode(byte[] file) throws UndecodableImage {
    return ImageDecoder.decode(file, DecodeOptions.DEFAULT);
  }

  /** What some rule has already read of it; null where none asked for it. */
  @Nullable ImageHeader known() {
    return header;
  }
}
