package dev.filip.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.TokenFile.Kind;
import dev.filip.tokens.Tokens.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenStoreTest {
  private static final TokenFile.About IMAGES =
      new TokenFile.About(Kind.IMAGES, Type.BF16, 2, false, "a".repeat(64), "b".repeat(64));
  private static final JsonNode REQUEST = Json.object().put("source", "x");

  @TempDir Path folder;

  private Path out() {
    return folder.resolve("store");
  }

  private Path work() {
    return folder.resolve(".store.unfinished");
  }

  private static void part(TokenStoreWriter store, int part) throws IOException {
    try (TokenWriter writer = store.part(IMAGES, part)) {
      writer.append(Tokens.packed(new float[] {part, 1, 2, 3}, 2, 2), List.of("item " + part));
      writer.finish(Json.object().put("part", part));
    }
  }

  private void finish(TokenStoreWriter store) throws IOException {
    for (int part = 0; part < 3; part++) {
      if (store.whole(IMAGES, part).isEmpty()) {
        part(store, part);
      }
    }
    store.finish(3, List.of(Kind.IMAGES), Json.object().put("note", 1));
  }

  @Test
  void partsMakeOneStore() throws IOException {
    try (TokenStoreWriter store = new TokenStoreWriter(out(), REQUEST, false)) {
      finish(store);
    }
    assertThat(work()).doesNotExist();
    try (TokenStore store = TokenStore.open(out())) {
      store.verify();
      assertThat(store.items(Kind.IMAGES)).isEqualTo(3);
      assertThat(store.files(Kind.IMAGES).get(2).rows().floats()).containsExactly(2, 1, 2, 3);
      assertThat(store.files(Kind.TEXTS)).isEmpty();
      assertThat(store.summary().at("/images/tokens").asInt()).isEqualTo(6);
      assertThat(store.summary().path("note").asInt()).isEqualTo(1);
      assertThat(store.summary().path("type").asText()).isEqualTo("bf16");
    }
    assertThatThrownBy(() -> new TokenStoreWriter(out(), REQUEST, false).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("exists already");
  }

  @Test
  void whatWasEndedGoesOnAndDamagedPartsAreMadeAgain() throws IOException {
    try (TokenStoreWriter store = new TokenStoreWriter(out(), REQUEST, false)) {
      part(store, 0);
      part(store, 1);
    }
    assertThat(out()).doesNotExist();
    Path second = work().resolve("images-00001.tokens");
    byte[] bytes = Files.readAllBytes(second);
    bytes[4097] ^= 1;
    Files.write(second, bytes);
    Files.write(work().resolve(".images-00002.tokens.unfinished"), new byte[] {1, 2});
    try (TokenStoreWriter store = new TokenStoreWriter(out(), REQUEST, false)) {
      assertThat(store.whole(IMAGES, 0).orElseThrow().path("part").asInt()).isZero();
      assertThat(store.whole(IMAGES, 1)).isEmpty();
      assertThat(second).doesNotExist();
      finish(store);
    }
    assertThat(out().toFile().list())
        .containsExactlyInAnyOrder(
            "images-00000.tokens",
            "images-00001.tokens",
            "images-00002.tokens",
            "request.json",
            "store.json");
    try (TokenStore store = TokenStore.open(out())) {
      store.verify();
    }
  }

  @Test
  void anotherRequestDoesNotGoOn() throws IOException {
    JsonNode other = Json.object().put("source", "y");
    try (TokenStoreWriter store = new TokenStoreWriter(out(), REQUEST, false)) {
      part(store, 0);
    }
    assertThatThrownBy(() -> new TokenStoreWriter(out(), other, false).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("unfinished store of another");
    try (TokenStoreWriter store = new TokenStoreWriter(out(), other, true)) {
      assertThat(store.whole(IMAGES, 0)).isEmpty();
      finish(store);
    }
    try (TokenStoreWriter store = new TokenStoreWriter(out(), REQUEST, true)) {
      finish(store);
    }
    assertThat(Json.read(out().resolve("request.json"))).isEqualTo(REQUEST);
    assertThat(folder.toFile().list()).containsExactly("store");
  }

  @Test
  void oneWriterAtATime() throws IOException {
    try (TokenStoreWriter store = new TokenStoreWriter(out(), REQUEST, false)) {
      part(store, 0);
      assertThatThrownBy(() -> new TokenStoreWriter(out(), REQUEST, false).close())
          .hasMessageContaining("written by another process");
      assertThat(store.whole(IMAGES, 0)).isPresent();
    }
  }

  @Test
  void whatIsNotAWholeStoreIsRefused() throws IOException {
    assertThatThrownBy(() -> TokenStore.open(folder).close()).isInstanceOf(BadInput.class);
    try (TokenStoreWriter store = new TokenStoreWriter(out(), REQUEST, false)) {
      finish(store);
    }
    TokenFile.About foreign =
        new TokenFile.About(Kind.IMAGES, Type.BF16, 2, false, "c".repeat(64), "b".repeat(64));
    Path last = out().resolve("images-00002.tokens");
    try (TokenWriter writer = new TokenWriter(last, foreign)) {
      writer.append(Tokens.packed(new float[] {1, 2}, 2, 1), List.of("k"));
      writer.finish(Json.object());
    }
    assertThatThrownBy(() -> TokenStore.open(out()).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("images-00002.tokens is of another encoder");
    try (TokenWriter writer = new TokenWriter(last, IMAGES)) {
      writer.finish(Json.object());
    }
    assertThatThrownBy(() -> TokenStore.open(out()).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("must be 3, as store.json says, got 2");
    Files.delete(last);
    assertThatThrownBy(() -> TokenStore.open(out()).close())
        .isInstanceOf(java.nio.file.NoSuchFileException.class);
  }
}
