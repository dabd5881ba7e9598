package dev.filip.search;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.tokens.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Small indexes of made-up vectors. */
final class Fixtures {
  static final int D = 24;
  static final String ENCODER = "a".repeat(64);

  private Fixtures() {}

  static IndexAbout about() {
    return new IndexAbout(
        "models/none",
        ENCODER,
        "b".repeat(64),
        D,
        "late",
        "fp32",
        new IndexAbout.Patches(2, 2, 8, 0));
  }

  static float[] rows(Random random, int count) {
    float[] rows = new float[count * D];
    for (int r = 0; r < count; r++) {
      double square = 0;
      for (int c = 0; c < D; c++) {
        rows[r * D + c] = (float) random.nextGaussian();
        square += rows[r * D + c] * rows[r * D + c];
      }
      for (int c = 0; c < D; c++) {
        rows[r * D + c] /= (float) Math.sqrt(square);
      }
    }
    return rows;
  }

  static Item item(String id, float[] rows, ObjectNode metadata, byte @Nullable [] thumbnail) {
    return new Item(
        id,
        Tokens.packed(rows, D, rows.length / D),
        new Item.About(
            "pictures/" + id + ".png", metadata, List.of("text of " + id), thumbnail, ""));
  }

  /** Of rows that its id decides. */
  static Item item(String id, ObjectNode metadata) {
    Random random = new Random(id.hashCode());
    return item(id, rows(random, 1 + random.nextInt(9)), metadata, null);
  }

  static Item item(String id) {
    return item(id, Json.object());
  }

  static List<Item> items(String prefix, int count) {
    List<Item> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(item(prefix + i));
    }
    return all;
  }

  /** Each word is an axis of its own, with [BOS] and [EOS] on the two last ones. */
  static final class AxisEncoder implements QueryEncoder {
    private final List<String> words = new ArrayList<>();

    float[] axis(String word) {
      if (!words.contains(word)) {
        words.add(word);
      }
      return axis(words.indexOf(word));
    }

    static float[] axis(int i) {
      float[] row = new float[D];
      row[i] = 1;
      return row;
    }

    /** An image whose patches are words. */
    float[] image(String... patches) {
      float[] rows = new float[patches.length * D];
      for (int k = 0; k < patches.length; k++) {
        System.arraycopy(axis(patches[k]), 0, rows, k * D, D);
      }
      return rows;
    }

    @Override
    public String fingerprint() {
      return ENCODER;
    }

    @Override
    public int width() {
      return D;
    }

    @Override
    public Text text(String text) {
      String[] words = text.split(" ");
      int m = words.length + 2;
      float[] rows = new float[m * D];
      int[] from = new int[m];
      int[] to = new int[m];
      List<String> pieces = new ArrayList<>(List.of("[BOS]"));
      System.arraycopy(axis(D - 2), 0, rows, 0, D);
      System.arraycopy(axis(D - 1), 0, rows, (m - 1) * D, D);
      int at = 0;
      for (int r = 0; r < words.length; r++) {
        System.arraycopy(axis(words[r]), 0, rows, (r + 1) * D, D);
        from[r + 1] = at;
        to[r + 1] = at + words[r].length();
        at = to[r + 1] + 1;
        pieces.add(words[r]);
      }
      pieces.add("[EOS]");
      return new Text(text, rows, pieces, from, to);
    }
  }

  static List<String> ids(List<Hit> hits) {
    return hits.stream().map(Hit::id).toList();
  }

  static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }

  static float[] copy(float[] rows) {
    return Arrays.copyOf(rows, rows.length);
  }
}
