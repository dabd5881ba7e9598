package dev.filip.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.Json;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probabilities, on images of words: each patch is a word's vector and noise. */
class CalibrationTest {
  private static final int NOUNS = 80;
  @TempDir Path temp;
  private Path index;
  private final WordEncoder encoder = new WordEncoder();

  /** A word's vector is what its letters draw; [BOS] and [EOS] fit everything alike. */
  private static final class WordEncoder implements QueryEncoder {
    static float[] vector(String word) {
      return Fixtures.rows(new Random(word.hashCode() * 0x9e3779b97f4a7c15L), 1);
    }

    @Override
    public String fingerprint() {
      return Fixtures.ENCODER;
    }

    @Override
    public int width() {
      return Fixtures.D;
    }

    @Override
    public Text text(String text) {
      List<String> pieces = List.of(text.split(" "));
      int m = pieces.size();
      float[] rows = new float[m * Fixtures.D];
      int[] from = new int[m];
      int[] to = new int[m];
      for (int r = 0; r < m; r++) {
        System.arraycopy(vector(pieces.get(r)), 0, rows, r * Fixtures.D, Fixtures.D);
        to[r] = 1;
      }
      return new Text(text, rows, pieces, from, to);
    }
  }

  private static String caption(Random random, String kind) {
    int words = 1 + random.nextInt(4);
    StringBuilder text = new StringBuilder("a picture of");
    for (int w = 0; w < words; w++) {
      text.append(' ').append(kind).append(random.nextInt(NOUNS));
    }
    return text.toString();
  }

  /** Five patches of its caption's words, and three of nothing. */
  private static Item item(int i, boolean captioned) {
    Random random = new Random(i);
    String caption = caption(random, "noun");
    String[] words = caption.split(" ");
    float[] rows = Fixtures.rows(random, 8);
    for (int k = 0; k < 5; k++) {
      float[] word = WordEncoder.vector(words[words.length - 1 - k % (words.length - 3)]);
      double squares = 0;
      for (int c = 0; c < Fixtures.D; c++) {
        rows[k * Fixtures.D + c] = word[c] + 0.7f * rows[k * Fixtures.D + c];
        squares += rows[k * Fixtures.D + c] * rows[k * Fixtures.D + c];
      }
      for (int c = 0; c < Fixtures.D; c++) {
        rows[k * Fixtures.D + c] /= (float) Math.sqrt(squares);
      }
    }
    List<String> captions = captioned ? List.of(caption) : List.of();
    return new Item(
        "i" + i,
        Tokens.packed(rows, Fixtures.D, 8),
        new Item.About(null, Json.object(), captions, null, ""));
  }

  @BeforeEach
  void make() throws IOException {
    index = temp.resolve("index");
    fill(index, 0, 900, true);
  }

  private static void fill(Path index, int from, int to, boolean captioned) throws IOException {
    if (!Files.exists(index)) {
      IndexFiles.create(index, Fixtures.about(), false);
    }
    List<Item> items = new ArrayList<>();
    for (int i = from; i < to; i++) {
      items.add(item(i, captioned));
    }
    try (IndexEditor editor = IndexEditor.open(index)) {
      editor.add(items);
    }
  }

  private Calibration calibrated(Path index, int queries) throws IOException {
    try (Snapshot snapshot = Snapshot.open(index)) {
      Calibration made = new Calibrator(snapshot, encoder, 1, _ -> {}).ofItself(queries);
      made.write(index, snapshot.about());
      return made;
    }
  }

  private SearchQuery text(String text) {
    return SearchQuery.text(QueryText.literal(text), encoder);
  }

  private double above(double least, List<String> texts) throws IOException {
    try (Snapshot snapshot = Snapshot.open(index)) {
      int count = 0;
      SearchOptions options = SearchOptions.of(5).minProbability(least);
      for (Found found : snapshot.find(texts.stream().map(this::text).toList(), options)) {
        count += found.hits().isEmpty() ? 0 : 1;
        assertThat(found.hits()).allMatch(hit -> hit.probability().orElseThrow() >= least);
      }
      return count / (double) texts.size();
    }
  }

  /** Texts of things that no image shows are cut at the stated rate; of things there, few are. */
  @Test
  void unrelatedQueriesAreCutAtTheStatedRate() throws IOException {
    Calibration made = calibrated(index, 400);
    assertThat(made.toJson().path("of").asText()).isEqualTo("captions");
    assertThat(made.toJson().path("queries").asInt()).isEqualTo(400);
    List<String> unrelated = new ArrayList<>();
    List<String> fitting = new ArrayList<>();
    Random random = new Random(77);
    for (int q = 0; q < 500; q++) {
      unrelated.add(caption(random, "other"));
      fitting.add(item(q, true).about().captions().getFirst());
    }
    for (double least : new double[] {0.5, 0.8, 0.9, 0.95}) {
      double allowed = 1 - least;
      double stray = Math.sqrt(least * allowed / 500 + least * allowed / 200);
      assertThat(above(least, unrelated))
          .as("at %s", least)
          .isBetween(allowed - 4 * stray, allowed + 4 * stray);
      assertThat(above(least, fitting)).isGreaterThan(0.8);
    }
    assertThat(above(0, unrelated)).isOne();
  }

