package dev.filip.bench;

import dev.filip.folder.ModelFiles;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Item;
import dev.filip.textmodel.TextModel;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An index of made-up images that a model folder's queries can be asked of, for measuring time, not
 * recall: a token is a mean of all, its image's own direction and noise, each of the same length.
 */
public final class MadeIndex {
  private static final int COMMIT = 2048;

  private MadeIndex() {}

  /**
   * @param arguments MODEL, INDEX to make, number of images, rows of an image
   */
  public static void main(String... arguments) throws IOException {
    Path index = Path.of(arguments[1]);
    int images = Integer.parseInt(arguments[2]);
    int rows = Integer.parseInt(arguments[3]);
    try (TextModel model = TextModel.open(Path.of(arguments[0]))) {
      int d = ModelFiles.readConfig(Path.of(arguments[0])).embedDim();
      IndexFiles.create(index, about(arguments[0], model, d, rows), false);
      Random random = new Random(1);
      float[] mean = direction(random, d);
      try (IndexEditor editor = IndexEditor.open(index)) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < images; i++) {
          items.add(item(i, image(random, mean, rows), d));
          if (items.size() == COMMIT || i == images - 1) {
            editor.add(items);
            items.clear();
          }
        }
        System.out.println(editor.now().info());
      }
    }
  }

  private static IndexAbout about(String folder, TextModel model, int d, int rows) {
    return new IndexAbout(
        Path.of(folder).toAbsolutePath().toString(),
        model.fingerprint("fp32"),
        Digests.sha256(""),
        d,
        "late",
        "fp32",
        new IndexAbout.Patches(rows, 1, 32, 0));
  }

  private static Item item(int i, float[] rows, int d) {
    return new Item(
        "made" + i,
        Tokens.packed(rows, d, rows.length / d),
        new Item.About(null, Json.object().put("number", i), List.of(), null, ""));
  }

  private static float[] image(Random random, float[] mean, int rows) {
    int d = mean.length;
    float[] own = direction(random, d);
    float[] all = new float[rows * d];
    for (int r = 0; r < rows; r++) {
      float[] noise = direction(random, d);
      double squares = 0;
      for (int c = 0; c < d; c++) {
        float value = mean[c] + own[c] + noise[c];
        all[r * d + c] = value;
        squares += (double) value * value;
      }
      for (int c = 0; c < d; c++) {
        all[r * d + c] /= (float) Math.sqrt(squares);
      }
    }
    return all;
  }

  private static float[] direction(Random random, int d) {
    float[] x = new float[d];
    double squares = 0;
    for (int c = 0; c < d; c++) {
      x[c] = (float) random.nextGaussian();
      squares += (double) x[c] * x[c];
    }
    for (int c = 0; c < d; c++) {
      x[c] /= (float) Math.sqrt(squares);
    }
    return x;
  }
}
