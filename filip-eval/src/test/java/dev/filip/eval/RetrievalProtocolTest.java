package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The paper's prompts, captions that count, folds; one test for each sentence. */
class RetrievalProtocolTest {
  private static RetrievalProtocol protocol(Map<String, String> given) {
    return RetrievalProtocol.of(given);
  }

  /** The paper's table; a caption's own full stop gives way to the template's. */
  @Test
  void promptsAreThePapers() {
    List<String> captions = List.of("Two dogs run .", "a cat");
    RetrievalProtocol flickr = protocol(Map.of("--prompts", "flickr30k"));
    assertThat(flickr.asking(captions))
        .containsExactly("a good photo of Two dogs run.", "a good photo of a cat.");
    assertThat(flickr.chosen(captions))
        .containsExactly(
            "a good photo of the Two dogs run. I hate it.",
            "a good photo of the a cat. I hate it.");
    RetrievalProtocol coco = protocol(Map.of("--prompts", "COCO"));
    assertThat(coco.asking(captions)).isEqualTo(captions);
    assertThat(coco.chosen(captions))
        .containsExactly(
            "a good photo of Two dogs run. It is ugly.", "a good photo of a cat. It is ugly.");
    assertThat(protocol(Map.of()).asking(captions)).isEqualTo(captions);
    assertThat(protocol(Map.of()).chosen(captions)).isEqualTo(captions);
  }

  @Test
  void aPromptOfOnesOwnReplacesThatOfItsDirection() {
    RetrievalProtocol own =
        protocol(Map.of("--prompts", "coco", "--image-to-text-prompt", "see: {label}!"));
    assertThat(own.chosen(List.of("a {} cat."))).containsExactly("see: a {} cat.!");
    assertThat(own.asking(List.of("a cat."))).containsExactly("a cat.");
    assertThat(own.sameTexts()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "--prompts, flickr, '--prompts must be flickr30k, coco or none, got flickr'",
    "--folds, 0, '--folds must be a whole number >= 1, got 0'",
    "--folds, five, '--folds must be a whole number >= 1, got five'",
    "--captions, -1, '--captions must be a whole number >= 1, got -1'",
    "--captions, 99999999999, '--captions must be a whole number >= 1, got 99999999999'",
    "--text-to-image-prompt, a photo, '--text-to-image-prompt: template must be with a place {}, {c} or {label}, got \"a photo\"'",
    "--image-to-text-prompt, '', '--image-to-text-prompt: template must be with a place {}, {c} or {label}, got \"\"'"
  })
  void wrongOptionsAreNamed(String option, String value, String said) {
    assertThatThrownBy(() -> protocol(Map.of(option, value)))
        .isInstanceOf(BadInput.class)
        .hasMessage(said);
  }

  private static FakeSource source() {
    return new FakeSource()
        .add("ball sky", "ball", "a ball")
        .add("box sky", "box")
        .add("tree sky", "tree", "a tree", "tree sky")
        .add("cat sky", "ball cat")
        .add("dog sky", "dog");
  }

  private static RetrievalEval.Result run(Map<String, String> given) throws IOException {
    FakeEmbedder late = new FakeEmbedder(1, 2, Interaction.LATE);
    return RetrievalEval.DEFAULT.with(given).run(late, EvalData.all(source()));
  }

  /** Folds of five images in two: 2 and 3; scores of the whole set stay beside. */
  @Test
  void foldsAreBesideTheWhole() throws IOException {
    JsonNode whole = run(Map.of()).toJson();
    assertThat(whole.has("folds")).isFalse();
    double sum = 0;
    for (String way : List.of("text_to_image", "image_to_text")) {
      for (String k : List.of("r1", "r5", "r10")) {
        sum += 100 * whole.path(way).path(k).asDouble();
      }
    }
    assertThat(whole.path("rsum").asDouble()).isCloseTo(sum, within(1e-9)).isGreaterThan(300);
    JsonNode folded = run(Map.of("--folds", "2")).toJson();
    assertThat(folded.path("text_to_image")).isEqualTo(whole.path("text_to_image"));
    assertThat(folded.path("fingerprint")).isEqualTo(whole.path("fingerprint"));
    assertThat(folded.at("/folds/count").asInt()).isEqualTo(2);
    assertThat(folded.at("/folds/images")).hasToString("[2,3]");
    // "ball cat" is nearer to neither of its fold's balls: there is none there
    assertThat(folded.at("/folds/image_to_text/r10").asDouble()).isEqualTo(1);
    assertThat(folded.at("/folds/rsum").asDouble()).isGreaterThan(whole.path("rsum").asDouble());
  }

  @Test
  void moreFoldsThanImagesAreRefused() {
    assertThatThrownBy(() -> run(Map.of("--folds", "6")))
        .isInstanceOf(BadInput.class)
        .hasMessage("--folds must be at most the number of images, 5, got 6");
  }

  @Test
  void onlyTheFirstCaptionsCount() throws IOException {
    assertThat(run(Map.of()).texts()).isEqualTo(8);
    RetrievalEval.Result one = run(Map.of("--captions", "1"));
    assertThat(one.texts()).isEqualTo(5);
    assertThat(run(Map.of("--captions", "2")).texts()).isEqualTo(7);
    assertThat(one.fingerprint()).isNotEqualTo(run(Map.of()).fingerprint());
  }

  /** Each direction has its own prompt: a word in one of them changes only that one. */
  @Test
  void promptsChangeTheirDirectionOnly() throws IOException {
    JsonNode plain = run(Map.of()).toJson();
    JsonNode spoilt = run(Map.of("--text-to-image-prompt", "{} cat cat cat cat")).toJson();
    assertThat(spoilt.path("image_to_text")).isEqualTo(plain.path("image_to_text"));
    assertThat(spoilt.at("/text_to_image/r1").asDouble())
        .isLessThan(plain.at("/text_to_image/r1").asDouble());
    assertThat(spoilt.path("fingerprint")).isNotEqualTo(plain.path("fingerprint"));
    JsonNode other = run(Map.of("--image-to-text-prompt", "box {}")).toJson();
    assertThat(other.path("text_to_image")).isEqualTo(plain.path("text_to_image"));
    assertThat(other.path("fingerprint")).isNotEqualTo(plain.path("fingerprint"));
  }
}
