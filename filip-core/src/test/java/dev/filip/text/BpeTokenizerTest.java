package dev.filip.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTokenizerTest {
  private static final List<String> CAPTIONS =
      List.of(
          "a large red striped circle left of a small blue star",
          "a small red square above a large green circle on a sand background",
          "The dog's ball, 25 balls!");

  private static BpeTokenizer trained() {
    return BpeTrainer.train(CAPTIONS, 560, TextBehaviour.TRANSFORMERS);
  }

  @Test
  void textStartsWithBosAndEndsWithEos() {
    BpeTokenizer tokenizer = trained();
    int[] ids = tokenizer.encode("a red circle");
    assertThat(ids[0]).isEqualTo(tokenizer.bos());
    assertThat(ids[ids.length - 1]).isEqualTo(tokenizer.eos());
    assertThat(String.join("", tokenizer.words(ids))).isEqualTo("[BOS]aredcircle[EOS]");
    assertThat(tokenizer.encode("")).containsExactly(tokenizer.bos(), tokenizer.eos());
    assertThat(tokenizer.encode(" \n\t ")).containsExactly(tokenizer.bos(), tokenizer.eos());
  }

  @Test
  void idsLieInClipsOrder() {
    BpeTokenizer tokenizer = trained();
    assertThat(tokenizer.size()).isEqualTo(560);
    assertThat(tokenizer.merges()).isEqualTo(560 - 514);
    assertThat(tokenizer.bos()).isEqualTo(558);
    assertThat(tokenizer.eos()).isEqualTo(559);
    assertThat(tokenizer.encode("!")).containsExactly(558, 256, 559);
    assertThat(tokenizer.words(new int[] {0, 256})).containsExactly("!", "!");
  }

  @Test
  void userTextNeverBecomesASpecialToken() {
    for (TextBehaviour behaviour : TextBehaviour.values()) {
      BpeTokenizer tokenizer = BpeTrainer.train(CAPTIONS, 560, behaviour);
      for (String text :
          List.of("<|endoftext|>", "a <|startoftext|> b", "<end_of_text>", "<start_of_text>x")) {
        int[] ids = tokenizer.encode(text);
        assertThat(java.util.Arrays.copyOfRange(ids, 1, ids.length - 1))
            .as(text)
            .doesNotContain(tokenizer.bos(), tokenizer.eos());
      }
    }
  }

  @Test
  void truncationKeepsEosAndPaddingLiesBeyondTheLength() {
    BpeTokenizer tokenizer = trained();
    TokenBatch batch = tokenizer.batch(List.of("a a a a a a", "a", ""), 5);
    int a = tokenizer.encode("a")[1];
    int bos = tokenizer.bos();
    int eos = tokenizer.eos();
    assertThat(batch.length()).containsExactly(5, 3, 2);
    assertThat(batch.ids())
        .containsExactly(bos, a, a, a, eos, bos, a, eos, eos, eos, bos, eos, eos, eos, eos);
    assertThatThrownBy(() -> tokenizer.batch(List.of("a"), 1)).isInstanceOf(BadInput.class);
  }

  @Test
  void spansLeadBackToTheText() {
    BpeTokenizer tokenizer = trained();
    String text = "A  RED circle, caf\u00e9 \uD83C\uDF88 x";
    TokenSpans spans = tokenizer.encodeWithSpans(text);
    assertThat(spans.ids()).isEqualTo(tokenizer.encode(text));
    assertThat(covered(spans, text, 0, 1)).isEqualTo("A");
    assertThat(covered(spans, text, 3, 6)).isEqualTo("RED");
    assertThat(covered(spans, text, 7, 13)).isEqualTo("circle");
    assertThat(covered(spans, text, 13, 14)).isEqualTo(",");
    int cafe = text.indexOf("caf");
    assertThat(covered(spans, text, cafe, cafe + 4)).isEqualTo("caf\u00e9");
    int balloon = text.indexOf("\uD83C");
    assertThat(covered(spans, text, balloon, balloon + 2)).isEqualTo("\uD83C\uDF88");
    assertThat(spans.tokensIn(1, 3)).as("only spaces").isEmpty();
  }

  private static String covered(TokenSpans spans, String text, int from, int to) {
    int[] tokens = spans.tokensIn(from, to);
    return text.substring(spans.from()[tokens[0]], spans.to()[tokens[tokens.length - 1]]);
  }

  @Test
  void filesReadBackTheSame(@TempDir Path folder) throws IOException {
    BpeTokenizer tokenizer = trained();
    tokenizer.save(folder);
    String text = "the large dog's 25 \uD83C\uDF88";
    int[] ids = tokenizer.encode(text);
    assertThat(BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS).encode(text)).isEqualTo(ids);
    Files.delete(folder.resolve("tokenizer.json"));
    BpeTokenizer again = BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS);
    assertThat(again.encode(text)).isEqualTo(ids);
    assertThat(again.size()).isEqualTo(tokenizer.size());
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b c\n");
    assertThatThrownBy(() -> BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("merge 0 must be two pieces");
    Files.delete(folder.resolve("merges.txt"));
    assertThatThrownBy(() -> BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("neither tokenizer.json nor vocab.json");
  }

  @Test
  void nothingToLearnFromIsSaid() {
    assertThatThrownBy(() -> BpeTrainer.train(List.of(" "), 600, TextBehaviour.TRANSFORMERS))
        .isInstanceOf(BadInput.class);
    assertThatThrownBy(() -> BpeTrainer.train(CAPTIONS, 513, TextBehaviour.TRANSFORMERS))
        .isInstanceOf(BadInput.class);
  }

  @Test
  void threadsShareOneTokenizer() {
    BpeTokenizer tokenizer = trained();
    List<String> texts =
        java.util.stream.IntStream.range(0, 2000).mapToObj(i -> "word" + i * 7919 % 611).toList();
    List<String> alone = texts.stream().map(t -> ids(trained(), t)).limit(3).toList();
    List<String> together = texts.parallelStream().map(t -> ids(tokenizer, t)).toList();
    assertThat(together.subList(0, 3)).isEqualTo(alone);
    assertThat(texts.stream().map(t -> ids(tokenizer, t)).toList()).isEqualTo(together);
  }

  private static String ids(BpeTokenizer tokenizer, String text) {
    return java.util.Arrays.toString(tokenizer.encode(text));
  }

  @Test
  void aByteTheVocabularyLacksIsUnknown(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("vocab.json"),
        "{\"a\": 7, \"b</w>\": 3, \"ab</w>\": 5, \"<|startoftext|>\": 0, \"<|endoftext|>\": 9}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b</w>\n");
    BpeTokenizer tokenizer = BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS);
    assertThat(tokenizer.size()).isEqualTo(10);
    assertThat(tokenizer.encode("ab AAB b xb")).containsExactly(0, 5, 7, 5, 3, 9, 3, 9);
    TokenSpans spans = tokenizer.encodeWithSpans("ab xb");
    assertThat(spans.from()).containsExactly(0, 0, 3, 4, 5);
    assertThat(spans.to()).containsExactly(0, 2, 4, 5, 5);
    assertThat(tokenizer.words(new int[] {0, 5, 9})).containsExactly("[BOS]", "ab", "[EOS]");
    assertThatThrownBy(() -> tokenizer.words(new int[] {10})).isInstanceOf(BadInput.class);
  }

  @Test
  void namesOfTheEndsComeFromTheFolder(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("vocab.json"), "{\"a</w>\": 0, \"<s>\": 1, \"</s>\": 2}");
    Files.writeString(folder.resolve("merges.txt"), "");
    Files.writeString(
        folder.resolve("special_tokens_map.json"),
        "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\"}");
    BpeTokenizer tokenizer = BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS);
    assertThat(tokenizer.encode("a")).containsExactly(1, 0, 2);
    Files.delete(folder.resolve("special_tokens_map.json"));
    assertThatThrownBy(() -> BpeTokenizer.load(folder, TextBehaviour.TRANSFORMERS))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("<|startoftext|>");
  }
}
