package dev.filip.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Item;
import dev.filip.search.OpenSearchExport;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An exported index in a real node with the plugin's zip ranks as the embedded engine, to the bit,
 * whether the node's JVM has the Vector API's module or not.
 */
class RealNodeTest {
  private static final String ENCODER = "0123456789abcdef".repeat(4);
  private static final int D = 40;
  private static final int ITEMS = 240;
  private static final Path MODEL = Path.of("../models/collages-late");
  private static final Path ZIP = Path.of(System.getProperty("filip.plugin", "none"));
  @TempDir Path temp;
  private final Random random = new Random(3);

  private float[] rows(int count) {
    float[] rows = new float[count * D];
    for (int r = 0; r < count; r++) {
      double square = 0;
      for (int c = 0; c < D; c++) {
        rows[r * D + c] = (float) random.nextGaussian();
        square += rows[r * D + c] * rows[r * D + c];
      }
      for (int c = 0; c < D; c++) {
        rows[r * D + c] /= (float) Math.sqrt(square);
      }
    }
    return rows;
  }

  private static IndexAbout about(String encoder, int d) {
    return new IndexAbout(
        "models/none",
        encoder,
        "b".repeat(64),
        d,
        "late",
        "fp32",
        new IndexAbout.Patches(2, 2, 8, 0));
  }

