package dev.filip.download;

import org.jspecify.annotations.Nullable;

/**
 * What became of a row, as its columns tell.
 *
 * @param status of it
 * @param reason that can be counted; empty for a saved image
 * @param message {@code error_message}; null for a saved image
 * @param width of the saved image
 * @param height of the saved image
 * @param oldWidth of the fetched image
 * @param oldHeight of the fetched image
 * @param exif JSON of its EXIF tags (the orientation only); null where nothing was fetched
 * @param sha256 of the fetched file, in hex
 */
record Outcome(
    Status status,
    String reason,
    @Nullable String message,
    @Nullable Integer width,
    @Nullable Integer height,
    @Nullable Integer oldWidth,
    @Nullable Integer oldHeight,
    @Nullable String exif,
    @Nullable String sha256) {
  /** img2dataset's words, and one more. */
  enum Status {
    SUCCESS,
    FAILED_TO_DOWNLOAD,
    FAILED_TO_RESIZE,
    /** An earlier row has the same URL. */
    DUPLICATE;

    /** As it stands in the column. */
    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static final String[] ORIENTATIONS = {
    "Horizontal (normal)",
    "Mirrored horizontal",
    "Rotated 180",
    "Mirrored vertical",
    "Mirrored horizontal then rotated 90 CCW",
    "Rotated 90 CW",
    "Mirrored horizontal then rotated 90 CW",
    "Rotated 90 CCW"
  };

  static Outcome saved(Fitter.Fitted fitted, String sha256) {
    String exif =
        fitted.orientation() == 1
            ? "{}"
            : "{\"Image Orientation\": \"" + ORIENTATIONS[fitted.orientation() - 1] + "\"}";
    return new Outcome(
        Status.SUCCESS,
        "",
        null,
        fitted.width(),
        fitted.height(),
        fitted.oldWidth(),
        fitted.oldHeight(),
        exif,
        sha256);
  }

  static Outcome failed(Status status, String reason, String message) {
    return new Outcome(status, reason, message, null, null, null, null, null, null);
  }
}
