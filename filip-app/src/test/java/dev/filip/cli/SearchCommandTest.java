package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.Filip;
import dev.filip.encode.Match;
import dev.filip.io.Json;
import dev.filip.io.OwnJava;
import dev.filip.search.IndexAbout;
import dev.filip.search.Shards;
import dev.filip.tokens.QueryValue;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * {@code filip index} and {@code filip search} as a user meets them, on a model of the repository.
 */
class SearchCommandTest {
  private static final Path ROOT = Path.of(System.getProperty("filip.root", ".."));
  private static final Path MODEL = ROOT.resolve("models/collages-late");
  private static final int IMAGES = 24;
  @TempDir Path temp;
  private Path source;
  private Path index;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void pictures() throws IOException {
    source = Files.createDirectory(temp.resolve("source"));
    Files.createDirectory(source.resolve("sub"));
    index = temp.resolve("index");
    for (int i = 0; i < IMAGES; i++) {
      String name = String.format(Locale.ROOT, i % 2 == 0 ? "%03d" : "sub/%03d", i);
      byte[] png = AwtImages.png(picture(i));
      Files.write(source.resolve(name + ".png"), i == 17 ? Arrays.copyOf(png, 60) : png);
      Files.writeString(source.resolve(name + ".txt"), "a picture " + i + "\n");
      String tags = i < 12 ? "low" : "high";
      Files.writeString(
          source.resolve(name + ".json"),
          "{\"tag\": \"" + tags + "\", \"year\": " + (2000 + i) + "}");
    }
  }

  private static BufferedImage picture(int i) {
    BufferedImage image = new BufferedImage(40, 50, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 2000; p++) {
      image.setRGB(p % 40, p / 40, Color.HSBtoRGB(i / 24f, p % 40 / 40f, p / 2000f));
    }
    return image;
  }

  private int run(Object... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
  }

  private JsonNode json(Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = "--json";
    for (int i = 0; i < arguments.length; i++) { // before what stands behind --
      if (arguments[i].equals("--")) {
        System.arraycopy(arguments, i, all, i + 1, arguments.length - i);
        all[i] = "--json";
        break;
      }
    }
    assertThat(run(all)).as(err.toString()).isZero();
    return Json.parse(out.toString());
  }

  private void fill() {
    json("index", "create", index, "--model", MODEL);
    JsonNode added = json("index", "add", index, source);
    assertThat(added.path("added").asInt()).isEqualTo(IMAGES - 1);
    assertThat(added.at("/skipped/total").asInt()).isOne();
    assertThat(added.path("items").asInt()).isEqualTo(IMAGES - 1);
  }

  private static List<String> ids(JsonNode hits) {
    return StreamSupport.stream(hits.spliterator(), false).map(h -> h.path("id").asText()).toList();
  }

  /** The order is that of the model's own similarity, and a picture finds itself. */
  @Test
  void aFolderIsFoundAgain() throws IOException {
    fill();
    JsonNode hits = json("search", index, "a", "red", "apple", "-k", 30).path("hits");
    assertThat(hits).hasSize(IMAGES - 1);
    try (Filip filip = Filip.open(MODEL)) {
      for (JsonNode hit : hits) {
        Path file = Path.of(hit.path("path").asText());
        assertThat(file).isRegularFile();
        assertThat(source.relativize(file).toString()).isEqualTo(hit.path("id").asText() + ".png");
        assertThat(Match.of(filip.config().interaction())).isEqualTo(Match.LATE);
        float score =
            filip.similarity(filip.encodeImage(file), filip.encodeText("a red apple")).sText();
        assertThat(hit.path("score").asDouble())
            .isCloseTo(score, org.assertj.core.api.Assertions.within(2e-3));
      }
    }
    assertThat(hits.get(0).at("/metadata/tag").asText()).isIn("low", "high");
    JsonNode same = json("search", index, "--image", source.resolve("sub/005.png"), "-k", 2);
    assertThat(ids(same.path("hits"))).first().isEqualTo("sub/005");
    assertThat(same.at("/hits/0/score").asDouble()).isGreaterThan(0.99);
  }

