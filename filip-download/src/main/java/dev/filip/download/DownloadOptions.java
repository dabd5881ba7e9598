package dev.filip.download;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.Locale;

/**
 * How a table is downloaded. Immutable.
 *
 * @param perShard rows of a shard
 * @param retryFailed try again what failed to download
 * @param force begin anew where a folder or another request's half lies
 */
public record DownloadOptions(
    int perShard, Fit fit, Limits limits, Manners manners, boolean retryFailed, boolean force) {
  /** img2dataset's. */
  public static final int PER_SHARD = 10_000;

  /** Everything as the parts have it. */
  public static final DownloadOptions DEFAULT =
      new DownloadOptions(PER_SHARD, Fit.DEFAULT, Limits.DEFAULT, Manners.DEFAULT, false, false);

  public DownloadOptions {
    BadInput.require(
        perShard >= 1 && perShard <= 1_000_000, "--shard-size", perShard, "in [1, 1000000]");
  }

  /** What decides the bytes that are written: what must be the same to go on. */
  ObjectNode request() {
    ObjectNode json = Json.object();
    json.put("shard_size", perShard);
    json.put("resize_mode", fit.mode().name().toLowerCase(Locale.ROOT));
    json.put("image_size", fit.size());
    json.put("resize_only_if_bigger", fit.onlyIfBigger());
    json.put("min_image_size", fit.leastSide());
    json.put("max_image_area", fit.mostArea());
    json.put("max_aspect_ratio", fit.mostAspect());
    json.put("encode_format", fit.format().extension());
    json.put("encode_quality", fit.quality());
    json.put("max_bytes", limits.mostBytes());
    json.put("max_pixels", limits.mostPixels());
    return json;
  }
}
