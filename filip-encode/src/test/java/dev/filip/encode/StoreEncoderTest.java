package dev.filip.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.data.LooseSource;
import dev.filip.data.Sample;
import dev.filip.io.BadInput;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenFile.Kind;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreEncoderTest {
  @TempDir Path folder;
  private final FakeEmbedder model = new FakeEmbedder(1, 3, Interaction.LATE);

  /** Every seventh image is broken; captions of one to three; the disk fails from one sample on. */
  private static final class Fakes extends LooseSource {
    private final int size;
    private final int failsFrom;
    private final AtomicInteger reads;

    Fakes(int size, int failsFrom, AtomicInteger reads) {
      this.size = size;
      this.failsFrom = failsFrom;
      this.reads = reads;
    }

    static Fakes of(int size) {
      return new Fakes(size, Integer.MAX_VALUE, new AtomicInteger());
    }

    @Override
    public String describe() {
      return size + " fakes";
    }

    @Override
    protected int count() {
      return size;
    }

    @Override
    protected Sample.Text text(int index) {
      List<String> captions =
          List.of("a ball", "c" + index % 5, "the sky").subList(0, 1 + index % 3);
      return new Sample.Text("s" + index, captions, -1, null);
    }

    @Override
    protected byte[] image(int index) throws IOException {
      if (index >= failsFrom) {
        throw new IOException("the disk is gone");
      }
      reads.incrementAndGet();
      String image = index % 7 == 3 ? "broken" : "ball c" + index % 5 + " sky";
      return image.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public List<String> classNames() {
      return List.of();
    }

    @Override
    public List<String> templates() {
      return List.of();
    }

    @Override
    public String fingerprint() {
      return "fakes " + size;
    }

    @Override
    public String shape() {
      return fingerprint();
    }

    @Override
    public void close() {}
  }

  private static StoreEncoder.Options options(boolean texts, int limit, int part) {
    return new StoreEncoder.Options(Tokens.Type.BF16, texts, limit, part, false, true);
  }

  @ParameterizedTest
  @EnumSource(Tokens.Type.class)
  void aStoreHoldsWhatTheModelGives(Tokens.Type type) throws IOException {
    Path out = folder.resolve("store");
    StoreEncoder.Options options = new StoreEncoder.Options(type, true, 0, 70, false, true);
    StoreEncoder.Result result = new StoreEncoder(model, Fakes.of(150), options).run(out);
    assertThat(result.samples()).isEqualTo(150);
    JsonNode json = result.toJson();
    assertThat(json.at("/skipped/truncated").asInt()).isEqualTo(21);
    assertThat(json.at("/images/items").asInt()).isEqualTo(129);
    assertThat(json.at("/images/files").asInt()).isEqualTo(3);
    assertThat(json.path("images_per_second").asDouble()).isPositive();
    try (TokenStore store = TokenStore.open(out)) {
      store.verify();
      int image = 0;
      TokenFile last = store.files(Kind.IMAGES).get(2);
      for (int i = 140; i < 150; i++) {
        if (i % 7 != 3) {
          assertThat(last.key(image)).isEqualTo("s" + i);
          Embedder.Picture picture = prepared("ball c" + i % 5 + " sky");
          assertThat(last.encoded().tokens().floats(image))
              .isEqualTo(model.as(type).images(List.of(picture)).tokens().floats());
          image++;
        }
      }
      assertThat(image).isEqualTo(last.size());
      assertThat(last.rows().type()).isEqualTo(type);
      TokenFile texts = store.files(Kind.TEXTS).get(0);
      assertThat(texts.keys()).startsWith("s0#0", "s1#0", "s1#1", "s2#0", "s2#1", "s2#2", "s4#0");
      assertThat(texts.rows().floats(1))
          .isEqualTo(model.as(type).texts(List.of("a ball")).tokens().floats());
    }
  }

  private Embedder.Picture prepared(String image) {
    try {
      return model.prepare(image.getBytes(StandardCharsets.UTF_8));
    } catch (Embedder.Unreadable e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theLimitIsSpreadEvenly() throws IOException {
    Path out = folder.resolve("store");
    new StoreEncoder(model, Fakes.of(100), options(false, 5, 2)).run(out);
    try (TokenStore store = TokenStore.open(out)) {
      assertThat(store.files(Kind.IMAGES).stream().flatMap(f -> f.keys().stream()))
          .containsExactly("s0", "s20", "s40", "s60");
      assertThat(store.files(Kind.TEXTS)).isEmpty();
      assertThat(store.summary().at("/skipped/total").asInt()).isEqualTo(1); // s80
    }
  }

  /**
   * The disk fails in the third part: what was whole is not read again, and the bytes are equal.
   */
  @Test
  void itGoesOnWherePartsAreMissing() throws IOException {
    Path whole = folder.resolve("whole");
    new StoreEncoder(model, Fakes.of(100), options(true, 0, 30)).run(whole);
    Path out = folder.resolve("ended");
    Fakes failing = new Fakes(100, 75, new AtomicInteger());
    assertThatThrownBy(() -> new StoreEncoder(model, failing, options(true, 0, 30)).run(out))
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is gone");
    assertThat(out).doesNotExist();
    Fakes again = Fakes.of(100);
    var result = new StoreEncoder(model, again, options(true, 0, 30)).run(out);
    assertThat(result.samples()).isEqualTo(40);
    assertThat(again.reads.get()).isEqualTo(40);
    assertThat(bytes(out)).isEqualTo(bytes(whole));
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("whole", "ended");
  }

  static Map<String, List<Byte>> bytes(Path store) throws IOException {
    Map<String, List<Byte>> all = new TreeMap<>();
    try (var files = Files.list(store)) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        all.put(
            file.getFileName().toString(),
            java.util.stream.IntStream.range(0, bytes.length).mapToObj(i -> bytes[i]).toList());
      }
    }
    return all;
  }

  @Test
  void otherDataOrOptionsDoNotGoOn() {
    Path out = folder.resolve("ended");
    Fakes failing = new Fakes(100, 75, new AtomicInteger());
    assertThatThrownBy(() -> new StoreEncoder(model, failing, options(true, 0, 30)).run(out))
        .isInstanceOf(IOException.class);
    for (StoreEncoder.Options other :
        List.of(options(false, 0, 30), options(true, 50, 30), options(true, 0, 40))) {
      assertThatThrownBy(() -> new StoreEncoder(model, Fakes.of(100), other).run(out))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("unfinished store of another model, source or options");
    }
    assertThatThrownBy(() -> new StoreEncoder(model, Fakes.of(99), options(true, 0, 30)).run(out))
        .isInstanceOf(BadInput.class);
  }

  @Test
  void optionsThatMakeNoSense() {
    assertThatThrownBy(() -> options(true, -1, 3)).hasMessageContaining("limit must be >= 0");
    assertThatThrownBy(() -> options(true, 0, 0)).hasMessageContaining("part must be >= 1");
    assertThatThrownBy(() -> new StoreEncoder(model, Fakes.of(0), options(true, 0, 3)))
        .hasMessageContaining("not empty");
  }
}
