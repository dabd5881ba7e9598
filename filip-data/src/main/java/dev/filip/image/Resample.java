package dev.filip.image;

import dev.filip.io.BadInput;
import dev.filip.kernel.ResizeWeights.Filter;
import org.jspecify.annotations.Nullable;

/** PIL's resampling filters by the numbers that preprocessor files use. */
public enum Resample {
  NEAREST(null),
  LANCZOS(Filter.LANCZOS),
  BILINEAR(Filter.BILINEAR),
  BICUBIC(Filter.BICUBIC),
  BOX(Filter.BOX),
  HAMMING(Filter.HAMMING);

  private final @Nullable Filter filter;

  Resample(@Nullable Filter filter) {
    this.filter = filter;
  }

  /** The kernel's filter; null for nearest neighbour. */
  @Nullable Filter filter() {
    return filter;
  }

  /** By PIL's number: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming. */
  public static Resample of(int number) {
    BadInput.require(number >= 0 && number < values().length, "resample", number, "from 0 to 5");
    return values()[number];
  }
}
