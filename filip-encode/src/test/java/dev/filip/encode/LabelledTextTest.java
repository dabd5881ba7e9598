package dev.filip.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Interaction;
import dev.filip.io.BadInput;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LabelledTextTest {
  private final FakeEmbedder model = new FakeEmbedder(1, 1, Interaction.LATE);

  private Set<Integer> tokens(LabelledText text) {
    return text.tokens(model.words(text.text()));
  }

  @Test
  void bracesMarkAndVanish() {
    LabelledText text = LabelledText.parse("a photo of a {electric locomotive}");
    assertThat(text.text()).isEqualTo("a photo of a electric locomotive");
    assertThat(tokens(text)).containsExactly(5, 6);
    assertThat(tokens(LabelledText.parse("{ball} and {box}"))).containsExactly(1, 3);
    assertThat(LabelledText.parse("odd } { braces").text()).isEqualTo("odd } { braces");
  }

  @Test
  void namedLabelIsFoundAsWholeWords() {
    assertThat(tokens(LabelledText.of("Ball on a football ball", "ball"))).containsExactly(1, 5);
    assertThatThrownBy(() -> LabelledText.of("a football", "ball"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("'ball'")
        .hasMessageContaining("'a football'");
  }

  @Test
  void withoutALabelItIsTheContentWords() {
    assertThat(tokens(LabelledText.parse("a red ball left of the box ."))).containsExactly(2, 3, 7);
  }

  @Test
  void piecesOfOneWordAreJudgedTogether() {
    // "avocado" as pieces "a" and "vocado"
    Words pieces =
        new Words(
            List.of("[BOS]", "a", "vocado", "[EOS]"),
            new int[] {0, 0, 1, 7},
            new int[] {0, 1, 7, 7});
    assertThat(LabelledText.parse("avocado").tokens(pieces)).containsExactly(1, 2);
    assertThat(pieces.last(0, 7)).isEqualTo(2);
    Words cut = new Words(List.of("[BOS]", "a", "[EOS]"), new int[] {0, 0, 7}, new int[] {0, 1, 7});
    assertThat(cut.last(0, 7)).isEqualTo(1);
  }
}
