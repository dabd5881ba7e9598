package dev.filip.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * An image that was found. What is kept beside it is read when it is asked for, while its {@link
 * Snapshot} is open.
 */
public final class Hit implements Comparable<Hit> {
  private final Segment segment;
  private final int item;
  private final float score;
  private final @Nullable Double probability;
  private final @Nullable List<String> same;

  Hit(Segment segment, int item, float score) {
    this(segment, item, score, null, null);
  }

  private Hit(
      Segment segment,
      int item,
      float score,
      @Nullable Double probability,
      @Nullable List<String> same) {
    this.segment = segment;
    this.item = item;
    this.score = score;
    this.probability = probability;
    this.same = same;
  }

  Hit probability(double that) {
    return new Hit(segment, item, score, that, same);
  }

  Hit same(List<String> ids) {
    return new Hit(segment, item, score, probability, List.copyOf(ids));
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

  /**
   * That the score is not what an unrelated query would give ({@link Calibration}); nothing where
   * it was not asked for.
   */
  public OptionalDouble probability() {
    Double known = probability;
    return known == null ? OptionalDouble.empty() : OptionalDouble.of(known);
  }

  /** Ids of hits that are nearly the same picture and are shown as this one; best first. */
  public List<String> same() {
    List<String> known = same;
    return known == null ? List.of() : known;
  }

  /** Its captions alone. */
  List<String> captions() throws IOException {
    return segment.aboutWithoutPicture(item).captions();
  }

  /** Path, metadata, captions, thumbnail. */
  public Item.About about() throws IOException {
    return segment.about(item);
  }

  /** Its rows as floats, {@code [n, d]}, copied; pooled ones where the index pools. */
  public float[] rows() {
    return segment.rows().floats(item);
  }

  /**
   * A row for each one that the model gave: where the index pools, patches that were pooled have
   * the same.
   */
  public float[] patchRows() throws IOException {
    float[] rows = rows();
    int[] pooled = segment.about(item).pooled();
    if (pooled == null) {
      return rows;
    }
    int d = segment.rows().d();
    float[] all = new float[pooled.length * d];
    for (int r = 0; r < pooled.length; r++) {
      System.arraycopy(rows, pooled[r] * d, all, r * d, d);
    }
    return all;
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
    ObjectNode json = Json.object().put("id", id()).put("score", score);
    probability().ifPresent(p -> json.put("probability", p));
    json.put("path", about.path());
    if (same != null) {
      same().forEach(json.putArray("same")::add);
    }
    json.set("metadata", about.metadata());
    if (!about.captions().isEmpty()) {
      about.captions().forEach(json.putArray("captions")::add);
    }
    return json;
  }
}
