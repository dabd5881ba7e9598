package dev.filip.interop;

import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The text tower for a source that brings an image tower only: another model's, or a new one.
 *
 * @param from a CLIP model folder whose text tower is taken
 * @param width of a new one; 0: not given
 * @param layers of a new one; 0: not given
 * @param context positions of a new one; 0: not given
 */
public record NewText(Optional<Path> from, int width, int layers, int context) {
  /** Nothing is said: a new one of CLIP's base size. */
  public static final NewText UNSAID = new NewText(Optional.empty(), 0, 0, 0);

  public NewText {
    BadInput.require(width >= 0, "--text-width", width, "> 0");
    BadInput.require(layers >= 0, "--text-layers", layers, "> 0");
    BadInput.require(context == 0 || context >= 2, "--text-context", context, ">= 2");
    BadInput.require(
        from.isEmpty() || width + layers + context == 0,
        "--text-from",
        from.map(Path::toString).orElse(""),
        "given without --text-width, --text-layers and --text-context: the model has its own");
  }

  /** The first one that was given. */
  static int or(int given, int otherwise) {
    return given > 0 ? given : otherwise;
  }
}