  @Test
  void filtersWeightsAndUnwantedWords() throws IOException {
    fill();
    assertThat(
            ids(
                json("search", index, "ball", "-k", 30, "--filter", "tag:low AND year>2008")
                    .path("hits")))
        .containsExactlyInAnyOrder("sub/009", "010", "sub/011");
    JsonNode plain = json("search", index, "red apple", "-k", 1);
    JsonNode weighted = json("search", index, "red^3 apple", "-k", 1);
    JsonNode without = json("search", index, "red apple -tree", "-k", 30);
    assertThat(weighted.at("/hits/0/score")).isNotEqualTo(plain.at("/hits/0/score"));
    assertThat(without.path("hits")).hasSize(IMAGES - 1);
    assertThat(json("search", index, "-k", 3, "--", "-tree").path("hits")).hasSize(3);
    Path queries = temp.resolve("queries.txt");
    Files.writeString(queries, "red apple\n\nred^3 apple\n-tree\n");
    JsonNode results = json("search", index, "--queries", queries, "-k", 1).path("results");
    assertThat(results).hasSize(3);
    assertThat(results.get(0).path("hits")).isEqualTo(plain.path("hits"));
    JsonNode literal = json("search", index, "red^3 apple", "--literal", "-k", 1);
    assertThat(results.get(1).path("hits")).isEqualTo(literal.path("hits"));
    assertThat(results.get(2).path("query").asText()).isEqualTo("-tree");
    assertThat(run("search", index, "ball", "--filter", "colour:red")).isEqualTo(2);
    assertThat(err.toString()).contains("it has tag, year").hasLineCount(1);
  }

  @Test
  void nearDuplicatesAreGroupedAndUnlikeHitsComeFirst() throws IOException {
    for (int copy = 0; copy < 3; copy++) {
      Files.copy(source.resolve("000.png"), source.resolve("copy" + copy + ".png"));
      Files.writeString(source.resolve("copy" + copy + ".txt"), "a picture\n");
    }
    json("index", "create", index, "--model", MODEL);
    json("index", "add", index, source);
    JsonNode hits =
        json("search", index, "--image", source.resolve("000.png"), "-k", 3, "--group", 0.999)
            .path("hits");
    assertThat(hits.get(0).path("id").asText()).isEqualTo("000");
    assertThat(hits.get(0).path("same")).hasSizeGreaterThanOrEqualTo(3);
    assertThat(hits.get(0).path("same").toString()).contains("copy0", "copy1", "copy2");
    assertThat(run("search", index, "--image", source.resolve("000.png"), "--group", 0.999))
        .isZero();
    assertThat(out.toString()).containsPattern("000  .*000.png  and \\d+ like it");
    JsonNode unlike = json("search", index, "red", "-k", 5, "--diversity", 0.8).path("hits");
    JsonNode ranked = json("search", index, "red", "-k", 5).path("hits");
    assertThat(unlike.get(0)).isEqualTo(ranked.get(0));
    assertThat(ids(unlike)).isNotEqualTo(ids(ranked));
    assertThat(run("search", index, "red", "--diversity", "2")).isEqualTo(2);
    assertThat(err.toString()).contains("diversity must be in 0..1, got 2.0").hasLineCount(1);
    assertThat(run("search", index, "red", "--group", "0.9", "-k", 500)).isEqualTo(2);
    assertThat(err.toString()).contains("k must be <= 200").hasLineCount(1);
  }

