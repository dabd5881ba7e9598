package dev.filip.eval;

import dev.filip.data.Sample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which words of which texts are to point where in an image. Thread-safe. */
interface Pointers {
  /** Why a sample is of no use, to be counted; null when it is of use. */
  @Nullable String refuse(Sample sample);

  /** Texts with the phrases that are judged in them. */
  List<Said> of(Sample sample);

  /**
   * Whether the texts are prompts, one a thing: the things of an image then compete with each other
   * across them, and the same texts come again for other images.
   */
  boolean prompted();

  /** Names what they are in a fingerprint; nothing for the sample's own metadata. */
  default void sign(Fingerprint print) {}

  /**
   * A text.
   *
   * @param phrases at least one
   */
  record Said(String text, List<PhraseBox> phrases) {
    public Said {
      phrases = List.copyOf(phrases);
    }
  }

  /** Of {@code KEY.json}: phrases of the first caption. */
  Pointers OWN =
      new Pointers() {
        @Override
        public @Nullable String refuse(Sample sample) {
          return PhraseBox.of(sample).isEmpty() ? "no boxes" : null;
        }

        @Override
        public List<Said> of(Sample sample) {
          return List.of(new Said(sample.captions().getFirst(), PhraseBox.of(sample)));
        }

        @Override
        public boolean prompted() {
          return false;
        }
      };
}
