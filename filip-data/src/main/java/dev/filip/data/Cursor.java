package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Where a {@link TrainFeed} stands: all that is needed to continue with the very next batch. It
 * does not depend on the number of ranks.
 */
public sealed interface Cursor {
  /** For a checkpoint. */
  ObjectNode toJson();

  /** Whether units wait because their captions were in a batch already. */
  boolean waiting();

  /** From a checkpoint. */
  static Cursor of(JsonNode json) {
    return json.has("lanes") ? InLanes.of(json) : InOrder.of(json);
  }

  /**
   * In the one permutation of an epoch.
   *
   * @param next the first place that was not taken yet
   * @param postponed places passed over because their captions were in the batch already, oldest
   *     first
   */
  record InOrder(Place next, List<Place> postponed) implements Cursor {
    static final InOrder START = new InOrder(new Place(0, 0), List.of());

    public InOrder {
      postponed = List.copyOf(postponed);
    }

    @Override
    public boolean waiting() {
      return !postponed.isEmpty();
    }

    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.put("epoch", next.epoch()).put("position", next.position());
      ArrayNode places = json.putArray("postponed");
      for (Place place : postponed) {
        places.addArray().add(place.epoch()).add(place.position());
      }
      return json;
    }

    private static InOrder of(JsonNode json) {
      BadInput.require(
          json.path("epoch").isIntegralNumber() && json.path("position").isInt(),
          "cursor",
          json,
          "an object with epoch and position");
      List<Place> places = new ArrayList<>();
      for (JsonNode place : json.path("postponed")) {
        places.add(new Place(place.path(0).longValue(), place.path(1).intValue()));
      }
      return new InOrder(
          new Place(json.path("epoch").longValue(), json.path("position").intValue()), places);
    }
  }

  /** The {@code position}-th unit of an epoch's order. */
  record Place(long epoch, int position) {
    public Place {
      BadInput.require(epoch >= 0 && position >= 0, "cursor", epoch + ":" + position, ">= 0");
    }
  }

  /**
   * In lanes.
   *
   * @param counted of each source, whether its shards are dealt by their sizes, else whole
   */
  record InLanes(List<Boolean> counted, List<LanePlace> lanes) implements Cursor {
    public InLanes {
      counted = List.copyOf(counted);
      lanes = List.copyOf(lanes);
    }

    @Override
    public boolean waiting() {
      return lanes.stream().anyMatch(lane -> !lane.postponed().isEmpty());
    }

    @Override
    public ObjectNode toJson() {
      ObjectNode json = Json.object();
      ArrayNode known = json.putArray("counted");
      counted.forEach(known::add);
      ArrayNode all = json.putArray("lanes");
      lanes.forEach(lane -> lane.into(all.addObject()));
      return json;
    }

    private static InLanes of(JsonNode json) {
      List<LanePlace> lanes = new ArrayList<>();
      json.path("lanes").forEach(lane -> lanes.add(LanePlace.of(lane)));
      List<Boolean> counted = new ArrayList<>();
      json.path("counted").forEach(known -> counted.add(known.asBoolean()));
      return new InLanes(counted, lanes);
    }
  }

  /** Where a lane stands in each source, and its units that wait, oldest first. */
  record LanePlace(List<SourcePlace> sources, List<Unit> postponed) {
    public LanePlace {
      sources = List.copyOf(sources);
      postponed = List.copyOf(postponed);
    }

    static LanePlace start(int sources) {
      return new LanePlace(Collections.nCopies(sources, SourcePlace.START), List.of());
    }

    /** In numbers, which {@link #unpacked} reads. */
    LongStream packed() {
      return LongStream.concat(
          sources.stream().flatMapToLong(s -> LongStream.of(s.window(), s.position(), s.drawn())),
          LongStream.concat(
              LongStream.of(postponed.size()),
              postponed.stream()
                  .flatMapToLong(u -> LongStream.of(u.source(), u.shard(), u.first(), u.epoch()))));
    }

    static LanePlace unpacked(long[] packed, int from, int sources) {
      int at = from;
      List<SourcePlace> places = new ArrayList<>();
      for (int s = 0; s < sources; s++, at += 3) {
        places.add(new SourcePlace(packed[at], (int) packed[at + 1], packed[at + 2]));
      }
      List<Unit> postponed = new ArrayList<>();
      long waiting = packed[at++];
      for (int u = 0; u < waiting; u++, at += 4) {
        postponed.add(
            new Unit((int) packed[at], (int) packed[at + 1], packed[at + 2], packed[at + 3], 0));
      }
      return new LanePlace(places, postponed);
    }

    private void into(ObjectNode json) {
      ArrayNode all = json.putArray("sources");
      for (SourcePlace place : sources) {
        all.addArray().add(place.window()).add(place.position()).add(place.drawn());
      }
      ArrayNode waiting = json.putArray("postponed");
      for (Unit unit : postponed) {
        waiting.addArray().add(unit.source()).add(unit.shard()).add(unit.first()).add(unit.epoch());
      }
    }

    private static LanePlace of(JsonNode json) {
      List<SourcePlace> sources = new ArrayList<>();
      for (JsonNode place : json.path("sources")) {
        sources.add(
            new SourcePlace(
                place.path(0).longValue(), place.path(1).intValue(), place.path(2).longValue()));
      }
      List<Unit> postponed = new ArrayList<>();
      for (JsonNode unit : json.path("postponed")) {
        postponed.add(
            new Unit(
                unit.path(0).intValue(),
                unit.path(1).intValue(),
                unit.path(2).longValue(),
                unit.path(3).longValue(),
                0));
      }
      return new LanePlace(sources, postponed);
    }
  }

  /**
   * Where a lane stands in a source.
   *
   * @param window where its window begins, in units or shards of the lane's whole course
   * @param position in the window's order
   * @param drawn units drawn in all
   */
  record SourcePlace(long window, int position, long drawn) {
    static final SourcePlace START = new SourcePlace(0, 0, 0);

    public SourcePlace {
      BadInput.require(window >= 0 && position >= 0, "cursor", window + ":" + position, ">= 0");
    }
  }
}
