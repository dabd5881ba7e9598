package dev.filip.download;

import dev.filip.data.UrlRow;
import dev.filip.image.UndecodableImage;
import dev.filip.io.Digests;
import org.jspecify.annotations.Nullable;

/**
 * What is done with a row: its image fetched and fitted, or the reason why not. Thread-safe.
 *
 * @param fetcher fetches
 * @param fitter decodes, resizes, encodes
 */
record RowWork(Fetcher fetcher, Fitter fitter) {
  /** An outcome, with the file that is kept or null. */
  record Done(Outcome outcome, byte @Nullable [] image) {
    private static Done failed(Outcome.Status status, String reason, String message) {
      return new Done(Outcome.failed(status, reason, message), null);
    }
  }

  /** A row that repeats an earlier one's URL. */
  static Done duplicate() {
    return Done.failed(
        Outcome.Status.DUPLICATE, "duplicate", "duplicate: an earlier row has this URL");
  }

  /**
   * Does it.
   *
   * @param number of the row, by which chance goes
   */
  Done run(UrlRow row, long number) throws InterruptedException {
    String url = row.url();
    if (url == null) {
      return Done.failed(Outcome.Status.FAILED_TO_DOWNLOAD, "no URL", "no URL");
    }
    try (Fetcher.Fetched fetched = fetcher.fetch(url, number)) {
      return fitted(fetched.bytes());
    } catch (FetchFailure e) {
      String message = String.valueOf(e.getMessage());
      return Done.failed(Outcome.Status.FAILED_TO_DOWNLOAD, e.reason(), message);
    }
  }

  private Done fitted(byte[] bytes) throws InterruptedException {
    try {
      Fitter.Fitted fitted = fitter.fit(bytes);
      return new Done(Outcome.saved(fitted, Digests.sha256(bytes)), fitted.file());
    } catch (UndecodableImage e) {
      String reason = e.reason().equals("unknown kind") ? "not an image" : e.reason();
      String message = reason + String.valueOf(e.getMessage()).substring(e.reason().length());
      return Done.failed(Outcome.Status.FAILED_TO_RESIZE, reason, message);
    } catch (Fitter.Refused e) {
      return Done.failed(Outcome.Status.FAILED_TO_RESIZE, e.reason(), e.reason());
    }
  }
}
