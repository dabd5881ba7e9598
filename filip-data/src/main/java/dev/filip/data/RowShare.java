package dev.filip.data;

/** The ranks of a run, as far as its data is concerned. Used by one thread. */
public interface RowShare {
  /** A run of one process. */
  RowShare WHOLE =
      new RowShare() {
        @Override
        public int rank() {
          return 0;
        }

        @Override
        public int world() {
          return 1;
        }

        @Override
        public long[][] gather(long[] own) {
          return new long[][] {own};
        }
      };

  /** Number of this rank, 0 to world-1. */
  int rank();

  /** Ranks; a batch is a multiple of them. */
  int world();

  /**
   * Some numbers of every rank, in rank order; each may give another count of them. Every rank
   * calls it equally often.
   */
  long[][] gather(long[] own);
}