  /** The tokens of the patches it covers are the query, whatever lies beside them. */
  @Test
  void aBoxIsAPartOfAPicture() throws IOException {
    fill();
    Path picture = source.resolve("004.png");
    JsonNode whole = json("search", index, "--image", picture, "-k", 3);
    assertThat(json("search", index, "--image", picture, "--box", "0,0,1,1", "-k", 3).path("hits"))
        .isEqualTo(whole.path("hits"));
    JsonNode part = json("search", index, "--image", picture, "--box", "20,25,20,25", "-k", 3);
    assertThat(part.path("box").asText()).isEqualTo("20,25,20,25");
    assertThat(part.path("hits")).isNotEqualTo(whole.path("hits"));
    assertThat(part.at("/hits/0/id").asText()).isEqualTo("004");
    assertThat(part.at("/hits/0/score").asDouble()).isGreaterThan(0.99);
    assertThat(run("search", index, "--image", picture, "--box", "30,0,30,10")).isEqualTo(2);
    assertThat(err.toString()).contains("within the picture's 40 x 50 pixels").hasLineCount(1);
    assertThat(run("search", index, "--image", picture, "--box", "1,2")).isEqualTo(2);
    assertThat(err.toString()).contains("--box must be four numbers x,y,w,h").hasLineCount(1);
    assertThat(run("search", index, "red", "--box", "0,0,1,1")).isEqualTo(2);
    assertThat(err.toString()).contains("--box must be given with --image").hasLineCount(1);
  }

