package dev.filip.encode;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.kernel.LateInteraction;
import dev.filip.kernel.PairAlignment;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Which word each patch of one image chose, and which patch each word of one text. Patches only:
 * where [CLS] takes part in a model's scores it is left out here. Immutable, but its arrays are not
 * copied.
 *
 * @param words readable tokens, [BOS] to [EOS]
 * @param label indices of the label's tokens
 * @param heads the last token of each part of a given label: {@code {red ball} on a {box}} has two
 * @param pair winners and their cosines, patch by patch and word by word
 * @param cosines {@code [n, m]} of every patch with every word
 */
public record Alignment(
    String text,
    List<String> words,
    Set<Integer> label,
    List<Integer> heads,
    PatchLayout layout,
    PairAlignment pair,
    float[] cosines) {
  public Alignment {
    words = List.copyOf(words);
    label = Set.copyOf(label);
    heads = List.copyOf(heads);
  }

  /** Aligns one encoded image with one encoded text. */
  public static Alignment of(
      LabelledText text, Words words, PatchLayout layout, float[] imageRows, float[] textRows) {
    int m = words.size();
    int d = textRows.length / m;
    float[] patches = Arrays.copyOfRange(imageRows, layout.first() * d, imageRows.length);
    PairAlignment pair = LateInteraction.align(patches, layout.size(), textRows, m, d);
    float[] cosines = cosines(patches, layout.size(), textRows, m, d);
    return new Alignment(
        text.text(), words.pieces(), text.tokens(words), text.heads(words), layout, pair, cosines);
  }

  private static float[] cosines(float[] patches, int n, float[] words, int m, int d) {
    float[] out = new float[n * m];
    for (int k = 0; k < n; k++) {
      for (int r = 0; r < m; r++) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
          sum += (double) patches[k * d + j] * words[r * d + j];
        }
        out[k * m + r] = (float) sum;
      }
    }
    return out;
  }

  /** Cosines of word r with every patch, {@code [n]}. */
  public float[] ofWord(int r) {
    float[] out = new float[layout.size()];
    for (int k = 0; k < out.length; k++) {
      out[k] = cosines[k * words.size() + r];
    }
    return out;
  }

  /** For each patch the best of the label's {@link #heads}, as an index into them. */
  public int[] patchHead() {
    int[] out = new int[layout.size()];
    for (int k = 0; k < out.length; k++) {
      for (int h = 1; h < heads.size(); h++) {
        if (at(k, heads.get(h)) > at(k, heads.get(out[k]))) {
          out[k] = h;
        }
      }
    }
    return out;
  }

  private float at(int patch, int word) {
    return cosines[patch * words.size() + word];
  }

  /** As one entry of {@code texts} in {@code filip explain --json}. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("text", text);
    words.forEach(json.putArray("tokens")::add);
    label.stream().sorted().forEach(json.putArray("label")::add);
    heads.forEach(json.putArray("label_heads")::add);
    json.put("s_image", pair.sImage()).put("s_text", pair.sText());
    ArrayNode patchWord = json.putArray("patch_word");
    ArrayNode patchScore = json.putArray("patch_score");
    for (int row = 0; row < layout.rows(); row++) {
      ArrayNode word = patchWord.addArray();
      ArrayNode score = patchScore.addArray();
      for (int k = row * layout.columns(); k < (row + 1) * layout.columns(); k++) {
        word.add(pair.patchWord()[k]);
        score.add(pair.patchScore()[k]);
      }
    }
    ArrayNode wordScore = json.putArray("word_score");
    ArrayNode wordPatch = json.putArray("word_patch");
    for (int r = 0; r < words.size(); r++) {
      wordScore.add(pair.wordScore()[r]);
      wordPatch.add(pair.wordPatch()[r]);
    }
    return json;
  }
}
