package dev.filip.data.translate;

import dev.filip.io.BadInput;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** An engine that translates texts of one line. Thread-safe. */
public interface Translator extends Closeable {
  /**
   * Translates a batch.
   *
   * @param texts each of one line, none blank
   * @param from language of the texts, as the engine names it
   * @param to language wanted
   * @return as many texts, in the same order; each may be empty or hold line ends
   * @throws Refused where the engine works but will not take these texts
   * @throws IOException in one line where it does not work; the run ends
   */
  List<String> translate(List<String> texts, String from, String to) throws IOException;

  /** What it is, for the record of a run; holds no secret. */
  String describe();

  @Override
  default void close() {}

  /** The engine will not take these texts (too many, too long, not its language). */
  final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    /** The engine's words, made one line. */
    public Refused(String message) {
      super(BadInput.line(message));
    }
  }
}
