package dev.filip.tensor;

import org.bytedeco.javacpp.Pointer;

/** Counts native objects: what is left behind is lost, for nothing frees it. */
public final class Census {
  private Census() {}

  /** What is counted over. */
  public interface Work {
    /** Does it. */
    void run() throws Exception;
  }

  /**
   * Live native objects that the second run of {@code work} leaves; the first makes what stays for
   * good. Of all threads, so nobody else may be at work.
   */
  public static long left(Work work) throws Exception {
    work.run();
    long before = Pointer.totalCount();
    work.run();
    return Pointer.totalCount() - before;
  }
}