  /** The same bits whatever the order of adding, and after reading. */
  @Test
  void itIsDecidedByImagesAndSeedAlone() throws IOException {
    calibrated(index, 60);
    byte[] first = Files.readAllBytes(index.resolve(Calibration.FILE));
    Path other = temp.resolve("other");
    fill(other, 500, 900, true);
    fill(other, 0, 500, true);
    calibrated(other, 60);
    assertThat(Files.readAllBytes(other.resolve(Calibration.FILE))).isEqualTo(first);
    IndexAbout about = IndexAbout.read(index);
    Calibration.read(index, about).write(other, about);
    assertThat(Files.readAllBytes(other.resolve(Calibration.FILE))).isEqualTo(first);
  }

  /** By hand: five unrelated queries of which the three nearest in length count. */
  @Test
  void theProbabilityIsTheFormulas() {
    float[] axis = new float[2 * Fixtures.D];
    axis[0] = 1; // one image has the query's direction, the other has not
    axis[Fixtures.D + 1] = 1;
    Tokens sample = Tokens.packed(axis, Fixtures.D, 1, 1).as(Tokens.Type.BF16);
    List<Calibration.Best> best =
        List.of(
            new Calibration.Best(1, 2),
            new Calibration.Best(2, 0.5),
            new Calibration.Best(1, 1),
            new Calibration.Best(9, 0),
            new Calibration.Best(9, 7));
    Calibration made = new Calibration("queries", 2, List.of("a", "b"), sample, best);
    float[] query = new float[Fixtures.D];
    query[0] = 1;
    assertThat(
            Calibration.Spread.of(SearchQuery.image(Fixtures.ENCODER, query, Fixtures.D), sample))
        .isEqualTo(new Calibration.Spread(1, 1));
    Calibration.Spread spread = Calibration.Spread.of(9, 0, 0.5f, 0.25f, 8, 0.5f, 0.5f);
    assertThat(spread).isEqualTo(new Calibration.Spread(0.5, 0.25));
    Calibration.Scale scale = made.scale(SearchQuery.text(QueryText.literal("x"), encoder));
    assertThat(scale.nearest()).containsExactly(0.5, 1, 2);
    Calibration.Scale own = new Calibration.Scale(spread, scale.nearest());
    assertThat(own.probability(0.6f)).isEqualTo(1 - 4 / 4.0); // z 0.4
    assertThat(own.probability(0.75f)).isEqualTo(1 - 3 / 4.0); // z 1 is not above 1
    assertThat(own.probability(0.8f)).isEqualTo(1 - 2 / 4.0);
    assertThat(own.probability(3)).isEqualTo(made.most()).isEqualTo(0.75);
  }

  @Test
  void withoutCaptionsWordsAreDrawnAndTextsMayBeGiven() throws IOException {
    Path plain = temp.resolve("plain");
    fill(plain, 0, 150, false);
    assertThat(calibrated(plain, 40).toJson().path("of").asText()).isEqualTo("words");
    try (Snapshot snapshot = Snapshot.open(plain)) {
      Calibrator calibrator = new Calibrator(snapshot, encoder, 1, _ -> {});
      List<String> texts = new ArrayList<>();
      for (int t = 0; t < 25; t++) {
        texts.add("foreign" + t);
      }
      assertThat(calibrator.of(texts).toJson().path("queries").asInt()).isEqualTo(25);
      assertThatThrownBy(() -> calibrator.of(texts.subList(0, 3)))
          .hasMessage("unrelated queries must be >= 19, got 3");
    }
  }

  @Test
  void whatCannotBeToldIsRefused() throws IOException {
    SearchOptions options = SearchOptions.of(3).minProbability(0.9);
    try (Snapshot snapshot = Snapshot.open(index)) {
      assertThatThrownBy(() -> snapshot.find(text("noun1"), options))
          .hasMessageContaining("is not calibrated for probabilities: filip index calibrate");
      assertThat(snapshot.find(text("noun1"), SearchOptions.of(1)).hits().getFirst().probability())
          .isEmpty();
    }
    calibrated(index, 100);
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    try (Snapshot snapshot = Snapshot.open(index)) {
      SearchQuery picture =
          SearchQuery.image(Fixtures.ENCODER, Fixtures.rows(new Random(1), 2), Fixtures.D);
      assertThatThrownBy(() -> snapshot.find(picture.and(text("noun1")), options))
          .hasMessage("a probability must be asked of words alone, got a query with a picture");
      assertThatThrownBy(() -> snapshot.find(text("a"), options.minProbability(0.999)))
          .hasMessageContaining("min-probability must be <= 0.98");
      assertThatThrownBy(() -> options.minProbability(1.0))
          .hasMessageContaining("min-probability must be at least 0 and below 1, got 1.0");
      assertThat(snapshot.info().path("calibration").path("images").asInt()).isEqualTo(900);
      assertThat(snapshot.info().path("calibration").path("fits").asBoolean()).isTrue();
    }
    fill(index, 900, 1900, true);
    try (Snapshot snapshot = Snapshot.open(index)) {
      assertThatThrownBy(() -> snapshot.find(text("noun1"), options))
          .hasMessageContaining("near the 900 it was calibrated with");
      assertThat(snapshot.info().path("calibration").path("fits").asBoolean(true)).isFalse();
    }
    Path file = index.resolve(Calibration.FILE);
    byte[] bytes = Files.readAllBytes(file);
    for (int at : new int[] {0, 5000, bytes.length - 1}) {
      byte[] other = bytes.clone();
      other[at] ^= 4;
      Files.write(file, other);
      assertThat(IndexFiles.verify(index).damage())
          .hasSize(1)
          .first()
          .asString()
          .contains(Calibration.FILE);
    }
    Path few = temp.resolve("few");
    fill(few, 0, 99, true);
    assertThatThrownBy(() -> calibrated(few, 20))
        .hasMessage("images of the index must be >= 100 to calibrate it, got 99");
  }
}