  /** Every fifth has the rows of the one before it; one is of 1,500 rows. */
  private Path index() throws IOException {
    Path index = temp.resolve("index");
    IndexFiles.create(index, about(ENCODER, D), false);
    List<Item> items = new ArrayList<>();
    float[] last = rows(1);
    for (int i = 0; i < ITEMS; i++) {
      last = i % 5 == 4 ? last : rows(i == 50 ? 1500 : 1 + random.nextInt(12));
      ObjectNode metadata = Json.object().put("tag", i % 3 == 0 ? "Red Ball" : "x");
      metadata.put("year", 2000 + i % 10).putObject("camera").put("flash", i % 2 == 0);
      Item.About kept =
          new Item.About("p/" + i + ".png", metadata, List.of("caption " + i), null, "");
      String id = i == 9 ? "Z\u00fcrich \"9\"" : "id" + i;
      items.add(new Item(id, Tokens.packed(last, D, last.length / D), kept));
    }
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(items);
      editor.remove(List.of("id7"));
    }
    return index;
  }

  @ParameterizedTest
  @ValueSource(strings = {"--add-modules=jdk.incubator.vector", "-Xshare:auto"})
  void theNodeRanksAsTheEmbeddedEngine(String flag) throws Exception {
    Path file = temp.resolve("all.ndjson");
    try (Snapshot embedded = Snapshot.open(index());
        RunningNode node = RunningNode.start(homeWithAModel(), ZIP, flag)) {
      export(node, embedded, "/pictures", file);
      for (int rows : new int[] {1, 5, 17}) {
        SearchQuery query = SearchQuery.image(ENCODER, rows(rows), D);
        sorted(node, embedded, query, null, null);
        sorted(
            node,
            embedded,
            query,
            "tag:\"Red Ball\" AND year>2003 AND camera.flash:true",
            "{'bool':{'filter':[{'term':{'metadata.tag':'Red Ball'}},"
                + "{'range':{'metadata.year':{'gt':2003}}},"
                + "{'term':{'metadata.camera.flash':true}}]}}");
        scored(node, embedded, query);
      }
      whatIsWrongIsSaid(node);
      withoutRows(node);
      texts(node);
    }
    String log = Files.readString(temp.resolve("node/node.log"));
    assertThat(log.contains("Using incubator modules")).isEqualTo(flag.startsWith("--add"));
  }

  private Path homeWithAModel() throws IOException {
    Path home = Files.createDirectory(temp.resolve("node"));
    Path to = Files.createDirectories(home.resolve("config/filip/small"));
    try (Stream<Path> files = Files.list(MODEL)) {
      for (Path from : files.filter(Files::isRegularFile).toList()) {
        Files.copy(from, to.resolve(from.getFileName()));
      }
    }
    Files.writeString(home.resolve("config/opensearch.yml"), "filip.models: [small]\n");
    return home;
  }

  private static void export(RunningNode node, Snapshot embedded, String to, Path file)
      throws Exception {
    OpenSearchExport.Written written = OpenSearchExport.write(embedded, file, false);
    ObjectNode body = (ObjectNode) Json.read(written.mapping());
    body.putObject("settings").put("number_of_shards", 3).put("number_of_replicas", 0);
    answered(node.send("PUT", to, Json.line(body)));
    JsonNode bulk = answered(node.send("POST", to + "/_bulk?refresh=true", Files.readString(file)));
    assertThat(bulk.path("errors").asBoolean()).as(bulk.toString()).isFalse();
  }

  /** Words that the node encodes rank as words that are encoded outside. */
  private void texts(RunningNode node) throws Exception {
    Path index = temp.resolve("words");
    try (PlainQueryEncoder words = PlainQueryEncoder.open(MODEL, true)) {
      int d = words.width();
      IndexFiles.create(index, about(words.fingerprint(), d), false);
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Item.About kept = new Item.About(null, Json.object(), List.of(), null, "");
        float[] rows = SearchQuery.text(QueryText.literal("thing " + i), words).value().rows();
        items.add(new Item("id" + i, Tokens.packed(rows, d, rows.length / d), kept));
      }
      try (IndexEditor editor = IndexEditor.open(index)) {
        editor.add(items);
      }
      try (Snapshot embedded = Snapshot.open(index)) {
        export(node, embedded, "/words", temp.resolve("words.ndjson"));
        for (String text : List.of("thing 7", "red^2 sofa -dog", "-dog")) {
          SearchQuery query = SearchQuery.text(QueryText.parse(text), words);
          equal(node, embedded, query, Json.object().put("text", text));
          query = SearchQuery.text(QueryText.literal(text), words);
          ObjectNode named = Json.object().put("text", text).put("model", "small");
          equal(node, embedded, query, named.put("literal", true));
          query = SearchQuery.text(QueryText.literal(text), words.global());
          equal(node, embedded, query, named.put("match", "global"));
        }
        for (String wrong :
            List.of(
                "{'text':' '}",
                "{'text':7}",
                "{'text':'a','model':'other'}",
                "{'text':'a','literal':'yes'}",
                "{'text':'a','match':'both'}",
                "{'text':'a','query':'AQA='}")) {
          refused(node, "/words", withParams(json(wrong)), "must be");
        }
      }
    }
    refused(node, "/pictures", withParams(json("{'text':'a'}")), "another model");
  }

  private static ObjectNode withParams(ObjectNode params) {
    SearchQuery any = SearchQuery.image(ENCODER, new float[] {1}, 1);
    ObjectNode body = OpenSearchExport.search(any, ITEMS, null);
    ((ObjectNode) body.at("/sort/0/_script/script")).set("params", params);
    return body;
  }

  private static void equal(
      RunningNode node, Snapshot embedded, SearchQuery query, ObjectNode params) throws Exception {
    String body = Json.line(withParams(params));
    JsonNode hits = answered(node.send("POST", "/words/_search", body)).at("/hits/hits");
    List<Hit> expected = embedded.search(query, ITEMS, null);
    assertThat(hits).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(hits.get(i).at("/_source/id").asText()).isEqualTo(expected.get(i).id());
      assertThat(hits.get(i).path("sort").get(0).asDouble()).isEqualTo(expected.get(i).score());
    }
  }

  private static JsonNode answered(RunningNode.Answer answer) {
    assertThat(answer.status()).as(answer.body().toString()).isBetween(200, 201);
    return answer.body();
  }

  /** Sorted by the script: the very scores and ties. */
  private static void sorted(
      RunningNode node,
      Snapshot embedded,
      SearchQuery query,
      @Nullable String filter,
      @Nullable String clause)
      throws Exception {
    List<Hit> expected = embedded.search(query, ITEMS, filter);
    ObjectNode body = OpenSearchExport.search(query, ITEMS, clause == null ? null : json(clause));
    JsonNode hits =
        answered(node.send("POST", "/pictures/_search", Json.line(body))).at("/hits/hits");
    assertThat(hits).hasSize(expected.size()).isNotEmpty();
    int ties = 0;
    for (int i = 0; i < expected.size(); i++) {
      JsonNode hit = hits.get(i);
      assertThat(hit.at("/_source/id").asText()).isEqualTo(expected.get(i).id());
      assertThat(hit.path("sort").get(0).asDouble()).isEqualTo(expected.get(i).score());
      assertThat(hit.at("/_source/tokens").isMissingNode()).isTrue();
      assertThat(hit.at("/_source/metadata")).isEqualTo(expected.get(i).about().metadata());
      ties += i > 0 && expected.get(i).score() == expected.get(i - 1).score() ? 1 : 0;
    }
    assertThat(ties).isGreaterThanOrEqualTo(filter == null ? ITEMS / 6 : 0);
  }

  /** Rescored behind a first query, with a score of OpenSearch's own kind: one more. */
  private static void scored(RunningNode node, Snapshot embedded, SearchQuery query)
      throws Exception {
    ObjectNode body = json("{'size':20,'query':{'match_all':{}},'explain':true}");
    ObjectNode rescore = body.putObject("rescore").put("window_size", ITEMS);
    ObjectNode inner = rescore.putObject("query").put("query_weight", 0);
    ObjectNode script = inner.putObject("rescore_query").putObject("script_score");
    script.putObject("query").putObject("match_all");
    script.set("script", OpenSearchExport.script(query));
    body.putObject("script_fields").putObject("late").set("script", OpenSearchExport.script(query));
    JsonNode hits =
        answered(node.send("POST", "/pictures/_search", Json.line(body))).at("/hits/hits");
    List<Hit> expected = embedded.search(query, 20, null);
    for (int i = 0; i < expected.size(); i++) {
      JsonNode hit = hits.get(i);
      float score = expected.get(i).score();
      assertThat(hit.path("_score").asDouble()).isCloseTo(1 + score, within(3e-7));
      assertThat(hit.at("/fields/late/0").asDouble()).isCloseTo(score, within(3e-7));
      assertThat(hit.path("_explanation").toString()).contains("late interaction");
    }
  }

  private void whatIsWrongIsSaid(RunningNode node) throws Exception {
    SearchQuery other = SearchQuery.image("f".repeat(64), rows(2), D);
    refused(node, OpenSearchExport.search(other, 3, null), "another model");
    SearchQuery narrow = SearchQuery.image(ENCODER, new float[] {1, 0}, 2);
    refused(node, OpenSearchExport.search(narrow, 3, null), "width 2");
    SearchQuery good = SearchQuery.image(ENCODER, rows(2), D);
    for (String wrong :
        List.of(
            "{'query':'@@'}",
            "{'query':'AQA='}",
            "{}",
            "{'rows':[[1,2]]}",
            "{'rows':[],'encoder':'" + ENCODER + "'}",
            "{'rows':[[1],[1,2]],'encoder':'" + ENCODER + "'}",
            "{'rows':[[1]],'weights':[1,2],'encoder':'" + ENCODER + "'}",
            "{'rows':[['x']],'encoder':'" + ENCODER + "'}",
            "{'querry':'AQA='}")) {
      ObjectNode body = OpenSearchExport.search(good, 3, null);
      ((ObjectNode) body.at("/sort/0/_script/script")).set("params", json(wrong));
      refused(node, body, "must be");
    }
    ObjectNode source = OpenSearchExport.search(good, 3, null);
    ((ObjectNode) source.at("/sort/0/_script/script")).put("source", "nearly");
    refused(node, source, "late_interaction");
  }

  private static void refused(RunningNode node, ObjectNode body, String why) throws Exception {
    refused(node, "/pictures", body, why);
  }

  private static void refused(RunningNode node, String index, ObjectNode body, String why)
      throws Exception {
    RunningNode.Answer answer = node.send("POST", index + "/_search", Json.line(body));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(400);
    assertThat(answer.body().toString()).contains(why);
  }

  /** A query as lists of numbers, and a document that has no rows: it is last. */
  private void withoutRows(RunningNode node) throws Exception {
    answered(node.send("PUT", "/pictures/_doc/none?refresh=true", "{\"id\":\"none\"}"));
    ObjectNode params = Json.object().put("encoder", ENCODER);
    ArrayNode row = params.putArray("rows").addArray();
    float[] numbers = rows(1);
    for (float number : numbers) {
      row.add(number);
    }
    SearchQuery query = SearchQuery.image(ENCODER, numbers, D);
    ObjectNode body = OpenSearchExport.search(query, ITEMS, null);
    JsonNode first =
        answered(node.send("POST", "/pictures/_search", Json.line(body))).at("/hits/hits");
    ((ObjectNode) body.at("/sort/0/_script/script")).set("params", params);
    JsonNode hits =
        answered(node.send("POST", "/pictures/_search", Json.line(body))).at("/hits/hits");
    assertThat(hits).hasSize(ITEMS).isEqualTo(first);
    assertThat(hits.get(ITEMS - 1).path("_id").asText()).isEqualTo("none");
  }

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }
}
