package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.IndexEncoder;
import dev.filip.indexing.Region;
import dev.filip.indexing.Why;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Reasons;
import dev.filip.io.Texts;
import dev.filip.search.Found;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import dev.filip.search.Shards;
import dev.filip.search.Snapshot;
import dev.filip.tensor.ComputeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip search}. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = {
      "Rank the images of an index by words, by a picture, or by both.",
      "red^2 sofa counts red twice; -dog takes away images of dogs (behind -- where the query begins with it)."
    },
    footer = {
      "",
      "Example:",
      "  filip search pictures.index \"red^2 sofa -dog\" -k 5 --filter \"tag:indoor AND year>2010\""
    })
final class SearchCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "INDEX",
      description = "The index; several, INDEX,INDEX,INDEX, are searched as one.")
  private Path index;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "TEXT",
      description = "Words; several arguments are one text.")
  private List<String> text = List.of();

  @Option(names = "--image", paramLabel = "FILE", description = "A picture to search by.")
  private @Nullable Path image;

  @Option(
      names = "--box",
      paramLabel = "X,Y,W,H",
      description =
          "With --image: the part of the picture that is meant, in its pixels, or in fractions where all four are at most 1.")
  private @Nullable String box;

  @Option(
      names = {"-k", "--hits"},
      paramLabel = "N",
      defaultValue = "10",
      description = "Hits. Default: ${DEFAULT-VALUE}.")
  private int k;

  @Option(
      names = "--filter",
      paramLabel = "EXPR",
      description = "Metadata that hits must have, such as tag:x AND year>2010.")
  private @Nullable String filter;

  @Option(
      names = "--exact",
      description =
          "Score every image that the filter lets through, however many. Default: those that one-bit codes find best, above 5,000.")
  private boolean exact;

  @Option(
      names = "--min-probability",
      paramLabel = "P",
      description =
          "Only hits that an unrelated query would not give, with this probability; 0 only says it. Of words, in an index that filip index calibrate measured.")
  private @Nullable Double minProbability;

  @Option(
      names = "--diversity",
      paramLabel = "L",
      defaultValue = "0",
      description =
          "Unlike hits before more of the same: 0 ranks by score alone, 1 by unlikeness alone. Default: ${DEFAULT-VALUE}.")
  private double diversity;

  @Option(
      names = "--group",
      paramLabel = "SIMILARITY",
      description =
          "Show hits that are at least so much like a better one (1: the same picture) as one, the others' ids as same.")
  private @Nullable Double group;

  @Option(names = "--literal", description = "Take ^ and - in the text as they are.")
  private boolean literal;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description = "Texts, one a line, taken as they are, in place of TEXT.")
  private @Nullable Path queries;

  @Option(
      names = "--explain",
      description = "Say which patches each word chose, from the tokens that are kept.")
  private boolean explain;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "With --explain: a folder for heat maps over the hits.")
  private @Nullable Path out;

  @Mixin private ModelOption model;
  @Mixin private DeviceOption device;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Lucene.quiet();
    check();
    List<Path> indexes = Shards.named(index);
    IndexAbout about = IndexAbout.read(indexes.getFirst());
    List<String> texts = queries == null ? List.of() : lines(queries);
    ComputeDevice there = device.choose();
    try (Ahead<IndexEncoder> encoder =
            Ahead.of(() -> IndexEncoder.open(about, model.of(about), image != null, there));
        Snapshot snapshot = Shards.open(indexes)) {
      if (queries != null) {
        new BatchSearch(snapshot, encoder.get().words(), options()).run(texts, answer);
      } else {
        String words = String.join(" ", text);
        one(snapshot, encoder.get().query(words, literal, image, region()));
      }
    }
    return 0;
  }

  private void check() {
    BadInput.require(k >= 1, "-k", k, ">= 1");
    options();
    region();
    BadInput.require(box == null || image != null, "--box", box + "", "given with --image");
    BadInput.require(
        queries == null || text.isEmpty() && image == null && !explain,
        "--queries",
        "with TEXT, --image or --explain",
        "given alone");
    BadInput.require(
        queries != null || !text.isEmpty() || image != null,
        "TEXT",
        "none",
        "words, or --image or --queries in their place");
    BadInput.require(out == null || explain, "--out", out + "", "given with --explain");
    if (out != null) {
      Why.OWN.requireFree(out, force.isOn());
    }
  }

  static List<String> lines(Path file) {
    try {
      List<String> lines =
          Texts.lines(Texts.of(Files.readAllBytes(file))).stream()
              .filter(l -> !l.isBlank())
              .toList();
      BadInput.require(!lines.isEmpty(), "--queries", file, "a file with a text a line");
      return lines;
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }

  private void one(Snapshot snapshot, SearchQuery query) throws IOException {
    long begun = System.nanoTime();
    Found found = snapshot.find(query, options());
    List<Hit> hits = found.hits();
    ObjectNode json = Json.object();
    if (!text.isEmpty()) {
      json.put("query", String.join(" ", text));
    }
    if (image != null) {
      json.put("image", image.toString());
      if (box != null) {
        json.put("box", box);
      }
    }
    json.put("plan", plan(found)).put("items", snapshot.size()).put("scored", found.scored());
    json.put("seconds", (System.nanoTime() - begun) / 1e9);
    ArrayNode all = hits(hits);
    json.set("hits", all);
    if (explain) {
      Why why = Why.of(snapshot.about(), query, hits);
      for (int i = 0; i < hits.size(); i++) {
        ((ObjectNode) all.get(i)).set("why", why.toJson(i));
      }
      if (out != null) {
        why.write(out, force.isOn(), json);
      }
    }
    answer.print(json, lines(all));
  }

  private @Nullable Region region() {
    return box == null ? null : Region.parse("--box", box);
  }

  private SearchOptions options() {
    return new SearchOptions(k, filter, exact, minProbability, diversity, group);
  }

  static String plan(Found found) {
    return found.plan().name().toLowerCase(Locale.ROOT);
  }

  static ArrayNode hits(List<Hit> hits) throws IOException {
    ArrayNode all = Json.mapper().createArrayNode();
    for (Hit hit : hits) {
      all.add(hit.toJson());
    }
    return all;
  }

  static String lines(ArrayNode hits) {
    if (hits.isEmpty()) {
      return "no image";
    }
    boolean likely = hits.get(0).has("probability");
    StringBuilder lines = new StringBuilder(String.format(Locale.ROOT, "%8s  ", "score"));
    lines.append(likely ? "probability  " : "").append("id  path");
    hits.forEach(hit -> {
      lines.append(System.lineSeparator());
      lines.append(String.format(Locale.ROOT, "%8.4f  ", hit.path("score").asDouble()));
      if (likely) {
        lines.append(String.format(Locale.ROOT, "%11.4f  ", hit.path("probability").asDouble()));
      }
      lines.append(BadInput.line(hit.path("id").asText())).append("  ");
      lines.append(BadInput.line(hit.path("path").asText("-")));
      if (!hit.path("same").isEmpty()) {
        lines.append("  and ").append(hit.path("same").size()).append(" like it");
      }
    });
    return lines.toString();
  }
}
