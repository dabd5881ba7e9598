package dev.filip.search;

import dev.filip.kernel.LateScan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How alike found images are, from the rows that are kept: the mean of both directions' late
 * interaction, {@code (mean_k max_l <a_k, b_l> + mean_l max_k <b_l, a_k>) / 2}, 1 for the same
 * picture. Used by one thread; one image's rows are laid out at a time.
 */
final class ImagePairs {
  private ImagePairs() {}

  /** How alike one image is to each of some others. */
  static float[] alike(Hit one, List<Hit> others) {
    LateScan scan = LateScan.of(one.rows(), one.segment().rows().d());
    float[] alike = new float[others.size()];
    Map<Segment, List<Integer>> bySegment = new HashMap<>();
    for (int i = 0; i < alike.length; i++) {
      bySegment.computeIfAbsent(others.get(i).segment(), _ -> new ArrayList<>()).add(i);
    }
    bySegment.forEach((segment, places) -> {
      int[] items = places.stream().mapToInt(i -> others.get(i).item()).toArray();
      float[] there = new float[items.length];
      float[] back = new float[items.length];
      scan.forward(segment.rows(), items, items.length, there);
      scan.reverse(segment.rows(), items, items.length, back);
      for (int i = 0; i < items.length; i++) {
        alike[places.get(i)] = (there[i] + back[i]) / 2;
      }
    });
    return alike;
  }
}
