package dev.filip.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.Region;
import dev.filip.io.Json;
import dev.filip.search.Found;
import dev.filip.search.Hit;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The paths below {@code /api}. Thread-safe. */
final class SearchRoutes {
  private static final int MOST_HITS = 1000;
  private static final int MOST_EXPLAINED = 200;
  private static final int MOST_PASSED_OVER = 100_000;
  private static final int LONGEST_TEXT = 10_000;

  private final SearchService service;
  private final ServeOptions options;

  SearchRoutes(SearchService service, ServeOptions options) {
    this.service = service;
    this.options = options;
  }

  void register(HttpRouting.Builder routing) {
    routing
        .get("/api/search", this::words)
        .post("/api/search", this::picture)
        .get("/api/explain", this::explain)
        .get("/api/thumbnail", this::thumbnail)
        .put("/api/images", this::put)
        .delete("/api/images", this::delete)
        .get("/api/stats", (_, response) -> Replies.json(response, service.stats()));
  }

  private void words(ServerRequest request, ServerResponse response) {
    answer(request, response, query(request));
  }

  private SearchQuery query(ServerRequest request) {
    String text = Replies.required(request, "q");
    if (text.length() > LONGEST_TEXT) {
      throw Refused.wrong(
          "parameter q must have at most " + LONGEST_TEXT + " characters, got " + text.length());
    }
    return service.words(text, Replies.text(request, "literal").orElse("").equals("true"));
  }

  private void picture(ServerRequest request, ServerResponse response) {
    byte[] body = Replies.body(request, options);
    if (body.length == 0) {
      throw Refused.wrong("the body must be a picture, got nothing");
    }
    Optional<String> box = Replies.text(request, "box");
    SearchQuery picture =
        service.picture(body, box.map(text -> Region.parse("parameter box", text)).orElse(null));
    boolean words = Replies.text(request, "q").isPresent();
    answer(request, response, words ? query(request).and(picture) : picture);
  }

  private void answer(ServerRequest request, ServerResponse response, SearchQuery query) {
    int k = Replies.number(request, "k", 10, 1, MOST_HITS);
    int from = Replies.number(request, "from", 0, 0, MOST_PASSED_OVER);
    SearchOptions wanted = wanted(request, from + k, from);
    try (Snapshots.Lease lease = service.lease(Replies.text(request, "snapshot"))) {
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
      Replies.json(response, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param k hits of this page and of those before it
   */
  private static SearchOptions wanted(ServerRequest request, int k, int from) {
    double diversity = Replies.decimal(request, "diversity").orElse(0.0);
    Optional<Double> group = Replies.decimal(request, "group");
    if (from > 0 && (diversity > 0 || group.isPresent())) {
      throw Refused.wrong(
          "parameter from must be 0 with diversity or group, whose hits are chosen together: ask for more with k");
    }
    return SearchOptions.of(k)
        .filter(Replies.text(request, "filter").orElse(null))
        .minProbability(Replies.decimal(request, "min_probability").orElse(null))
        .diversity(diversity)
        .group(group.orElse(null));
  }

  private void explain(ServerRequest request, ServerResponse response) {
    SearchQuery query = query(request);
    List<String> ids = request.query().all("id", List::of);
    if (ids.isEmpty() || ids.size() > MOST_EXPLAINED) {
      throw Refused.wrong(
          "parameter id must be given 1 to " + MOST_EXPLAINED + " times, got " + ids.size());
    }
    ObjectNode json = Json.object();
    query.texts().getFirst().pieces().forEach(json.putArray("words")::add);
    ArrayNode images = json.putArray("images");
    try (Snapshots.Lease lease = service.lease(Replies.text(request, "snapshot"))) {
      for (String id : ids) {
        images.add(service.why(query.texts().getFirst(), hit(lease, id)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Replies.json(response, json);
  }

  private static Hit hit(Snapshots.Lease lease, String id) throws IOException {
    return lease
        .snapshot()
        .find(id)
        .orElseThrow(() -> Refused.missing("parameter id: no image has the id " + id));
  }

  private void thumbnail(ServerRequest request, ServerResponse response) {
    String id = Replies.required(request, "id");
    byte[] picture;
    try (Snapshots.Lease lease = service.lease(Optional.empty())) {
      picture = hit(lease, id).about().thumbnail();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (picture == null) {
      throw Refused.missing("parameter id: no thumbnail is kept of " + id);
    }
    response.header("Cache-Control", "private, max-age=60");
    boolean png = picture.length > 1 && picture[1] == 'P';
    Replies.send(response, png ? "image/png" : "image/jpeg", picture);
  }

  private void put(ServerRequest request, ServerResponse response) {
    writable();
    String id = Replies.required(request, "id");
    Replies.json(response, service.add(id, Replies.body(request, options)));
  }

  private void delete(ServerRequest request, ServerResponse response) {
    writable();
    Replies.json(response, service.remove(Replies.required(request, "id")));
  }

  private void writable() {
    if (!options.writable()) {
      throw new Refused(403, "this server only reads: start it with --writable");
    }
  }
}
