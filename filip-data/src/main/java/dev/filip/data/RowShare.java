package dev.filip.data;

import java.util.List;

/**
 * How ranks share the rows of each batch: all see the same batch, each decodes its own rows. Only
 * whoever decodes an image learns that it is broken, so ranks tell each other. Used by one thread.
 */
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
        public List<Cursor.Place> broken(List<Cursor.Place> own) {
          return own;
        }
      };

  /** Number of this rank, 0 to world-1. */
  int rank();

  /** Ranks; a batch is a multiple of them. */
  int world();

  /**
   * Tells the others which units this rank could not use, and gives those of all ranks. Every rank
   * calls it equally often.
   */
  List<Cursor.Place> broken(List<Cursor.Place> own);
}
