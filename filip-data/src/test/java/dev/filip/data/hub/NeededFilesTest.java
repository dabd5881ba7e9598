package dev.filip.data.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are fetched, of what names, and what the environment says. */
class NeededFilesTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "config.json model.safetensors pytorch_model.bin, model.safetensors",
    "config.json model.safetensors.index.json pytorch_model.bin, model.safetensors.index.json",
    "config.json pytorch_model.bin pytorch_model.bin.index.json, pytorch_model.bin",
    "config.json open_clip_config.json open_clip_model.safetensors model.safetensors,"
        + " open_clip_model.safetensors",
    "config.json open_clip_config.json model.safetensors, model.safetensors",
    "open_clip_config.json open_clip_pytorch_model.bin, open_clip_pytorch_model.bin",
  })
  void weights(String available, String weights) {
    NeededFiles needed = NeededFiles.of(Set.of(available.split(" ")), "m");
    assertThat(needed.weights()).isEqualTo(weights);
    assertThat(needed.small())
        .containsExactly(weights.startsWith("open") ? "open_clip_config.json" : "config.json");
    assertThat(needed.inShards()).isEqualTo(weights.endsWith("index.json"));
  }

  @ParameterizedTest
  @CsvSource({
    "model.safetensors README.md, hf:x has neither config.json nor open_clip_config.json",
    "config.json flax_model.msgpack, hf:x has no weights: none of model.safetensors",
    "open_clip_config.json README.md, hf:x has no weights: none of open_clip_model.safetensors",
  })
  void noModel(String available, String words) {
    assertThatThrownBy(() -> NeededFiles.of(Set.of(available.split(" ")), "hf:x"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(words);
  }

  @Test
  void shardsAreFilesOfTheModel() throws IOException {
    Set<String> all = Set.of("config.json", "model.safetensors.index.json", "m-1.safetensors");
    NeededFiles needed = NeededFiles.of(all, "m");
    Path index = temp.resolve("index");
    Files.writeString(
        index, "{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-1.safetensors\"}}");
    assertThat(needed.shards(index, all, "m")).containsExactly("m-1.safetensors");
    for (String bad : List.of("../../x", "m-2.safetensors", "")) {
      Files.writeString(index, "{\"weight_map\":{\"a\":\"" + bad + "\"}}");
      assertThatThrownBy(() -> needed.shards(index, all, "m")).isInstanceOf(BadInput.class);
    }
    Files.writeString(index, "{}");
    assertThatThrownBy(() -> needed.shards(index, all, "m"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("weight_map");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf:",
        "hf:one",
        "hf:a/b/c",
        "hf:../b",
        "hf:a/..",
        "hf:a--b/c",
        "hf:a/b@",
        "hf:a/b@../x",
        "hf:a/b@x//y",
        "hf:a/b@x/",
        "hf:a b/c",
        "hf:a/b@-x"
      })
  void namesThatAreNone(String source) {
    assertThatThrownBy(() -> HubModel.of(source))
        .isInstanceOf(BadInput.class)
        .hasMessageNotContaining("null");
  }

  @Test
  void names() {
    assertThat(HubModel.of("hf:openai/clip-vit-base-patch32"))
        .isEqualTo(new HubModel("openai", "clip-vit-base-patch32", "main"));
    assertThat(HubModel.of("hf:a/b@refs/pr/1")).hasToString("hf:a/b@refs/pr/1");
  }

  @Test
  void theEnvironment() throws IOException {
    HubSettings plain = HubSettings.of(Map.of(), temp);
    assertThat(plain.endpoint()).hasToString("https://huggingface.co");
    assertThat(plain.cache()).isEqualTo(temp.resolve(".cache/huggingface/hub"));
    assertThat(plain.token()).isEmpty();
    assertThat(plain.offline()).isFalse();

    Path home = Files.createDirectory(temp.resolve("h"));
    Files.writeString(home.resolve("token"), "from_file\n");
    Map<String, String> some =
        Map.of("HF_HOME", "~/h", "HF_HUB_OFFLINE", "Yes", "HF_ENDPOINT", "http://x:1/");
    HubSettings said = HubSettings.of(some, temp);
    assertThat(said.cache()).isEqualTo(home.resolve("hub"));
    assertThat(said.token().orElseThrow().value()).isEqualTo("from_file");
    assertThat(said.offline()).isTrue();
    assertThat(said.endpoint()).hasToString("http://x:1");

    String h = home.toString();
    assertThat(token(Map.of("HF_HOME", h, "HF_TOKEN", "a", "HUGGING_FACE_HUB_TOKEN", "b")))
        .isEqualTo("a");
    assertThat(token(Map.of("HF_HOME", h, "HF_TOKEN", "", "HUGGING_FACE_HUB_TOKEN", "b")))
        .isEqualTo("b");
    assertThat(
            HubSettings.of(Map.of("HF_HOME", h, "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), temp)
                .token())
        .isEmpty();
    assertThat(HubSettings.of(Map.of("HF_HUB_CACHE", "/c", "HF_HOME", h), temp).cache())
        .isEqualTo(Path.of("/c"));
  }

  private String token(Map<String, String> environment) {
    return HubSettings.of(environment, temp).token().orElseThrow().value();
  }

  @ParameterizedTest
  @ValueSource(strings = {"huggingface.co", "ftp://x", "http://me:secret@x", "http://", "a b"})
  void anEndpointThatIsNone(String endpoint) {
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", endpoint), temp))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("HF_ENDPOINT")
        .hasMessageNotContaining("secret");
  }
}
