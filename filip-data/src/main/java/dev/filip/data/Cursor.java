package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a {@link BatchPipeline} stands: all that is needed to continue with the very next batch.
 *
 * @param next the first place of the epoch's order that was not taken yet
 * @param postponed places passed over because their captions were in the batch already, oldest
 *     first
 */
public record Cursor(Place next, List<Place> postponed) {
  /** The very beginning. */
  public static final Cursor START = new Cursor(new Place(0, 0), List.of());

  /** The {@code position}-th unit of an epoch's order. */
  public record Place(long epoch, int position) {
    public Place {
      BadInput.require(epoch >= 0 && position >= 0, "cursor", epoch + ":" + position, ">= 0");
    }
  }

  public Cursor {
    postponed = List.copyOf(postponed);
  }

  /** For a checkpoint. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("epoch", next.epoch()).put("position", next.position());
    ArrayNode places = json.putArray("postponed");
    for (Place place : postponed) {
      places.addArray().add(place.epoch()).add(place.position());
    }
    return json;
  }

  /** From a checkpoint. */
  public static Cursor of(JsonNode json) {
    BadInput.require(
        json.path("epoch").isIntegralNumber() && json.path("position").isInt(),
        "cursor",
        json,
        "an object with epoch and position");
    List<Place> places = new ArrayList<>();
    for (JsonNode place : json.path("postponed")) {
      places.add(new Place(place.path(0).longValue(), place.path(1).intValue()));
    }
    return new Cursor(
        new Place(json.path("epoch").longValue(), json.path("position").intValue()), places);
  }
}
