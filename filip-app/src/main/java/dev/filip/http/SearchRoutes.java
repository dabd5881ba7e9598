package dev.filip.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.Region;
import dev.filip.io.Json;
import dev.filip.search.Found;
import dev.filip.search.Hit;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The paths below {@code /api}. Thread-safe. */
final class SearchRoutes {
  private static final int MOST_HITS = 1000;
  private static final int MOST_EXPLAINED = 200;
  private static final int MOST_PASSED_OVER = 100_000;
  private static final int LONGEST_TEXT = 10_000;

  private final SearchService service;
  private final ServeOptions options;
  private final Places places;
  private final Bodies bodies;

  SearchRoutes(SearchService service, ServeOptions options, Places places) {
    this.service = service;
    this.options = options;
    this.places = places;
    bodies = new Bodies(options);
  }

  void register(Paths paths) {
    paths
        .get("/api/search", placed(request -> answer(request, query(request))))
        .on(Method.POST, "/api/search", bodied(this::picture))
        .get("/api/explain", placed(this::explain))
        .get("/api/thumbnail", placed(this::thumbnail))
        .on(Method.PUT, "/api/images", writing(bodied(this::put)))
        .on(Method.DELETE, "/api/images", writing(placed(this::delete)))
        .get("/api/stats", placed(_ -> Reply.json(service.stats())));
  }

  /** Works at a place; the answer is sent without it. */
  private Handler placed(Function<ServerRequest, Reply> work) {
    return (request, response) -> {
      Reply reply;
      try (Places.Place _ = places.take()) {
        reply = work.apply(request);
      }
      reply.send(request, response);
    };
  }

  /** The same with a picture for a body, which is read before. */
  private Handler bodied(BiFunction<ServerRequest, byte[], Reply> work) {
    return (request, response) -> {
      Reply reply;
      try (Bodies.Body body = bodies.read(request);
          Places.Place _ = places.takeForPicture()) {
        reply = work.apply(request, body.bytes());
      }
      reply.send(request, response);
    };
  }

  private Handler writing(Handler handler) {
    return (request, response) -> {
      if (!options.writable()) {
        throw new Refused(403, "this server only reads: start it with --writable");
      }
      handler.handle(request, response);
    };
  }

  private SearchQuery query(ServerRequest request) {
    String text = Parameters.required(request, "q");
    if (text.length() > LONGEST_TEXT) {
      throw Refused.wrong(
          "parameter q must have at most " + LONGEST_TEXT + " characters, got " + text.length());
    }
    return service.words(text, Parameters.text(request, "literal").orElse("").equals("true"));
  }

  private Reply picture(ServerRequest request, byte[] body) {
    requirePicture(body);
    Optional<String> box = Parameters.text(request, "box");
    SearchQuery picture =
        service.picture(
            body,
            box.map(text -> Region.parse("parameter box", text)).orElse(null),
            options.timeout());
    boolean words = Parameters.text(request, "q").isPresent();
    return answer(request, words ? query(request).and(picture) : picture);
  }

  private static void requirePicture(byte[] body) {
    if (body.length == 0) {
      throw Refused.wrong("the body must be a picture, got nothing");
    }
  }

  private Reply answer(ServerRequest request, SearchQuery query) {
    int k = Parameters.number(request, "k", 10, 1, MOST_HITS);
    int from = Parameters.number(request, "from", 0, 0, MOST_PASSED_OVER);
    SearchOptions wanted = wanted(request, from + k, from);
    try (Snapshots.Lease lease = service.lease(Parameters.text(request, "snapshot"))) {
      Found found = lease.snapshot().find(query, wanted);
      List<Hit> hits = found.hits();
      ObjectNode json = Json.object();
      ArrayNode list = json.putArray("hits");
      for (Hit hit : hits.subList(Math.min(from, hits.size()), hits.size())) {
        list.add(hit.toJson());
      }
      json.put("matching", found.matching());
      json.put("plan", found.plan().name().toLowerCase(Locale.ROOT));
      json.put("snapshot", lease.token());
      ArrayNode words = json.putArray("words");
      if (!query.texts().isEmpty()) {
        query.texts().getFirst().pieces().forEach(words::add);
      }
      return Reply.json(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param k hits of this page and of those before it
   */
  private static SearchOptions wanted(ServerRequest request, int k, int from) {
    double diversity = Parameters.decimal(request, "diversity").orElse(0.0);
    Optional<Double> group = Parameters.decimal(request, "group");
    if (from > 0 && (diversity > 0 || group.isPresent())) {
      throw Refused.wrong(
          "parameter from must be 0 with diversity or group, whose hits are chosen together: ask for more with k");
    }
    return SearchOptions.of(k)
        .filter(Parameters.text(request, "filter").orElse(null))
        .minProbability(Parameters.decimal(request, "min_probability").orElse(null))
        .diversity(diversity)
        .group(group.orElse(null));
  }

  private Reply explain(ServerRequest request) {
    SearchQuery query = query(request);
    List<String> ids = request.query().all("id", List::of);
    if (ids.isEmpty() || ids.size() > MOST_EXPLAINED) {
      throw Refused.wrong(
          "parameter id must be given 1 to " + MOST_EXPLAINED + " times, got " + ids.size());
    }
    ObjectNode json = Json.object();
    query.texts().getFirst().pieces().forEach(json.putArray("words")::add);
    ArrayNode images = json.putArray("images");
    try (Snapshots.Lease lease = service.lease(Parameters.text(request, "snapshot"))) {
      for (String id : ids) {
        images.add(service.why(query.texts().getFirst(), hit(lease, id)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Reply.json(json);
  }

  private static Hit hit(Snapshots.Lease lease, String id) throws IOException {
    return lease
        .snapshot()
        .find(id)
        .orElseThrow(() -> Refused.missing("parameter id: no image has the id " + id));
  }

  private Reply thumbnail(ServerRequest request) {
    String id = Parameters.required(request, "id");
    byte[] picture;
    try (Snapshots.Lease lease = service.lease(Optional.empty())) {
      picture = hit(lease, id).about().thumbnail();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (picture == null) {
      throw Refused.missing("parameter id: no thumbnail is kept of " + id);
    }
    boolean png = picture.length > 1 && picture[1] == 'P';
    return new Reply(png ? "image/png" : "image/jpeg", picture, "private, max-age=60");
  }

  private Reply put(ServerRequest request, byte[] body) {
    requirePicture(body);
    return Reply.json(service.add(Parameters.required(request, "id"), body, options.timeout()));
  }

  private Reply delete(ServerRequest request) {
    return Reply.json(service.remove(Parameters.required(request, "id")));
  }
}
