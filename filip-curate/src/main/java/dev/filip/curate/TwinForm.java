package dev.filip.curate;

import dev.filip.codes.CodeForm;
import java.util.ArrayList;
import java.util.List;

/**
 * How mean tokens become codes: the signs of several rotations of each, less the mean of all. A
 * narrow model's 64 signs tell too little, as many again of another rotation tell more. Immutable.
 */
final class TwinForm {
  /** Bits of a code, or more where a model is wider. */
  static final int BITS = 512;

  private static final long SEED = 20_221;

  private final List<CodeForm> forms = new ArrayList<>();

  /**
   * @param mean {@code [d]} of all images
   * @param bits of a code at least
   */
  TwinForm(float[] mean, int bits) {
    do {
      forms.add(new CodeForm(mean, SEED + forms.size()));
    } while (words() * Integer.SIZE < bits);
  }

  /** 32-bit words of a code. */
  int words() {
    return forms.size() * forms.getFirst().words();
  }

  /**
   * Codes of some images.
   *
   * @param rows {@code [count,d]}, an image each
   * @return {@code [count,words]}
   */
  int[] codes(float[] rows) {
    int count = rows.length / forms.getFirst().d();
    int part = forms.getFirst().words();
    int[] codes = new int[count * words()];
    int[] some = new int[count * part];
    for (int f = 0; f < forms.size(); f++) {
      forms.get(f).encode(rows, some, 0, new short[count], 0);
      for (int i = 0; i < count; i++) {
        System.arraycopy(some, i * part, codes, i * words() + f * part, part);
      }
    }
    return codes;
  }
}
