package dev.filip.data;

import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.PerceptualHash;
import dev.filip.image.UndecodableImage;
import java.io.IOException;
import java.util.Optional;

/**
 * What a sample's picture looks like, for comparisons of sources.
 *
 * @param key of the sample
 * @param hash of its image; empty where that is of a single colour
 */
public record HashedSample(String key, Optional<PerceptualHash> hash) {
  /**
   * Reads and decodes it.
   *
   * @throws UnreadableSample where there is no image that can be decoded
   */
  public static HashedSample of(SampleSource source, long index) throws IOException {
    Sample sample = source.read(index);
    try {
      return new HashedSample(
          sample.key(),
          PerceptualHash.of(ImageDecoder.decode(sample.image(), DecodeOptions.DEFAULT)));
    } catch (UndecodableImage e) {
      throw new UnreadableSample(sample.key(), e.reason(), "");
    }
  }
}
