package dev.filip.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.io.IOException;

/**
 * An image that was found. What is kept beside it is read when it is asked for, while its {@link
 * Snapshot} is open.
 */
public final class Hit implements Comparable<Hit> {
  private final Segment segment;
  private final int item;
  private final float score;

  Hit(Segment segment, int item, float score) {
    this.segment = segment;
    this.item = item;
    this.score = score;
  }

  Segment segment() {
    return segment;
  }

  int item() {
    return item;
  }

  /** Its name. */
  public String id() {
    return segment.id(item);
  }

  /** How well it fits; see {@link SearchQuery}. */
  public float score() {
    return score;
  }

  /** Path, metadata, captions, thumbnail. */
  public Item.About about() throws IOException {
    return segment.about(item);
  }

  /** Its rows as floats, {@code [n, d]}, copied. */
  public float[] rows() {
    return segment.rows().floats(item);
  }

  /** Best first; of equal scores the lower id, so that the order never depends on chance. */
  @Override
  public int compareTo(Hit other) {
    int byScore = Float.compare(other.score, score);
    return byScore != 0 ? byScore : id().compareTo(other.id());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Hit hit && hit.score == score && hit.id().equals(id());
  }

  @Override
  public int hashCode() {
    return id().hashCode();
  }

  /** As one entry of {@code hits} in {@code filip search --json}. */
  public ObjectNode toJson() throws IOException {
    Item.About about = segment.aboutWithoutPicture(item);
    ObjectNode json = Json.object().put("id", id()).put("score", score).put("path", about.path());
    json.set("metadata", about.metadata());
    if (!about.captions().isEmpty()) {
      about.captions().forEach(json.putArray("captions")::add);
    }
    return json;
  }
}
