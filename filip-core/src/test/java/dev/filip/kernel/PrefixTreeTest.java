package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.tokens.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixTreeTest {
  /** A letter is a row of two numbers. */
  private static Tokens texts(List<String> words) {
    int[] length = words.stream().mapToInt(String::length).toArray();
    float[] rows = new float[2 * Arrays.stream(length).sum()];
    int at = 0;
    for (String word : words) {
      for (char letter : word.toCharArray()) {
        rows[at++] = letter;
        rows[at++] = -letter;
      }
    }
    return Tokens.packed(rows, 2, length);
  }

  private static String told(PrefixTree tree, List<String> words) {
    StringBuilder told = new StringBuilder();
    for (List<PrefixTree.Node> level : tree.levels()) {
      for (PrefixTree.Node node : level) {
        told.append(node.parent() < 0 ? "" : node.parent())
            .append(words.get(node.text()), node.from(), node.to())
            .append(node.leaf() ? "." : node.inner() + ">")
            .append(' ');
      }
      told.append('|');
    }
    return told.toString();
  }

  @Test
  void whatTextsBeginWithStandsOnce() {
    List<String> words =
        List.of(
            "red-fox-a", "red-fox-b", "red-fox-c", "red-owl-a", "red-owl-b", "red-owl-c", "sun");
    assertThat(told(PrefixTree.of(texts(words), 1), words))
        .isEqualTo("red-0> sun. |0fox-0> 0owl-1> |0a. 0b. 0c. 1a. 1b. 1c. |");
  }

  @Test
  void equalTextsAndBeginningsOfOthersEndWhereTheyEnd() {
    List<String> words = List.of("abcdefgh", "abcdefgh", "abcdefghij", "abcdefghik", "x");
    assertThat(told(PrefixTree.of(texts(words), 1), words))
        .isEqualTo("abcdefgh0> x. |0ij. 0ik. 0. 0. |");
  }

  @Test
  void whatWouldSaveNothingIsLeftSideBySide() {
    List<String> few = List.of("red-fox-a", "red-fox-b", "red-fox-c");
    assertThat(PrefixTree.of(texts(few), 4).levels()).hasSize(1);
    List<String> unlike = new ArrayList<>();
    for (char c = 'a'; c <= 'z'; c++) {
      unlike.add(c + "same ending");
    }
    assertThat(PrefixTree.of(texts(unlike), 4).levels()).hasSize(1);
  }
}
