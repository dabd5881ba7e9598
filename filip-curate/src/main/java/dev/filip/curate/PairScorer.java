package dev.filip.curate;

import java.io.Closeable;
import java.util.List;

/** A model that says how well images and their own captions fit. Used by one thread. */
public interface PairScorer extends Closeable {
  /** Finds models, so that this module needs none. */
  interface Models {
    /** None: a rule file that asks one is refused. */
    Models NONE =
        new Models() {
          @Override
          public String fingerprint(String model) {
            throw new IllegalArgumentException("no models: the rules need one");
          }

          @Override
          public PairScorer open(String model) {
            throw new IllegalArgumentException("no models: the rules need one");
          }
        };

    /** SHA-256 in hex over all that makes a model's scores; loads no towers. */
    String fingerprint(String model);

    /** Opens a model folder; the caller closes it. */
    PairScorer open(String model);

    /** The same for images alone. */
    default PictureEncoder encoder(String model) {
      throw new IllegalArgumentException("no models: near_duplicates.model needs one");
    }
  }

  /**
   * An image with the captions that are left of it.
   *
   * @param image the encoded file; not copied
   */
  record Pair(byte[] image, List<String> captions) {
    public Pair {
      captions = List.copyOf(captions);
    }
  }

  /** Names of its scores: {@code s_image} and {@code s_text}, or {@code cosine}. */
  List<String> columns();

  /**
   * The scores of some pairs.
   *
   * @return for each pair {@code [captions, columns]} row-major; without a number where the image
   *     cannot be decoded
   */
  List<float[]> score(List<Pair> pairs);
}
