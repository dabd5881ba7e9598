package dev.filip.metric;

/** How far a measured share may be off by chance. */
public final class StandardError {
  private StandardError() {}

  /** Of a share of n independent trials: sqrt(p (1 - p) / n). Not a number for n = 0. */
  public static double binomial(double share, long n) {
    return n == 0 ? Double.NaN : Math.sqrt(share * (1 - share) / n);
  }
}
