package dev.filip.search;

import dev.filip.tokens.Tokens;
import java.util.Arrays;

/**
 * Fewer rows an image: its patches are put together by hierarchical clustering, and a cluster keeps
 * the mean of its rows, made a unit row (token pooling, Clavie, Chaffin and Adams 2024, who take
 * Ward's linkage, too). At each step those two clusters become one whose merging adds least to the
 * squares of the distances from their means; of equal ones the first. In double and in one order:
 * the same on every machine. Rows before the patches ([CLS]) stay as they are. Used once an image.
 */
final class TokenPooling {
  private final int n;

  /** {@code [n, n]}: what merging two clusters would add, twice. */
  private final double[] cost;

  private final int[] size;

  /** The first row of the cluster that each row is in. */
  private final int[] cluster;

  private TokenPooling(float[] rows, int d, int first) {
    n = rows.length / d - first;
    cost = new double[n * n];
    size = new int[n];
    cluster = new int[n];
    Arrays.fill(size, 1);
    for (int i = 0; i < n; i++) {
      cluster[i] = i;
      for (int j = 0; j < i; j++) {
        double square = 0;
        for (int c = 0; c < d; c++) {
          double off = (double) rows[(first + i) * d + c] - rows[(first + j) * d + c];
          square += off * off;
        }
        cost[i * n + j] = square;
        cost[j * n + i] = square;
      }
    }
  }

  /**
   * The item as an index keeps it.
   *
   * @return the item itself where the index does not pool, it is pooled already, or it has no more
   *     patches than that
   */
  static Item of(Item item, IndexAbout about) {
    int first = about.patches().first();
    Tokens tokens = item.tokens();
    boolean stays = about.pool() == 0 || item.about().pooled() != null;
    if (stays || tokens.length(0) - first <= about.pool()) {
      return item;
    }
    float[] rows = tokens.floats(0);
    int[] pooled = new TokenPooling(rows, about.d(), first).pooled(first, about.pool());
    float[] kept = means(rows, about.d(), pooled, first + about.pool());
    return new Item(
        item.id(),
        Tokens.packed(kept, about.d(), first + about.pool()),
        item.about().pooled(pooled));
  }

  /** Of each row the kept row it goes to; clusters are in the order of their first rows. */
  private int[] pooled(int first, int clusters) {
    for (int left = n; left > clusters; left--) {
      merge();
    }
    int[] number = new int[n];
    int[] pooled = new int[first + n];
    int count = 0;
    for (int r = 0; r < first; r++) {
      pooled[r] = count++;
    }
    for (int i = 0; i < n; i++) {
      if (cluster[i] == i) {
        number[i] = count++;
      }
      pooled[first + i] = number[cluster[i]];
    }
    return pooled;
  }

  private void merge() {
    int a = -1;
    int b = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n && cluster[i] == i; j++) {
        if (cluster[j] == j && cost[i * n + j] < least) {
          least = cost[i * n + j];
          a = i;
          b = j;
        }
      }
    }
    for (int k = 0; k < n; k++) {
      if (cluster[k] == k && k != a && k != b) { // Lance and Williams' form of Ward's linkage
        double all = size[a] + size[b] + size[k];
        double with =
            ((size[a] + size[k]) * cost[a * n + k]
                    + (size[b] + size[k]) * cost[b * n + k]
                    - size[k] * least)
                / all;
        cost[a * n + k] = with;
        cost[k * n + a] = with;
      }
    }
    size[a] += size[b];
    for (int i = 0; i < n; i++) {
      if (cluster[i] == b) {
        cluster[i] = a;
      }
    }
  }

  private static float[] means(float[] rows, int d, int[] pooled, int kept) {
    double[] sum = new double[kept * d];
    int[] count = new int[kept];
    for (int r = 0; r < pooled.length; r++) {
      count[pooled[r]]++;
      for (int c = 0; c < d; c++) {
        sum[pooled[r] * d + c] += rows[r * d + c];
      }
    }
    float[] means = new float[kept * d];
    for (int k = 0; k < kept; k++) {
      double square = 0;
      for (int c = 0; c < d; c++) {
        square += sum[k * d + c] * sum[k * d + c];
      }
      double length = count[k] == 1 || square == 0 ? 1 : Math.sqrt(square); // alone: as it was
      for (int c = 0; c < d; c++) {
        means[k * d + c] = (float) (sum[k * d + c] / length);
      }
    }
    return means;
  }
}