  /** On so few pictures it is drawn words that are unrelated; the order of hits stays. */
  @Test
  void aProbabilityIsSaidAndCutsHits() throws IOException {
    for (int i = 0; i < 80; i++) {
      Files.write(source.resolve("more" + i + ".png"), AwtImages.png(picture(i)));
      Files.writeString(source.resolve("more" + i + ".txt"), "\n");
    }
    json("index", "create", index, "--model", MODEL);
    json("index", "add", index, source);
    assertThat(run("search", index, "red", "--min-probability", "0.5")).isEqualTo(2);
    assertThat(err.toString()).contains("not calibrated").contains("filip index calibrate");
    JsonNode made = json("index", "calibrate", index, "--count", 40);
    assertThat(made.path("of").asText()).isEqualTo("words");
    assertThat(json("index", "info", index).at("/calibration/queries").asInt()).isEqualTo(40);
    JsonNode all = json("search", index, "red apple", "--min-probability", 0).path("hits");
    assertThat(ids(all)).isEqualTo(ids(json("search", index, "red apple").path("hits")));
    double best = all.get(0).path("probability").asDouble();
    JsonNode cut = json("search", index, "red apple", "--min-probability", best).path("hits");
    assertThat(cut).allMatch(hit -> hit.path("probability").asDouble() >= best);
    assertThat(json("index", "verify", index).path("ok").asBoolean()).isTrue();
    assertThat(run("search", index, "red", "--min-probability", "1")).isEqualTo(2);
    assertThat(run("index", "calibrate", index, "--count", "3")).isEqualTo(2);
    assertThat(err.toString()).contains("--count must be >= 19, got 3").hasLineCount(1);
    assertThat(
            run("search", index, "--image", source.resolve("000.png"), "--min-probability", "0.5"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("must be asked of words alone").hasLineCount(1);
  }

  @Test
  void addedAgainNothingIsEncodedAndWhatChangedIsReplaced() throws IOException {
    fill();
    JsonNode again = json("index", "add", index, source);
    assertThat(again.path("unchanged").asInt()).isEqualTo(IMAGES - 1);
    assertThat(again.path("added").asInt() + again.path("replaced").asInt()).isZero();
    Files.writeString(source.resolve("000.txt"), "another text\n");
    assertThat(json("index", "add", index, source).path("replaced").asInt()).isOne();
    JsonNode removed = json("index", "remove", index, "002", "nobody");
    assertThat(removed.path("removed").asInt()).isOne();
    assertThat(removed.path("missing").asInt()).isOne();
    assertThat(json("index", "compact", index).path("segments").asInt()).isOne();
    assertThat(json("index", "info", index).path("items").asInt()).isEqualTo(IMAGES - 2);
    assertThat(json("index", "verify", index).path("ok").asBoolean()).isTrue();
  }

  @Test
  void aStoreIsAddedWithoutATower() {
    fill();
    json("encode", MODEL, source, "--out", temp.resolve("store"));
    Path other = temp.resolve("other");
    json("index", "create", other, "--model", MODEL);
    assertThat(json("index", "add", other, temp.resolve("store")).path("added").asInt())
        .isEqualTo(IMAGES - 1);
    JsonNode hits = json("search", other, "red apple").path("hits");
    assertThat(ids(hits)).isEqualTo(ids(json("search", index, "red apple").path("hits")));
    assertThat(hits.get(0).path("path").isNull()).isTrue();
    assertThat(json("index", "add", other, temp.resolve("store")).path("unchanged").asInt())
        .isEqualTo(IMAGES - 1);
  }

  /** A file may not grow: one line, exit code 1, the index as it was, and later it goes on. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aWriteThatFailsIsOneLineAndCostsNothing() throws Exception {
    json("index", "create", index, "--model", MODEL);
    json("index", "add", index, source, "--limit", 2);
    Path store = temp.resolve("store");
    json("encode", MODEL, source, "--out", store);
    List<String> add = List.of("index", "add", index.toString(), store.toString());
    List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 64; exec \"$@\"", "sh"));
    command.addAll(OwnJava.command(List.of("-XX:-UsePerfData"), "dev.filip.cli.Main", add));
    Process process =
        new ProcessBuilder(command).redirectError(temp.resolve("said").toFile()).start();
    assertThat(process.getInputStream().readAllBytes()).isEmpty();
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(Files.readAllLines(temp.resolve("said")))
        .filteredOn(line -> line.startsWith("filip: "))
        .singleElement()
        .asString()
        .contains("segment-00000002")
        .endsWith("file too large");
    assertThat(json("index", "info", index).path("items").asInt()).isEqualTo(2);
    assertThat(json("index", "verify", index).path("ok").asBoolean()).isTrue();
    assertThat(json("index", "add", index, store).path("items").asInt()).isEqualTo(IMAGES - 1);
  }

  @Test
  void everyHitCanSayWhy() {
    fill();
    Path pictures = temp.resolve("why");
    JsonNode answer =
        json("search", index, "red apple -tree", "-k", 2, "--explain", "--out", pictures);
    JsonNode why = answer.at("/hits/1/why");
    assertThat(why).hasSize(2);
    JsonNode words = why.get(0);
    assertThat(words.path("text").asText()).isEqualTo("red apple");
    assertThat(words.path("patch_word")).hasSize(6);
    assertThat(words.path("word_score")).hasSameSizeAs(words.path("tokens"));
    assertThat(words.path("word_patch")).allMatch(p -> p.asInt() >= 0 && p.asInt() < 36);
    double sText = words.path("s_text").asDouble();
    JsonNode plain = json("search", index, "red apple", "-k", 30).path("hits");
    String id = answer.at("/hits/1/id").asText();
    for (JsonNode hit : plain) {
      if (hit.path("id").asText().equals(id)) {
        assertThat(hit.path("score").asDouble())
            .isCloseTo(sText, org.assertj.core.api.Assertions.within(1e-5));
      }
    }
    assertThat(pictures.resolve("search.json")).isRegularFile();
    assertThat(pictures.resolve("02-1-alignment.png")).isRegularFile();
    assertThat(pictures.toFile().list((_, name) -> name.startsWith("01-1-word-01"))).hasSize(1);
    assertThat(run("search", index, "--image", source.resolve("000.png"), "--explain"))
        .isEqualTo(2);
  }

  @Test
  void anotherModelIsRefused() {
    fill();
    Path global = ROOT.resolve("models/collages-global");
    assertThat(run("search", index, "apple", "--model", global)).isEqualTo(2);
    assertThat(err.toString()).contains("by another model than the index's").hasLineCount(1);
    json("encode", global, source, "--out", temp.resolve("store"));
    assertThat(run("index", "add", index, temp.resolve("store"))).isEqualTo(2);
    assertThat(err.toString()).contains("by another model than the index's").hasLineCount(1);
    Path cosines = temp.resolve("cosines");
    json("index", "create", cosines, "--model", global);
    json("index", "add", cosines, source, "--limit", 4);
    assertThat(json("search", cosines, "red apple").path("hits")).hasSize(4);
    assertThat(run("search", cosines, "red^2 apple")).isEqualTo(2);
    assertThat(err.toString()).contains("compares images globally").hasLineCount(1);
  }

  @Test
  void damageIsNamedAndWrongUseIsOneLine() throws IOException {
    fill();
    Path tokens = index.resolve("segment-00000001/images.tokens");
    byte[] bytes = Files.readAllBytes(tokens);
    bytes[10_000] ^= 1;
    Files.write(tokens, bytes);
    assertThat(run("index", "verify", index, "--json")).isEqualTo(1);
    JsonNode found = Json.parse(out.toString());
    assertThat(found.path("ok").asBoolean()).isFalse();
    assertThat(found.at("/damaged/0").asText()).contains("images.tokens is damaged: section rows");
    assertThat(run("search", index)).isEqualTo(2);
    assertThat(run("search", temp.resolve("none"), "apple")).isEqualTo(2);
    assertThat(run("search", index, "apple", "-k", 0)).isEqualTo(2);
    assertThat(run("search", index, "apple", "--out", temp.resolve("x"))).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1);
    assertThat(run("index", "create", index, "--model", MODEL)).isEqualTo(2);
    assertThat(run("index", "verify", temp.resolve("none"))).isEqualTo(2);
  }

  /** Spread over three by hand, they answer as the one. */
  @Test
  void severalIndexesAreOneAndAreExported() throws IOException {
    fill();
    JsonNode all = json("search", index, "a red apple", "-k", 30).path("hits");
    List<Path> parts = List.of(temp.resolve("p0"), temp.resolve("p1"), temp.resolve("p2"));
    for (Path part : parts) {
      json("index", "create", part, "--model", MODEL);
      json("index", "add", part, source);
    }
    for (int p = 0; p < parts.size(); p++) {
      List<Object> remove = new ArrayList<>(List.of("index", "remove", parts.get(p)));
      for (String id : ids(all)) {
        if (Shards.of(id, parts.size()) != p) {
          remove.add(id);
        }
      }
      json(remove.toArray());
    }
    String three = parts.get(0) + "," + parts.get(1) + "," + parts.get(2);
    JsonNode found = json("search", three, "a red apple", "-k", 30);
    assertThat(found.path("items").asInt()).isEqualTo(IMAGES - 1);
    assertThat(found.path("hits")).isEqualTo(all);
    Path out = temp.resolve("all.ndjson");
    JsonNode written = json("index", "export", three, "--to", "opensearch", "--out", out);
    assertThat(written.path("items").asInt()).isEqualTo(IMAGES - 1);
    assertThat(Files.readAllLines(out)).hasSize(2 * (IMAGES - 1));
    assertThat(run("index", "query", index, "--to", "opensearch", "-k", 3, "red^2 apple")).isZero();
    JsonNode script = Json.parse(this.out.toString()).at("/sort/0/_script/script");
    QueryValue query =
        QueryValue.of(Base64.getDecoder().decode(script.at("/params/query").asText()));
    assertThat(query.encoder()).isEqualTo(IndexAbout.read(index).encoder().substring(0, 16));
    assertThat(query.weight()[1]).as("red^2").isEqualTo(2 * query.weight()[0]);
    assertThat(run("index", "query", index, "--to", "opensearch")).isEqualTo(2);
    assertThat(run("index", "export", index, "--to", "opensearch", "--out", out)).isEqualTo(2);
    assertThat(err.toString()).contains("--force").hasLineCount(1);
    assertThat(run("search", index + "," + index, "ball")).isEqualTo(2);
    assertThat(err.toString()).contains("named once").hasLineCount(1);
  }
}
